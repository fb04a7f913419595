//! Weights by name: read from a safetensors file, checked, and handed to the family that builds a model of them.

mod container;
pub mod packed;

pub use container::Checkpoint;

use candle_core::Tensor;

use crate::InferenceError;

/// Where a family takes its weights from: a checkpoint when scoring, trainable variables when training.
pub trait Source {
    /// The weight called `name`, of this shape, in F32.
    ///
    /// # Errors
    /// [`InferenceError`] when there is none, or it has another shape or a value that is not finite.
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError>;
}
