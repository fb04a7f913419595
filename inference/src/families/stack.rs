//! Sequences below one another, so that one product of matrices serves all of them.

use candle_core::{Result, Tensor};

/// The lengths of the sequences that lie below one another in a tensor of shape (1, rows, ..).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack(Vec<usize>);

impl Stack {
    /// Sequences of these lengths.
    pub fn of(lengths: Vec<usize>) -> Self {
        Self(lengths)
    }

    /// No stack: the rows of a tensor (batch, rows, ..) are one sequence for each element of the batch.
    pub fn none() -> Self {
        Self::default()
    }

    /// What `f` makes of the rows of each sequence in `q`, `k` and `v`, below one another again.
    ///
    /// # Errors
    /// The engine's error when the tensors have another number of rows, or `f` fails.
    pub fn each(
        &self,
        [q, k, v]: [&Tensor; 3],
        f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        if self.0.len() < 2 {
            return f(q, k, v);
        }
        let (mut from, mut mixed) = (0, Vec::with_capacity(self.0.len()));
        for &rows in &self.0 {
            let of = |x: &Tensor| x.narrow(1, from, rows);
            mixed.push(f(&of(q)?, &of(k)?, &of(v)?)?);
            from += rows;
        }
        Tensor::cat(&mixed, 1)
    }
}
