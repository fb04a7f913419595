//! A whole model in memory.

use candle_core::{Device, Tensor};

use super::Config;
use super::ends::{Embedding, Head};
use super::plan::{Layer, Plan, Weights};
use super::stack::Stack;
use crate::weights::Source;
use crate::{InferenceError, Kernel};

/// All parts of a model, ready to run.
pub struct Network {
    /// From tokens to the residual stream.
    pub embedding: Embedding,
    /// The layers in order.
    pub layers: Vec<Box<dyn Layer>>,
    /// From the residual stream to logits.
    pub head: Head,
}

impl Network {
    /// Builds the model of `config` from the weights of `source`, in F32 on the CPU.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit.
    pub fn build(config: &Config, source: &mut dyn Source) -> Result<Self, InferenceError> {
        let plan = config.plan(config.architecture())?;
        Self::assemble(&*plan, &mut Weights::new(source, Kernel::Dequantised, &Device::Cpu))
    }

    /// Builds all parts of `plan`.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit.
    pub fn assemble(plan: &dyn Plan, weights: &mut Weights<'_>) -> Result<Self, InferenceError> {
        let embedding = plan.embedding(weights)?;
        let layers = (0..plan.layers()).map(|index| plan.layer(index, weights)).collect::<Result<_, _>>()?;
        let head = plan.head(weights, Some(&embedding))?;
        Ok(Self { embedding, layers, head })
    }

    /// Logits of all positions of each sequence of `tokens`, every position seeing only itself and those before it.
    ///
    /// # Errors
    /// The engine's error when a token or the length is out of range.
    pub fn forward(&self, tokens: &Tensor) -> candle_core::Result<Tensor> {
        let mut x = self.embedding.forward(tokens)?;
        for layer in &self.layers {
            x = layer.forward(&x, &Stack::none())?;
        }
        self.head.forward(&x)
    }
}
