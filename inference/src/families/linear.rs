//! Dense layers and embeddings.

use candle_core::{Result, Tensor};

/// `x · Wᵀ` for `W` of shape (out, in) and `x` of shape (batch, positions, in).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn linear(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    product(x, &weight.t()?)
}

/// `x · W` for `W` of shape (in, out) and `x` of shape (batch, positions, in).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (batch, positions, inputs) = x.dims3()?;
    x.reshape((batch * positions, inputs))?.matmul(weight)?.reshape((batch, positions, ()))
}

/// The rows of `table` that `tokens` (batch, positions) name.
///
/// # Errors
/// The engine's error when an index is out of range.
pub fn embed(tokens: &Tensor, table: &Tensor) -> Result<Tensor> {
    let (batch, positions) = tokens.dims2()?;
    table.index_select(&tokens.flatten_all()?, 0)?.reshape((batch, positions, ()))
}
