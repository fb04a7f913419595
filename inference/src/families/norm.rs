//! Normalisations over the last axis.

use candle_core::{D, Result, Tensor};

/// `x / sqrt(mean(x²) + eps) · weight`.
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    let scale = (x.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?;
    x.broadcast_div(&scale)?.broadcast_mul(weight)
}

/// `(x − mean) / sqrt(variance + eps) · weight + bias`, with the variance of the population.
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<Tensor> {
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let scale = (centred.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?;
    centred.broadcast_div(&scale)?.broadcast_mul(weight)?.broadcast_add(bias)
}
