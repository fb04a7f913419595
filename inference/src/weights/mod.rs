//! Weights by name: read from a file one tensor at a time, checked, and handed to the family that builds a model of
//! them.

mod container;
mod floats;
pub mod packed;

pub use container::Checkpoint;
pub(crate) use container::Part;
pub(crate) use floats::{Float, all_finite};

use candle_core::Tensor;
use candle_core::quantized::{GgmlDType, QMatMul};

use crate::InferenceError;

/// Weights that are read and decoded at a time: all that is in memory beside a finished tensor.
pub(crate) const SLAB: usize = 1 << 20;

/// Where a family takes its weights from: a checkpoint when scoring, trainable variables when training.
pub trait Source: Send {
    /// The weight called `name`, of this shape, in F32. It may be asked for again: evaluating layer by layer reads
    /// the weights of a layer once for each batch.
    ///
    /// # Errors
    /// [`InferenceError`] when there is none, or it has another shape or a value that is not finite.
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError>;

    /// Whether there is a weight called `name`, in whatever form it is stored.
    fn has(&self, name: &str) -> bool;

    /// The weight of a linear map, of shape (outputs, inputs), in the form in which it is to be computed with.
    ///
    /// # Errors
    /// As [`Source::take`].
    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        self.take(name, &[outputs, inputs]).map(LinearWeight::Dense)
    }

    /// Refuses files that changed since they were hashed.
    ///
    /// # Errors
    /// [`InferenceError::Changed`] naming the first of them.
    fn unchanged(&self) -> Result<(), InferenceError> {
        Ok(())
    }

    /// Bytes that [`Source::linear`] would give, known before anything is read.
    fn linear_bytes(&self, _name: &str, outputs: usize, inputs: usize) -> u64 {
        dense_bytes(&[outputs, inputs])
    }
}

/// Bytes of an F32 tensor of this shape.
pub(crate) fn dense_bytes(shape: &[usize]) -> u64 {
    shape.iter().fold(4, |bytes: u64, &n| bytes.saturating_mul(n as u64))
}

/// Bytes that a matrix of stored blocks takes while products with it are computed: for some kinds the engine keeps a
/// rearranged copy (or two) beside the blocks, made at the first product. Bounds, per 256 weights: 144 + 512 bytes for
/// `Q4K`, 210 + 320 for `Q6K`, 272 + 288 for `Q8_0`.
pub(crate) fn working_bytes(kind: GgmlDType, stored: u64) -> u64 {
    let tenths = match kind {
        GgmlDType::Q4K => 46,
        GgmlDType::Q6K => 26,
        GgmlDType::Q8_0 => 21,
        _ => 10,
    };
    stored.saturating_mul(tenths).div_ceil(10)
}

/// The weight of a linear map `x · Wᵀ`, of shape (outputs, inputs).
#[derive(Clone, Debug)]
pub enum LinearWeight {
    /// In F32.
    Dense(Tensor),
    /// The stored blocks, multiplied by kernels that round the activations to 8 bits.
    Quantised(QMatMul),
}
