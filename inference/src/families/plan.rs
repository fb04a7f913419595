//! How a model is made of weights, part by part.

use candle_core::quantized::QMatMul;
use candle_core::{Device, Result as EngineResult, Tensor};

use super::ends::{Embedding, Head};
use super::linear::Linear;
use super::norm::Norm;
use super::stack::Stack;
use crate::weights::{LinearWeight, Source, dense_bytes, working_bytes};
use crate::{InferenceError, Kernel};

/// A layer of any family.
pub trait Layer: Send + Sync {
    /// The residual stream (batch, positions, width) after the layer; each position sees itself and those before it in
    /// its own sequence. The bits of a row do not depend on what else is in the `stack`.
    ///
    /// # Errors
    /// The engine's error when shapes do not fit.
    fn forward(&self, x: &Tensor, stack: &Stack) -> EngineResult<Tensor>;
}

/// A checked plan of one model: its parts can be built one by one, in any order, any number of times.
pub trait Plan: Send + Sync {
    /// Number of layers.
    fn layers(&self) -> usize;

    /// Width of the residual stream.
    fn width(&self) -> usize;

    /// Builds the embedding.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit; so for the other parts.
    fn embedding(&self, weights: &mut Weights<'_>) -> Result<Embedding, InferenceError>;

    /// Builds layer `index`, from 0.
    ///
    /// # Errors
    /// See [`Plan::embedding`].
    fn layer(&self, index: usize, weights: &mut Weights<'_>) -> Result<Box<dyn Layer>, InferenceError>;

    /// Builds the head; one that is tied shares the table of `embedding` if that is at hand, and reads it if not.
    ///
    /// # Errors
    /// See [`Plan::embedding`].
    fn head(&self, weights: &mut Weights<'_>, embedding: Option<&Embedding>) -> Result<Head, InferenceError>;

    /// Whether files of the family may hold this tensor although the computation does not need it.
    fn harmless(&self, tensor: &str) -> bool;
}

/// Weights on their way into a part: taken from a source, moved to the device, their bytes counted.
pub struct Weights<'a> {
    source: &'a mut dyn Source,
    kernel: Kernel,
    device: &'a Device,
    bytes: u64,
    quantised: bool,
}

impl<'a> Weights<'a> {
    /// Weights of `source` for computing on `device`.
    pub fn new(source: &'a mut dyn Source, kernel: Kernel, device: &'a Device) -> Self {
        Self { source, kernel, device, bytes: 0, quantised: false }
    }

    /// Bytes of all that was taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether any weight that was taken is computed with as it is stored.
    pub fn quantised(&self) -> bool {
        self.quantised
    }

    /// Whether the source has a weight of this name.
    pub fn has(&self, name: &str) -> bool {
        self.source.has(name)
    }

    /// The weight called `name`, of this shape.
    ///
    /// # Errors
    /// [`InferenceError`] when there is none or it does not fit; so for the other kinds.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let tensor = self.source.take(name, shape)?;
        self.bytes = self.bytes.saturating_add(dense_bytes(shape));
        Ok(tensor.to_device(self.device)?)
    }

    /// A matrix of shape (outputs, inputs), in the form that the kernel takes.
    ///
    /// # Errors
    /// See [`Weights::take`].
    pub fn matrix(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        if self.kernel == Kernel::Dequantised {
            return self.take(name, &[outputs, inputs]).map(LinearWeight::Dense);
        }
        let weight = self.source.linear(name, outputs, inputs)?;
        let bytes = match &weight {
            LinearWeight::Quantised(QMatMul::QTensor(blocks)) => {
                self.quantised = true;
                working_bytes(blocks.dtype(), blocks.storage_size_in_bytes() as u64)
            }
            LinearWeight::Dense(t) | LinearWeight::Quantised(QMatMul::Tensor(t) | QMatMul::TensorF16(t)) => {
                (t.elem_count() as u64).saturating_mul(t.dtype().size_in_bytes() as u64)
            }
        };
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(weight)
    }

    /// The linear map of `{name}.weight` and, if it has one, `{name}.bias`.
    ///
    /// # Errors
    /// See [`Weights::take`].
    pub fn linear(&mut self, name: &str, outputs: usize, inputs: usize, bias: bool) -> Result<Linear, InferenceError> {
        let weight = self.matrix(&format!("{name}.weight"), outputs, inputs)?;
        let bias = if bias { Some(self.take(&format!("{name}.bias"), &[outputs])?) } else { None };
        Ok(Linear::new(weight, bias))
    }

    /// `LayerNorm` of `{name}.weight` and `{name}.bias`.
    ///
    /// # Errors
    /// See [`Weights::take`].
    pub fn layer_norm(&mut self, name: &str, width: usize, eps: f64) -> Result<Norm, InferenceError> {
        let weight = self.take(&format!("{name}.weight"), &[width])?;
        let bias = self.take(&format!("{name}.bias"), &[width])?;
        Ok(Norm::new(weight, Some(bias), eps))
    }
}

/// A matrix that two parts share.
pub(super) fn shared(weight: &LinearWeight) -> LinearWeight {
    match weight {
        LinearWeight::Dense(tensor) => LinearWeight::Dense(tensor.clone()),
        LinearWeight::Quantised(blocks) => LinearWeight::Quantised(blocks.clone()),
    }
}
