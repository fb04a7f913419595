//! Every non-zero coefficient, changed: does an honest assignment notice?
//!
//! A change of a wire's coefficient by anything moves its side of the row by a multiple of the wire's value, and the row
//! fails iff that value and the other factor are not 0 (for C: iff the value is not 0). So one look at an assignment
//! settles all changes of a coefficient at once.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use crate::system::{Row, System, sum};

/// Which coefficients were noticed so far.
#[derive(Debug)]
pub struct Coefficients<'a> {
    system: &'a System,
    noticed: Vec<[Vec<bool>; 3]>,
    /// Without which a lie would be accepted.
    needed: Vec<[Vec<bool>; 3]>,
}

/// A coefficient: where it stands in the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
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
        let noticed: Vec<_> = system.rows().iter().map(|[a, b, c]| [a, b, c].map(unnoticed)).collect();
        Self { system, needed: noticed.clone(), noticed }
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

    /// Notices what must not be missing, by `values` that `row` alone refuses: without one of its terms the row would hold.
    pub fn observe_lie(&mut self, values: &[Fr], row: usize) {
        let terms = &self.system.rows()[row];
        let sums = [0, 1, 2].map(|side| sum(&terms[side], values));
        for (side, terms) in terms.iter().enumerate() {
            for ((wire, coefficient), needed) in terms.iter().zip(&mut self.needed[row][side]) {
                let mut without = sums;
                without[side] -= *coefficient * values[*wire];
                *needed |= without[0] * without[1] == without[2];
            }
        }
    }

    /// Whether a lie would have been accepted without this coefficient.
    pub fn is_needed(&self, Entry { row, side, wire }: Entry) -> bool {
        let terms = self.system.rows()[row][side].iter().zip(&self.needed[row][side]);
        terms.into_iter().any(|((of, _), needed)| *of == wire && *needed)
    }

    /// The number of coefficients.
    pub fn count(&self) -> usize {
        self.noticed.iter().flatten().map(Vec::len).sum()
    }

    /// Those that an honest assignment noticed.
    pub fn noticed(&self) -> Vec<Entry> {
        self.of(|_, _| true, true)
    }

    /// Those that nobody noticed and that matter: a factor of one term in a product that has to be 0 may have any
    /// coefficient but 0, with the same solutions.
    pub fn survivors(&self) -> Vec<Entry> {
        self.of(|row, side| !(row[2].is_empty() && side < 2 && row[side].len() == 1), false)
    }

    /// Those that nobody can notice: see [`Self::survivors`].
    pub fn scalings(&self) -> Vec<Entry> {
        self.of(|row, side| row[2].is_empty() && side < 2 && row[side].len() == 1, false)
    }

    fn of(&self, wanted: impl Fn(&Row, usize) -> bool, noticed: bool) -> Vec<Entry> {
        let mut found = vec![];
        for (index, (row, of_row)) in self.system.rows().iter().zip(&self.noticed).enumerate() {
            for side in (0..3).filter(|side| wanted(row, *side)) {
                let these = row[side].iter().zip(&of_row[side]).filter(|(_, of)| **of == noticed);
                found.extend(these.map(|((wire, _), _)| Entry { row: index, side, wire: *wire }));
            }
        }
        found
    }
}
