//! Every constraint, dropped: does a wire come loose?
//!
//! At a solution, take the Jacobian in all wires that are not given; beside the private ones these are the public inputs
//! that the private wires lead to, as whoever lies states what suits the lie. A row is a *coloop* if the rank falls without
//! it: then there is a direction to first order in which the wires can move and only this row refuses it. Nobody has to try
//! the rows one by one: a row is a coloop exactly if it has coefficient 0 in every linear relation between the rows, and a
//! random relation shows that of all rows at once, but for a chance of 1 in 2^250.
//!
//! A wire that is a double root of the row that determines it (a bit whose gate is 0) cannot move as long as this row is
//! there, which the differential does not see; for it the row stands with this wire alone.

use std::collections::BTreeMap;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{
    jacobian::{differential, peel, solve},
    system::System,
};

type SparseRow = BTreeMap<usize, Fr>;

/// The rows without which wires come loose to first order at `values`, which satisfy the system, if the `given` wires are
/// known. `None` if some are loose with all rows in place.
pub fn coloops(system: &System, values: &[Fr], given: &[bool], seed: u64) -> Option<Vec<usize>> {
    let stated: Vec<usize> = system.stated().into_iter().map(|(input, _)| input).collect();
    let mut known: Vec<bool> =
        (0..system.wires()).map(|wire| given[wire] || (wire < system.inputs() && !stated.contains(&wire))).collect();
    let free: Vec<bool> = known.iter().map(|known| !known).collect();
    let mut rows = differential(system, values, |wire| free[wire]);
    for (wire, row) in solve(system, values, &mut known.clone()) {
        rows[row] = SparseRow::from([(wire, Fr::ONE)]);
    }

    let order = peel(&rows, &mut known);
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut relation: Vec<Fr> = rows.iter().map(|_| element(&mut random)).collect();
    let core: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].keys().any(|wire| !known[*wire])).collect();
    relate_core(&rows, &core, &mut known, &mut relation, &mut random);
    if known.contains(&false) {
        return None;
    }
    // The rows were found in an order in which each brings one wire that no earlier one has. Backwards: each row's
    // coefficient is what makes the sum over its own wire's column zero.
    let mut columns: Vec<Vec<(usize, Fr)>> = vec![vec![]; system.wires()];
    for (index, row) in rows.iter().enumerate() {
        for (wire, k) in row {
            columns[*wire].push((index, *k));
        }
    }
    for &(wire, row) in order.iter().rev() {
        let others: Fr = columns[wire].iter().filter(|(r, _)| *r != row).map(|(r, k)| relation[*r] * k).sum();
        relation[row] = -others * rows[row][&wire].inverse().unwrap_or(Fr::ZERO);
    }
    Some((0..rows.len()).filter(|&row| relation[row] == Fr::ZERO).collect())
}

/// A random relation between the rows that no order of single wires reaches, in the columns that are left, which become
/// known as far as the rows determine them.
fn relate_core(rows: &[SparseRow], core: &[usize], known: &mut [bool], relation: &mut [Fr], random: &mut ChaCha20Rng) {
    for row in core {
        relation[*row] = Fr::ZERO;
    }
    // Each pivot's row, which begins with a one, and what it is a combination of.
    let mut pivots: BTreeMap<usize, (SparseRow, SparseRow)> = BTreeMap::new();
    for &index in core {
        let mut row: SparseRow = rows[index].iter().filter(|(w, _)| !known[**w]).map(|(w, k)| (*w, *k)).collect();
        let mut of = SparseRow::from([(index, Fr::ONE)]);
        let mut next = row.first_key_value().map(|(wire, _)| *wire);
        while let Some(wire) = next {
            if let Some((pivot, made_of)) = pivots.get(&wire) {
                let factor = row.get(&wire).copied().unwrap_or(Fr::ZERO);
                subtract(&mut row, pivot, factor);
                subtract(&mut of, made_of, factor);
            }
            next = row.range(wire + 1..).next().map(|(wire, _)| *wire);
        }
        if let Some((&wire, coefficient)) = row.first_key_value() {
            let inverse = coefficient.inverse().unwrap_or(Fr::ZERO);
            row.values_mut().chain(of.values_mut()).for_each(|k| *k *= inverse);
            pivots.insert(wire, (row, of));
        } else {
            let factor = element(random);
            for (row, k) in &of {
                relation[*row] += factor * k;
            }
        }
    }
    for wire in pivots.keys() {
        known[*wire] = true;
    }
}

fn subtract(row: &mut SparseRow, other: &SparseRow, factor: Fr) {
    for (wire, k) in other {
        *row.entry(*wire).or_insert(Fr::ZERO) -= factor * k;
    }
    row.retain(|_, k| *k != Fr::ZERO);
}

fn element(random: &mut ChaCha20Rng) -> Fr {
    Fr::from_be_bytes_mod_order(&random.random::<[u8; 32]>())
}
