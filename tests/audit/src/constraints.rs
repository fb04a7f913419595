//! Every constraint, dropped: is there an assignment that it alone refuses?
//!
//! A liar gives one private wire another value, or two of a row such that the row does not notice, computes what follows,
//! and states the public inputs that follow. Or he states another public input, and nothing else. Where exactly one row
//! refuses that, the system without this row would have accepted a lie: so the row is needed, and a test that makes the lie
//! notices that it is gone.

use std::collections::{BTreeMap, BTreeSet};

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use rayon::prelude::*;

use crate::system::System;

/// How far apart in a sum two wires are that a liar changes at once: neighbouring bits of a number, mostly.
const NEAR: usize = 3;

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

    /// The rows that refuse an assignment where some wires have other values and everything that follows follows.
    pub fn refused_by(&self, values: &[Fr], sums: &[[Fr; 3]], told: &[(usize, Fr)]) -> Vec<usize> {
        let mut lie = Lie { liar: self, values, sums, changed: BTreeMap::new(), rows: BTreeMap::new() };
        let mut follows = BTreeSet::new();
        for &(wire, value) in told {
            follows.extend(lie.set(wire, value));
        }
        while let Some(next) = follows.pop_first() {
            if told.iter().any(|(wire, _)| *wire == next) {
                continue;
            }
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
        lie.refused_by()
    }

    /// The rows that are the only ones to refuse some lie about a satisfying assignment, beside those `known` to be.
    pub fn needed(&self, values: &[Fr], known: &BTreeSet<usize>) -> BTreeSet<usize> {
        let sums = self.system.sums(values);
        let alone = |told: &[(usize, Fr)]| match self.refused_by(values, &sums, told)[..] {
            [row] => Some(row),
            _ => None,
        };
        let of_wire = |wire: usize| {
            let mut open: BTreeSet<usize> = self.system.column(wire).iter().map(|o| o.row).collect();
            open.retain(|row| !known.contains(row));
            let mut found = BTreeSet::new();
            for value in self.lies(values, &sums, wire) {
                if open.is_empty() {
                    break;
                }
                if let Some(row) = alone(&[(wire, value)]) {
                    open.remove(&row);
                    found.insert(row);
                }
            }
            found
        };
        let mut found: BTreeSet<usize> =
            (self.system.inputs()..self.system.wires()).into_par_iter().flat_map_iter(of_wire).collect();
        for input in 1..self.system.inputs() {
            found.extend(<[usize; 1]>::try_from(self.misstated(values, &sums, input)).into_iter().flatten());
        }
        // Of a row that defines a wire, a lie about this wire alone says it.
        let open = |row: &usize| self.system.rows()[*row][2].is_empty() && !known.contains(row) && !found.contains(row);
        let of_row =
            |row: usize| self.pairs(values, &sums, row).into_iter().find(|pair| alone(pair) == Some(row)).map(|_| row);
        let of_pairs: Vec<usize> =
            (0..self.system.rows().len()).into_par_iter().filter(open).filter_map(of_row).collect();
        found.extend(of_pairs);
        found
    }

    /// The private wires of a row.
    fn private_in(&self, row: usize) -> BTreeSet<usize> {
        let wires = self.system.rows()[row].iter().flatten().map(|(wire, _)| *wire);
        wires.filter(|wire| *wire >= self.system.inputs()).collect()
    }

    /// The rows that refuse another value of a public input, where nothing else is changed.
    fn misstated(&self, values: &[Fr], sums: &[[Fr; 3]], input: usize) -> Vec<usize> {
        let mut lie = Lie { liar: self, values, sums, changed: BTreeMap::new(), rows: BTreeMap::new() };
        lie.set(input, values[input] + Fr::ONE);
        lie.refused_by()
    }

    /// Lies about two wires: one of the row's wires, and another wire of another of its rows, which keeps its sum.
    fn pairs(&self, values: &[Fr], sums: &[[Fr; 3]], row: usize) -> Vec<[(usize, Fr); 2]> {
        let mut pairs = vec![];
        for wire in self.private_in(row) {
            for occurrence in self.system.column(wire).iter().filter(|o| o.row != row && o.side < 2) {
                let terms = &self.system.rows()[occurrence.row][occurrence.side];
                let at = terms.iter().position(|(other, _)| *other == wire).unwrap_or(0);
                let near = &terms[at.saturating_sub(NEAR)..terms.len().min(at + NEAR + 1)];
                for &(other, coefficient) in near.iter().filter(|(o, _)| *o != wire && *o >= self.system.inputs()) {
                    for value in self.system.other_solutions(sums, other, values[other]) {
                        let change = (value - values[other]) * coefficient;
                        let inverse = occurrence.coefficient.inverse().unwrap_or(Fr::ZERO);
                        pairs.push([(wire, values[wire] - change * inverse), (other, value)]);
                    }
                }
            }
        }
        pairs
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

    /// The rows that do not hold any more.
    fn refused_by(self) -> Vec<usize> {
        self.rows.into_iter().filter(|(_, [a, b, c])| *a * b != *c).map(|(row, _)| row).collect()
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
