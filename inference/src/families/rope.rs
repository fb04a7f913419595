//! Rotary position embedding: each pair (i, i + d/2) of a head is turned by position · theta^(−2i/d).

use candle_core::{Device, Result, Tensor};

/// Cosines and sines for a sequence.
pub struct Rotation {
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    /// For positions `0..positions` of heads of `head` dimensions (an even number).
    ///
    /// # Errors
    /// The engine's error when memory runs out.
    pub fn new(positions: usize, head: usize, theta: f64) -> Result<Self> {
        let half = head / 2;
        let count = |n: usize| u32::try_from(n).map(f64::from).map_err(candle_core::Error::wrap);
        let width = count(half)?;
        let mut angles = Vec::with_capacity(positions * half);
        for t in 0..positions {
            for i in 0..half {
                angles.push(count(t)? * theta.powf(-count(i)? / width));
            }
        }
        #[allow(clippy::cast_possible_truncation)] // the angle is reduced in f64, its cosine may be rounded to f32
        let table = |f: fn(f64) -> f64| -> Result<Tensor> {
            Tensor::from_vec(angles.iter().map(|&x| f(x) as f32).collect::<Vec<_>>(), (positions, half), &Device::Cpu)
        };
        Ok(Self { cos: table(f64::cos)?, sin: table(f64::sin)? })
    }

    /// Turns `x` of shape (batch, heads, positions, head).
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let half = x.dim(3)? / 2;
        let (a, b) = (x.narrow(3, 0, half)?, x.narrow(3, half, half)?);
        let first = (a.broadcast_mul(&self.cos)? - b.broadcast_mul(&self.sin)?)?;
        let second = (a.broadcast_mul(&self.sin)? + b.broadcast_mul(&self.cos)?)?;
        Tensor::cat(&[first, second], 3)
    }
}
