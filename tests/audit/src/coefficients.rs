//! Every non-zero coefficient, changed: does an honest assignment notice?
//!
//! A change of a wire's coefficient by anything moves its side of the row by a multiple of the wire's value, and the row
//! fails iff that value and the other factor are not 0 (for C: iff the value is not 0). So one look at an assignment
//! settles all changes of a coefficient at once.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use crate::system::System;

/// Which coefficients were noticed so far.
#[derive(Debug)]
pub struct Coefficients<'a> {
    system: &'a System,
    noticed: Vec<[Vec<bool>; 3]>,
}

/// A coefficient that no assignment noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The row.
    pub row: usize,
    /// 0 for A, 1 for B, 2 for C.
    pub side: usize,
    /// The wire.
    pub wire: usize,
}

impl<'a> Coefficients<'a> {
    /// Nothing noticed yet.
    pub fn new(system: &'a System) -> Self {
        let unnoticed = |terms: &Vec<(usize, Fr)>| vec![false; terms.len()];
        let noticed = system.rows().iter().map(|[a, b, c]| [a, b, c].map(unnoticed)).collect();
        Self { system, noticed }
    }

    /// Notices what the satisfying assignment `values` notices.
    pub fn observe(&mut self, values: &[Fr]) {
        let sums = self.system.sums(values);
        for ((row, noticed), [a, b, _]) in self.system.rows().iter().zip(&mut self.noticed).zip(sums) {
            let factors = [b != Fr::ZERO, a != Fr::ZERO, true];
            for side in 0..3 {
                for ((wire, _), noticed) in row[side].iter().zip(&mut noticed[side]) {
                    *noticed |= factors[side] && values[*wire] != Fr::ZERO;
                }
            }
        }
    }

    /// The number of coefficients.
    pub fn count(&self) -> usize {
        self.noticed.iter().flatten().map(Vec::len).sum()
    }

    /// Those that nobody noticed and that matter: a factor of one term in a product that has to be 0 may have any
    /// coefficient but 0, with the same solutions.
    pub fn survivors(&self) -> Vec<Survivor> {
        self.of(|row, side| !(row[2].is_empty() && side < 2 && row[side].len() == 1))
    }

    /// Those that nobody can notice: see [`Self::survivors`].
    pub fn scalings(&self) -> Vec<Survivor> {
        self.of(|row, side| row[2].is_empty() && side < 2 && row[side].len() == 1)
    }

    fn of(&self, wanted: impl Fn(&crate::system::Row, usize) -> bool) -> Vec<Survivor> {
        let mut found = vec![];
        for (index, (row, noticed)) in self.system.rows().iter().zip(&self.noticed).enumerate() {
            for side in (0..3).filter(|side| wanted(row, *side)) {
                let unnoticed = row[side].iter().zip(&noticed[side]).filter(|(_, noticed)| !**noticed);
                found.extend(unnoticed.map(|((wire, _), _)| Survivor { row: index, side, wire: *wire }));
            }
        }
        found
    }
}
