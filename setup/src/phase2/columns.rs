//! The matrices of a circuit by columns: for each signal its constraints.

use ark_bn254::Fr;
use ark_relations::gr1cs::Matrix;

/// An entry of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its row.
    pub(super) row: usize,
    /// Its value.
    pub(super) value: Fr,
}

/// A matrix by columns.
#[derive(Debug)]
pub(super) struct Columns {
    /// Where each column begins, and where the last ends.
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

impl Columns {
    /// The columns of a matrix for `signals` signals, of which each column has its rows in order. After the matrix' own
    /// rows, each of the first `ones` signals has a 1 in a row of its own.
    pub(super) fn new(rows: &Matrix<Fr>, signals: usize, ones: usize) -> Self {
        let unit = |signal: usize| (rows.len() + signal, (Fr::from(1u64), signal));
        let own = || rows.iter().enumerate().flat_map(|(row, terms)| terms.iter().map(move |term| (row, *term)));
        let all = || own().chain((0..ones).map(unit)).filter(|(_, (_, signal))| *signal < signals);
        let mut starts = vec![0; signals + 1];
        all().for_each(|(_, (_, signal))| starts[signal + 1] += 1);
        for signal in 0..signals {
            starts[signal + 1] += starts[signal];
        }
        let mut next = starts.clone();
        let mut entries = vec![Entry { row: 0, value: Fr::from(0u64) }; starts[signals]];
        for (row, (value, signal)) in all() {
            entries[next[signal]] = Entry { row, value };
            next[signal] += 1;
        }
        Self { starts, entries }
    }

    /// The entries of a signal.
    pub(super) fn of(&self, signal: usize) -> &[Entry] {
        &self.entries[self.starts[signal]..self.starts[signal + 1]]
    }
}
