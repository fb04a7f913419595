//! Causal attention over all positions at once.

use candle_core::{D, Device, Result, Tensor};

/// 0 where position t may see position s ≤ t, −∞ elsewhere.
///
/// # Errors
/// The engine's error when memory runs out.
pub fn causal_mask(positions: usize) -> Result<Tensor> {
    let mask: Vec<f32> = (0..positions)
        .flat_map(|t| (0..positions).map(move |s| if s <= t { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(mask, (positions, positions), &Device::Cpu)
}

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

/// `softmax(q · kᵀ / sqrt(head) + mask) · v`, with heads joined again: (batch, positions, heads · head).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn attend(q: &Tensor, k: &Tensor, v: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let (batch, heads, positions, head) = q.dims4()?;
    let width = u32::try_from(head).map_err(candle_core::Error::wrap)?;
    let scores = (q.matmul(&k.t()?)? / f64::from(width).sqrt())?.broadcast_add(mask)?;
    // The maximum only keeps exp in range: it cancels, so it takes no part in gradients.
    let top = scores.max_keepdim(D::Minus1)?.detach();
    let weights = scores.broadcast_sub(&top)?.exp()?;
    let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
    weights.matmul(v)?.transpose(1, 2)?.reshape((batch, positions, heads * head))
}
