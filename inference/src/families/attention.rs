//! Causal attention over all positions at once.

use candle_core::{Result, Tensor};

use super::fused::causal_softmax;

/// How scores become weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    /// What a product of query and key is multiplied by.
    pub scale: f32,
    /// Scores are squeezed into ±cap by cap · tanh(score / cap).
    pub cap: Option<f64>,
    /// How many positions each one sees, itself included; all before it if not given.
    pub window: Option<usize>,
}

impl Attention {
    /// Scores divided by the square root of `width`, usually that of a head.
    pub fn scaled(width: f64) -> Self {
        #[allow(clippy::cast_possible_truncation)] // a width below 2^24, checked with the configuration
        let width = width as f32;
        Self { scale: 1.0 / width.sqrt(), cap: None, window: None }
    }

    /// `softmax(scale · q · kᵀ) · v` over the positions that each may see, with heads joined again: (batch, positions,
    /// heads · head). Of `k` and `v`, each head serves as many query heads in a row as there are more of them.
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    pub fn forward(self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let (batch, heads, positions, head) = q.dims4()?;
        let repeats = heads / k.dim(1)?.max(1);
        let (k, v) = (repeat_heads(k, repeats)?, repeat_heads(v, repeats)?);
        // Heads do not mix, so a long sequence can have a few of them at a time, with the same result.
        let some = (SCORES_AT_ONCE / (batch * positions * positions).max(1)).clamp(1, heads);
        let mut mixed = Vec::new();
        for from in (0..heads).step_by(some) {
            let part = |x: &Tensor| x.narrow(1, from, some.min(heads - from));
            mixed.push(self.mix(&part(q)?, &part(&k)?, &part(&v)?)?);
        }
        Tensor::cat(&mixed, 1)?.transpose(1, 2)?.reshape((batch, positions, heads * head))
    }

    /// The same with as many heads on each side, and left apart.
    fn mix(self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let scores = q.matmul(&k.t()?)?;
        let weights = match self.cap {
            None => causal_softmax(&scores, self.scale, self.window)?,
            Some(cap) => {
                let capped = ((scores * (f64::from(self.scale) / cap))?.tanh()? * cap)?;
                causal_softmax(&capped, 1.0, self.window)?
            }
        };
        weights.matmul(v)
    }
}

/// Scores that are held at once: 64 MiB of them, or those of one head if they are more.
const SCORES_AT_ONCE: usize = 1 << 24;

/// (batch, positions, heads · head) to (batch, heads, positions, head).
///
/// # Errors
/// The engine's error when shapes do not fit.
pub fn split_heads(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (batch, positions, width) = x.dims3()?;
    x.reshape((batch, positions, heads, width / heads))?.transpose(1, 2)?.contiguous()
}

/// Each of the key or value heads `repeats` times in a row, for grouped queries.
fn repeat_heads(x: &Tensor, repeats: usize) -> Result<Tensor> {
    if repeats == 1 {
        return Ok(x.clone());
    }
    let (batch, heads, positions, head) = x.dims4()?;
    x.unsqueeze(2)?.expand((batch, heads, repeats, positions, head))?.reshape((batch, heads * repeats, positions, head))
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, IndexOp};

    use super::*;

    #[test]
    fn a_long_sequence_has_the_same_bits_head_by_head() {
        // 4 heads of 2100² scores each are more than are held at once.
        let make = |heads: usize, phase: f32| {
            let values: Vec<f32> =
                (0..heads * 2100 * 2).map(|i| (f32::from(u16::try_from(i % 9973).unwrap()) * phase).sin()).collect();
            Tensor::from_vec(values, (1, heads, 2100, 2), &Device::Cpu).unwrap()
        };
        let (q, k, v) = (make(4, 0.7), make(2, 1.3), make(2, 2.1));
        let attention = Attention { window: Some(50), cap: Some(0.5), scale: 0.9 };
        let bits = |x: Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let together = attention.forward(&q, &k, &v).unwrap();
        for head in 0..4 {
            let of = |x: &Tensor, head: usize| x.narrow(1, head, 1).unwrap();
            let alone = attention.forward(&of(&q, head), &of(&k, head / 2), &of(&v, head / 2)).unwrap();
            assert_eq!(bits(together.i((.., .., 2 * head..2 * head + 2)).unwrap()), bits(alone), "{head}");
        }
    }
}
