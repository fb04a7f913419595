//! Normalisations over the last axis.

use candle_core::{Result, Tensor};

use super::fused::standardise;

/// `x / sqrt(mean(x²) + eps) · weight`.
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    standardise(x, false, narrow(eps))?.broadcast_mul(weight)
}

/// `(x − mean) / sqrt(variance + eps) · weight + bias`, with the variance of the population.
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<Tensor> {
    standardise(x, true, narrow(eps))?.broadcast_mul(weight)?.broadcast_add(bias)
}

#[allow(clippy::cast_possible_truncation)] // a small positive constant, checked when the configuration was read
fn narrow(eps: f64) -> f32 {
    eps as f32
}
