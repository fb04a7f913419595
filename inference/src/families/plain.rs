//! The fused operations as tensor operations, for devices that the fused ones are not written for.

use candle_core::{D, Result, Tensor};

/// See [`super::fused::causal_softmax`].
///
/// # Errors
/// The engine's error when memory runs out.
pub(super) fn causal_softmax(scores: &Tensor, scale: f32, window: Option<usize>) -> Result<Tensor> {
    let n = scores.dim(D::Minus1)?;
    let seen = |row: usize, column: usize| column <= row && row - column < window.unwrap_or(usize::MAX);
    let mask: Vec<f32> = (0..n * n).map(|i| if seen(i / n, i % n) { 0.0 } else { f32::NEG_INFINITY }).collect();
    let masked = (scores * f64::from(scale))?.broadcast_add(&Tensor::from_vec(mask, (n, n), scores.device())?)?;
    let powers = masked.broadcast_sub(&masked.max_keepdim(D::Minus1)?)?.exp()?;
    powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
}

/// See [`super::fused::standardise`].
///
/// # Errors
/// The engine's error when memory runs out.
pub(super) fn standardise(x: &Tensor, centre: bool, eps: f32) -> Result<Tensor> {
    let x = if centre { x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)? } else { x.clone() };
    let square = x.sqr()?.mean_keepdim(D::Minus1)?;
    x.broadcast_div(&(square + f64::from(eps))?.sqrt()?)
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::super::fused;
    use super::*;

    fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn the_plain_operations_agree_with_the_fused_ones() {
        let values: Vec<f32> = (0..50u8).map(|i| (f32::from(i) * 1.7).sin() * 3.0).collect();
        let x = Tensor::from_vec(values, (2, 5, 5), &Device::Cpu).unwrap();
        for window in [None, Some(1), Some(3), Some(5)] {
            let (a, b) = (causal_softmax(&x, 0.4, window), fused::causal_softmax(&x, 0.4, window));
            assert!(largest_difference(&a.unwrap(), &b.unwrap()) < 1e-6, "{window:?}");
        }
        for centre in [false, true] {
            let (a, b) = (standardise(&x, centre, 1e-5), fused::standardise(&x, centre, 1e-5));
            assert!(largest_difference(&a.unwrap(), &b.unwrap()) < 1e-6, "{centre}");
        }
        assert!(largest_difference(&x.gelu().unwrap(), &fused::gelu(&x).unwrap()) < 1e-6);
    }
}
