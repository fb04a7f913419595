//! Normalisations over the last axis.

use candle_core::{Result, Tensor};

use super::fused::standardise;

/// `RMSNorm` or, with a bias, `LayerNorm`.
pub struct Norm {
    weight: Tensor,
    bias: Option<Tensor>,
    eps: f32,
}

impl Norm {
    /// With a bias, `(x − mean) / sqrt(variance + eps) · weight + bias`, with the variance of the population; without,
    /// `x / sqrt(mean(x²) + eps) · weight`.
    pub fn new(weight: Tensor, bias: Option<Tensor>, eps: f64) -> Self {
        #[allow(clippy::cast_possible_truncation)] // a small positive constant, checked with the configuration
        let eps = eps as f32;
        Self { weight, bias, eps }
    }

    /// Normalises each row of `x`.
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = standardise(x, self.bias.is_some(), self.eps)?.broadcast_mul(&self.weight)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}
