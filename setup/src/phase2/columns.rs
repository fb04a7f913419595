//! The matrices of a circuit by columns: for each signal its constraints.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};

use crate::{curve::Term, msm::list_sums};

/// A row of a matrix: coefficients and their signals.
type Row = Vec<(Fr, usize)>;

/// Rows of one or several matrices, equal ones taken together.
///
/// In Σ coefficient·base over a column, rows that are equal have the same coefficient: their bases are added up first and
/// multiplied once. Circuits have many such rows, as a sum that is raised to the fifth power stands in A once and in B twice.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    /// The different rows.
    different: Vec<&'a Row>,
    /// For each row which of them it is.
    places: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// Finds the rows that are equal.
    pub(super) fn new(rows: impl Iterator<Item = &'a Row>) -> Self {
        let (mut different, mut known) = (Vec::new(), HashMap::new());
        let places = rows
            .map(|row| {
                *known.entry(row).or_insert_with(|| {
                    different.push(row);
                    different.len() - 1
                })
            })
            .collect();
        Self { different, places }
    }

    /// For each different row the sum of the bases that its copies have in `bases`.
    pub(super) fn bases<P: SWCurveConfig>(&self, bases: impl Iterator<Item = Affine<P>>) -> Vec<Affine<P>> {
        let mut all: Vec<(usize, Affine<P>)> = self.places.iter().copied().zip(bases).collect();
        all.sort_by_key(|(place, _)| *place);
        let mut lengths = vec![0; self.different.len()];
        for (place, _) in &all {
            lengths[*place] += 1;
        }
        list_sums(all.into_iter().map(|(_, base)| base).collect(), &lengths)
    }

    /// The different rows by columns, for `signals` signals.
    pub(super) fn columns(&self, signals: usize) -> Columns {
        let all = || {
            let terms = |(base, row): (usize, &&'a Row)| row.iter().map(move |&(value, signal)| (base, value, signal));
            self.different.iter().enumerate().flat_map(terms).filter(|(_, _, signal)| *signal < signals)
        };
        let mut starts = vec![0; signals + 1];
        all().for_each(|(_, _, signal)| starts[signal + 1] += 1);
        for signal in 0..signals {
            starts[signal + 1] += starts[signal];
        }
        let mut next = starts.clone();
        let mut terms = vec![Term { base: 0, coefficient: Fr::from(0u64) }; starts[signals]];
        for (base, coefficient, signal) in all() {
            terms[next[signal]] = Term { base, coefficient };
            next[signal] += 1;
        }
        Columns { starts, terms }
    }
}

/// Rows by columns.
#[derive(Debug)]
pub(super) struct Columns {
    /// Where each column begins, and where the last ends.
    starts: Vec<usize>,
    terms: Vec<Term>,
}

impl Columns {
    /// Number of columns.
    pub(super) fn signals(&self) -> usize {
        self.starts.len() - 1
    }

    /// The entries of a signal's column, by rows.
    pub(super) fn of(&self, signal: usize) -> &[Term] {
        &self.terms[self.starts[signal]..self.starts[signal + 1]]
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G1Projective};
    use ark_ec::PrimeGroup;

    use super::*;

    #[test]
    fn equal_rows_are_one_with_the_sum_of_their_bases() {
        let row =
            |terms: &[(u64, usize)]| -> Row { terms.iter().map(|&(value, signal)| (value.into(), signal)).collect() };
        let rows = [row(&[(2, 0), (3, 2)]), row(&[(2, 0)]), row(&[]), row(&[(2, 0), (3, 2)]), row(&[(3, 2), (2, 0)])];
        let multiple = |n: u64| G1Affine::from(G1Projective::generator() * Fr::from(n));
        let rows = Rows::new(rows.iter());
        let bases = rows.bases((1..).map(multiple));
        assert_eq!(bases, [1 + 4, 2, 3, 5].map(multiple));
        let columns = rows.columns(3);
        let of = |signal| -> Vec<(usize, Fr)> {
            columns.of(signal).iter().map(|term| (term.base, term.coefficient)).collect()
        };
        let [two, three] = [Fr::from(2u64), Fr::from(3u64)];
        assert_eq!(of(0), [(0, two), (1, two), (3, two)]);
        assert_eq!(of(1), []);
        assert_eq!(of(2), [(0, three), (3, three)]);
        assert_eq!(columns.signals(), 3);
    }
}
