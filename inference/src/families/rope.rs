//! Rotary position embedding: each pair (i, i + d/2) of the first d values of a head is turned by position · frequency i,
//! where the frequency is theta^(−2i/d), or less where a model was stretched to longer sequences.

use std::f64::consts::TAU;

use candle_core::{Device, Result, Tensor};

/// How the frequencies were changed to stretch a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Stretch {
    /// Not at all.
    None,
    /// All divided by the factor.
    Linear(f64),
    /// Long waves divided by the factor, short ones kept, a ramp between (Llama 3.1).
    Llama3 {
        /// What long waves are divided by.
        factor: f64,
        /// Waves longer than `original / low` are long.
        low: f64,
        /// Waves shorter than `original / high` are short.
        high: f64,
        /// Positions that the model was first trained with.
        original: f64,
    },
    /// Each frequency divided by its own factor (arXiv:2402.13753).
    Long {
        /// Factors for sequences of at most `original` positions.
        short: Vec<f64>,
        /// Factors for longer ones.
        long: Vec<f64>,
        /// Positions that the model was first trained with.
        original: usize,
        /// What the turned values are multiplied by.
        gain: f64,
    },
}

/// The rotation of one kind of layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Rope {
    /// For sequences of at most `original` positions.
    short: Vec<f64>,
    /// For longer ones.
    long: Vec<f64>,
    original: usize,
    gain: f64,
}

impl Rope {
    /// Turns the first `width` values of a head, an even number.
    pub fn new(width: usize, theta: f64, stretch: &Stretch) -> Self {
        let count = |n: usize| u32::try_from(n).map_or(f64::MAX, f64::from);
        let plain: Vec<f64> = (0..width / 2).map(|i| theta.powf(-count(2 * i) / count(width))).collect();
        let divided = |factors: &[f64]| plain.iter().zip(factors).map(|(x, factor)| x / factor).collect::<Vec<f64>>();
        let (short, long, original, gain) = match stretch {
            Stretch::None => (plain.clone(), plain, 0, 1.0),
            Stretch::Linear(factor) => {
                let slow: Vec<f64> = plain.iter().map(|x| x / factor).collect();
                (slow.clone(), slow, 0, 1.0)
            }
            Stretch::Llama3 { factor, low, high, original } => {
                let slow = |&x: &f64| match (original * x / TAU - low) / (high - low) {
                    kept if kept < 0.0 => x / factor,
                    kept if kept > 1.0 => x,
                    kept => (1.0 - kept) * x / factor + kept * x,
                };
                let slow: Vec<f64> = plain.iter().map(slow).collect();
                (slow.clone(), slow, 0, 1.0)
            }
            Stretch::Long { short, long, original, gain } => (divided(short), divided(long), *original, *gain),
        };
        Self { short, long, original, gain }
    }

    /// The turns at positions `0..positions`. A model with factors for short and long sequences chooses by `positions`.
    ///
    /// # Errors
    /// The engine's error when memory runs out.
    pub fn rotation(&self, positions: usize, device: &Device) -> Result<Rotation> {
        let frequencies = if positions > self.original { &self.long } else { &self.short };
        let mut angles = Vec::with_capacity(positions * frequencies.len());
        for t in 0..positions {
            let t = u32::try_from(t).map(f64::from).map_err(candle_core::Error::wrap)?;
            angles.extend(frequencies.iter().map(|x| t * x));
        }
        #[allow(clippy::cast_possible_truncation)] // the angle is reduced in f64, its cosine may be rounded to f32
        let table = |f: fn(f64) -> f64| -> Result<Tensor> {
            let values: Vec<f32> = angles.iter().map(|&x| (f(x) * self.gain) as f32).collect();
            Tensor::from_vec(values, (positions, frequencies.len()), device)
        };
        Ok(Rotation { cos: table(f64::cos)?, sin: table(f64::sin)?, half: frequencies.len() })
    }
}

/// Cosines and sines for a sequence.
pub struct Rotation {
    cos: Tensor,
    sin: Tensor,
    half: usize,
}

impl Rotation {
    /// Turns `x` of shape (batch, heads, positions, head).
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let (half, head) = (self.half, x.dim(3)?);
        let (a, b) = (x.narrow(3, 0, half)?, x.narrow(3, half, half)?);
        let first = (a.broadcast_mul(&self.cos)? - b.broadcast_mul(&self.sin)?)?;
        let second = (a.broadcast_mul(&self.sin)? + b.broadcast_mul(&self.cos)?)?;
        if head == 2 * half {
            return Tensor::cat(&[first, second], 3);
        }
        Tensor::cat(&[first, second, x.narrow(3, 2 * half, head - 2 * half)?], 3)
    }
}
