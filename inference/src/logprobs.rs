//! The raw output of a model and the log-softmax that makes log-probabilities of it.

use sha2::{Digest, Sha256};

use crate::InferenceError;

/// Logits of all positions as the engine gave them, all finite: row t is about token t+1, given tokens 0 to t.
#[derive(Clone, PartialEq)]
pub struct LogProbs {
    vocabulary: usize,
    logits: Vec<f32>,
}

impl std::fmt::Debug for LogProbs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogProbs({} positions of {})", self.positions(), self.vocabulary)
    }
}

impl LogProbs {
    /// Takes `positions × vocabulary` logits (or log-probabilities, whose log-softmax is themselves).
    ///
    /// # Errors
    /// [`InferenceError::LogitCount`] when the number of values is another or zero,
    /// [`InferenceError::NotFiniteLogit`] when one is NaN or infinite.
    pub fn new(positions: usize, vocabulary: usize, logits: Vec<f32>) -> Result<Self, InferenceError> {
        let expected = positions.saturating_mul(vocabulary);
        if logits.len() != expected || expected == 0 {
            return Err(InferenceError::LogitCount { found: logits.len(), expected });
        }
        match logits.iter().position(|x| !x.is_finite()) {
            Some(at) => Err(InferenceError::NotFiniteLogit { position: at / vocabulary }),
            None => Ok(Self { vocabulary, logits }),
        }
    }

    /// Number of rows.
    pub fn positions(&self) -> usize {
        self.logits.len() / self.vocabulary
    }

    /// Number of columns.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The raw logits of row `t`, or nothing past the end.
    pub fn logits(&self, t: usize) -> Option<&[f32]> {
        self.logits.chunks_exact(self.vocabulary).nth(t)
    }

    /// The log-probabilities of row `t` in nats, or nothing past the end.
    pub fn row(&self, t: usize) -> Option<Vec<f64>> {
        self.logits(t).map(log_softmax)
    }

    /// SHA-256 of all logits, row by row, each as four little-endian bytes.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for row in self.logits.chunks(self.vocabulary) {
            let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
            hash.update(bytes);
        }
        hash.finalize().into()
    }
}

/// Log-softmax in f64 of finite f32 logits. Every value is finite and at most 0.
pub(crate) fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f32::MIN, f32::max);
    let shifted = || logits.iter().map(|&x| f64::from(x) - f64::from(top));
    // The largest term is exactly 1, so the logarithm is at least 0 and finite.
    let log_sum = shifted().map(f64::exp).sum::<f64>().ln();
    shifted().map(|x| x - log_sum).collect()
}
