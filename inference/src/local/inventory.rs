//! What a model needs of its files, found out by building it from nothing.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::{DType, Device, Tensor};

use crate::families::{Plan, Weights};
use crate::weights::{LinearWeight, Source, dense_bytes};
use crate::{InferenceError, Kernel};

/// Bytes of weights that a model needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Needs {
    /// All at once.
    pub(super) whole: u64,
    /// The largest part by itself.
    pub(super) part: u64,
    /// What that part is.
    pub(super) part_name: &'static str,
}

/// A source that knows the names and shapes of the weights in the files and gives zeros that take no memory.
pub(super) struct Inventory<'a> {
    origin: &'a str,
    shapes: BTreeMap<&'a str, &'a [usize]>,
    used: BTreeSet<String>,
    real: &'a mut dyn Source,
    kernel: Kernel,
    bytes: u64,
}

impl<'a> Inventory<'a> {
    /// The weights `tensors` of `real`, named `origin` in errors.
    pub(super) fn new(
        origin: &'a str,
        tensors: &'a [(String, Vec<usize>)],
        real: &'a mut dyn Source,
        kernel: Kernel,
    ) -> Self {
        let shapes = tensors.iter().map(|(name, shape)| (name.as_str(), shape.as_slice())).collect();
        Self { origin, shapes, used: BTreeSet::new(), real, kernel, bytes: 0 }
    }

    /// Compares the weights in the files with those that `plan` uses and gives the memory they need.
    ///
    /// # Errors
    /// [`InferenceError`] naming a weight that is missing, has another shape or is not of this architecture.
    pub(super) fn check(mut self, plan: &dyn Plan) -> Result<Needs, InferenceError> {
        // The kernel decides how many bytes a weight needs, not which weights: zeros are always dense.
        let cpu = Device::Cpu;
        let embedding = plan.embedding(&mut self.weights(&cpu))?;
        let embedding_bytes = std::mem::take(&mut self.bytes);
        let (mut layers, mut layer) = (0u64, 0);
        for index in 0..plan.layers() {
            plan.layer(index, &mut self.weights(&cpu))?;
            let bytes = std::mem::take(&mut self.bytes);
            (layers, layer) = (layers.saturating_add(bytes), bytes.max(layer));
        }
        plan.head(&mut self.weights(&cpu), Some(&embedding))?;
        let rest = std::mem::take(&mut self.bytes);
        plan.head(&mut self.weights(&cpu), None)?;
        let parts = [("the embedding", embedding_bytes), ("a layer", layer), ("the head", self.bytes)];
        let strange = self.shapes.keys().find(|name| !self.used.contains(**name) && !plan.harmless(name));
        if let Some(&name) = strange {
            return Err(InferenceError::UnexpectedTensor { origin: self.origin.to_owned(), tensor: name.to_owned() });
        }
        let (part_name, part) = parts.into_iter().max_by_key(|(_, bytes)| *bytes).unwrap_or(("the model", 0));
        Ok(Needs { whole: embedding_bytes.saturating_add(layers).saturating_add(rest), part, part_name })
    }

    fn weights<'b>(&'b mut self, device: &'b Device) -> Weights<'b> {
        let kernel = self.kernel;
        Weights::new(self, kernel, device)
    }

    /// Zeros of `shape`, if that is the shape of `name` in the files.
    fn zeros(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let origin = || self.origin.to_owned();
        match self.shapes.get(name) {
            None => return Err(InferenceError::MissingTensor { origin: origin(), tensor: name.to_owned() }),
            Some(&found) if found != shape => {
                return Err(InferenceError::WrongTensor {
                    origin: origin(),
                    tensor: name.to_owned(),
                    found: format!("of shape {found:?}"),
                    expected: format!("{shape:?}"),
                });
            }
            Some(_) => {}
        }
        self.used.insert(name.to_owned());
        Ok(Tensor::zeros((), DType::F32, &Device::Cpu)?.broadcast_as(shape)?)
    }
}

impl Source for Inventory<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        self.bytes = self.bytes.saturating_add(dense_bytes(shape));
        self.zeros(name, shape)
    }

    fn has(&self, name: &str) -> bool {
        self.shapes.contains_key(name)
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        self.bytes = self.bytes.saturating_add(self.real.linear_bytes(name, outputs, inputs));
        self.zeros(name, &[outputs, inputs]).map(LinearWeight::Dense)
    }
}
