//! Every constraint, dropped: is there an assignment that it alone refuses?
//!
//! A liar gives one private wire another value, computes what follows from it, and states the public inputs that follow.
//! Where exactly one row refuses that, the system without this row would have accepted a lie: so the row is needed, and a
//! test that makes the lie notices that it is gone.

use std::collections::{BTreeMap, BTreeSet};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use rayon::prelude::*;

use crate::system::System;

/// A system with what each wire is computed from.
#[derive(Debug)]
pub struct Liar<'a> {
    system: &'a System,
    /// The row whose C is just this wire, where A and B are of earlier wires.
    defined_by: Vec<Option<usize>>,
    /// The wire that a row defines.
    defines: Vec<Option<usize>>,
    /// See [`System::stated`].
    stated: Vec<(usize, usize)>,
}

impl<'a> Liar<'a> {
    /// Finds out how wires follow from one another.
    pub fn new(system: &'a System) -> Self {
        let mut defined_by = vec![None; system.wires()];
        let mut defines = vec![None; system.rows().len()];
        for (index, [a, b, c]) in system.rows().iter().enumerate() {
            let [(wire, _)] = c[..] else { continue };
            let later = a.iter().chain(b).any(|(other, _)| *other >= wire);
            if wire >= system.inputs() && !later && defined_by[wire].is_none() {
                (defined_by[wire], defines[index]) = (Some(index), Some(wire));
            }
        }
        Self { system, defined_by, defines, stated: system.stated() }
    }

    /// The rows that refuse an assignment where `wire` has `value` and everything that follows from it follows.
    pub fn refused_by(&self, values: &[Fr], sums: &[[Fr; 3]], wire: usize, value: Fr) -> Vec<usize> {
        let mut lie = Lie { liar: self, values, sums, changed: BTreeMap::new(), rows: BTreeMap::new() };
        let mut follows = lie.set(wire, value);
        while let Some(next) = follows.pop_first() {
            let row = self.defined_by[next].unwrap_or_default();
            let [a, b, _] = lie.sums_of(row);
            let scale = self.system.rows()[row][2][0].1.inverse().unwrap_or(Fr::ZERO);
            follows.extend(lie.set(next, a * b * scale));
        }
        for &(input, row) in &self.stated {
            let [off, ..] = lie.sums_of(row);
            let coefficient = self.system.rows()[row][0].iter().find(|(w, _)| *w == input).map_or(Fr::ONE, |(_, k)| *k);
            let scale = coefficient.inverse().unwrap_or(Fr::ZERO);
            lie.set(input, lie.value(input) - off * scale);
        }
        lie.rows.into_iter().filter(|(_, [a, b, c])| *a * b != *c).map(|(row, _)| row).collect()
    }

    /// The rows that are the only ones to refuse some lie about a satisfying assignment, beside those `known` to be.
    pub fn needed(&self, values: &[Fr], known: &BTreeSet<usize>) -> BTreeSet<usize> {
        let sums = self.system.sums(values);
        let of_wire = |wire: usize| {
            let mut open: BTreeSet<usize> = self.system.column(wire).iter().map(|o| o.row).collect();
            open.retain(|row| !known.contains(row));
            let mut found = BTreeSet::new();
            for value in self.lies(values, &sums, wire) {
                if open.is_empty() {
                    break;
                }
                if let [row] = self.refused_by(values, &sums, wire, value)[..] {
                    open.remove(&row);
                    found.insert(row);
                }
            }
            found
        };
        (self.system.inputs()..self.system.wires()).into_par_iter().flat_map_iter(of_wire).collect()
    }

    /// Values to lie with about a wire: small ones, and the other solution of each row that it is in.
    fn lies(&self, values: &[Fr], sums: &[[Fr; 3]], wire: usize) -> Vec<Fr> {
        let old = values[wire];
        let mut lies = vec![old + Fr::ONE, Fr::ONE - old, Fr::ZERO, Fr::ONE, Fr::from(2u64)];
        lies.extend(self.system.other_solutions(sums, wire, old));
        let mut seen = BTreeSet::from([old]);
        lies.retain(|value| seen.insert(*value));
        lies
    }
}

/// One lie: what it changes.
struct Lie<'a> {
    liar: &'a Liar<'a>,
    values: &'a [Fr],
    sums: &'a [[Fr; 3]],
    changed: BTreeMap<usize, Fr>,
    rows: BTreeMap<usize, [Fr; 3]>,
}

impl Lie<'_> {
    fn value(&self, wire: usize) -> Fr {
        self.changed.get(&wire).copied().unwrap_or(self.values[wire])
    }

    fn sums_of(&self, row: usize) -> [Fr; 3] {
        self.rows.get(&row).copied().unwrap_or(self.sums[row])
    }

    /// Sets a wire, and gives the wires that are computed from it.
    fn set(&mut self, wire: usize, value: Fr) -> BTreeSet<usize> {
        let change = value - self.value(wire);
        let mut follows = BTreeSet::new();
        if change == Fr::ZERO {
            return follows;
        }
        self.changed.insert(wire, value);
        for occurrence in self.liar.system.column(wire) {
            let sums = self.rows.entry(occurrence.row).or_insert(self.sums[occurrence.row]);
            sums[occurrence.side] += occurrence.coefficient * change;
            follows.extend(self.liar.defines[occurrence.row].filter(|defined| *defined > wire));
        }
        follows
    }
}
