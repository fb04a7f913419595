//! Every private wire, one at a time, gets other values: no changed assignment may satisfy the matrices.

use ark_bn254::Fr;
use ark_ff::{BigInteger, Field, PrimeField};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

use crate::system::System;

/// What became of the mutants of one assignment.
#[derive(Debug, Default)]
pub struct Mutants {
    /// Changed assignments that were tried.
    pub tried: u64,
    /// Wires and values that satisfied every row.
    pub accepted: Vec<(usize, Fr)>,
}

/// Mutates every private wire of `values`, which must satisfy the system.
pub fn mutate(system: &System, values: &[Fr], seed: u64) -> Mutants {
    mutate_some(system, values, seed, |_| true)
}

/// Mutates the private wires that are `chosen`.
pub fn mutate_some(system: &System, values: &[Fr], seed: u64, chosen: impl Fn(usize) -> bool + Sync) -> Mutants {
    let sums = system.sums(values);
    let of_wire = |wire: usize| {
        let mut found = Mutants::default();
        for value in other_values(system, &sums, (wire, values[wire]), seed ^ (wire as u64) << 20) {
            found.tried += 1;
            if accepts(system, &sums, wire, value - values[wire]) {
                found.accepted.push((wire, value));
            }
        }
        found
    };
    let wires = (system.inputs()..system.wires()).into_par_iter().filter(|wire| chosen(*wire));
    wires.map(of_wire).reduce(Mutants::default, |mut all, one| {
        all.tried += one.tried;
        all.accepted.extend(one.accepted);
        all
    })
}

/// Gives every public input other values, while the private wires stay: a statement of which the proof would hold too.
pub fn mutate_inputs(system: &System, values: &[Fr], seed: u64) -> Mutants {
    let sums = system.sums(values);
    let mut found = Mutants::default();
    for (wire, old) in values.iter().enumerate().take(system.inputs()).skip(1) {
        for value in other_values(system, &sums, (wire, *old), seed ^ (wire as u64) << 20) {
            found.tried += 1;
            if accepts(system, &sums, wire, value - *old) {
                found.accepted.push((wire, value));
            }
        }
    }
    found
}

/// Whether all rows hold after `change` was added to a wire: rows without it hold as before.
fn accepts(system: &System, sums: &[[Fr; 3]], wire: usize, change: Fr) -> bool {
    system.column(wire).chunk_by(|a, b| a.row == b.row).all(|occurrences| {
        let mut sums = sums[occurrences[0].row];
        for occurrence in occurrences {
            sums[occurrence.side] += occurrence.coefficient * change;
        }
        sums[0] * sums[1] == sums[2]
    })
}

/// Values tried for one wire of one assignment: the other solution of each of its rows, 0, 1, −1, one more, one less, four
/// flipped bits, one at random; never what the wire has anyway.
fn other_values(system: &System, sums: &[[Fr; 3]], (wire, value): (usize, Fr), seed: u64) -> Vec<Fr> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut values = system.other_solutions(sums, wire, value);
    values.extend([Fr::from(0u64), Fr::ONE, -Fr::ONE, value + Fr::ONE, value - Fr::ONE]);
    // Low bits, where most wires have theirs, and one anywhere.
    for below in [2, 16, 64, 253] {
        let bit: u32 = random.random_range(0..below);
        let power = Fr::from(2u64).pow([u64::from(bit)]);
        values.push(if value.into_bigint().get_bit(bit as usize) { value - power } else { value + power });
    }
    let bytes: [u8; 48] = random.random();
    values.push(Fr::from_le_bytes_mod_order(&bytes));
    values.sort();
    values.dedup();
    values.retain(|other| *other != value);
    values
}
