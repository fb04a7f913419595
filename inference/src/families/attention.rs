//! Causal attention over all positions at once.

use candle_core::{Result, Tensor};

use super::fused::causal_softmax;

/// (batch, positions, heads · head) to (batch, heads, positions, head).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn split_heads(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, positions, width) = x.dims3()?;
    x.reshape((batch, positions, heads, width / heads))?.transpose(1, 2)?.contiguous()
}

/// Each of the key or value heads `repeats` times in a row, for grouped queries.
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn repeat_heads(x: &Tensor, repeats: usize) -> Result<Tensor> {
    if repeats == 1 {
        return Ok(x.clone());
    }
    let (batch, heads, positions, head) = x.dims4()?;
    x.unsqueeze(2)?.expand((batch, heads, repeats, positions, head))?.reshape((batch, heads * repeats, positions, head))
}

/// `softmax(q · kᵀ / sqrt(head)) · v` over the positions that each may see, with heads joined again: (batch,
/// positions, heads · head).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn attend(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
    let (batch, heads, positions, head) = q.dims4()?;
    let width = u16::try_from(head).map_err(candle_core::Error::wrap)?;
    let weights = causal_softmax(&q.matmul(&k.t()?)?, 1.0 / f32::from(width).sqrt())?;
    weights.matmul(v)?.transpose(1, 2)?.reshape((batch, positions, heads * head))
}
