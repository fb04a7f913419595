//! Runs prompts through the parts of a model: held in memory as a whole, or read one by one for every batch.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::inventory::Needs;
use crate::families::ends::Head;
use crate::families::{Network, Plan, Weights};
use crate::weights::Source;
use crate::{InferenceError, Kernel, LoadOptions};

/// Where the parts are.
enum Parts {
    /// In memory.
    Resident(Network),
    /// In the files.
    Layered(Mutex<Box<dyn Source>>),
}

/// A model's parts, and how to run them.
pub(super) struct Engine {
    plan: Box<dyn Plan>,
    parts: Parts,
    device: Device,
    kernel: Kernel,
    /// Most bytes of hidden states of one batch.
    states: u64,
    peak: AtomicU64,
}

impl Engine {
    /// Takes the weights from `source`: at once, if all of them fit what `options` allow.
    ///
    /// # Errors
    /// [`InferenceError::Memory`] when the largest part alone does not fit; [`InferenceError`] for a weight that cannot
    /// be read.
    pub(super) fn new(
        origin: &str,
        plan: Box<dyn Plan>,
        mut source: Box<dyn Source>,
        device: Device,
        options: LoadOptions,
        needs: Needs,
    ) -> Result<Self, InferenceError> {
        let max = options.max_memory.unwrap_or(u64::MAX);
        if needs.part > max {
            let (part, needed) = (needs.part_name, needs.part);
            return Err(InferenceError::Memory { origin: origin.to_owned(), part, needed, max });
        }
        let resident = needs.whole <= max;
        let mut weights = Weights::new(&mut *source, options.kernel, &device);
        let network = if resident {
            Some(Network::assemble(&*plan, &mut weights)?)
        } else {
            // The first layer is read to see that the kernel fits the files; the rest, when there are prompts.
            plan.layer(0, &mut weights)?;
            None
        };
        if options.kernel == Kernel::Quantised && !weights.quantised() {
            let reason =
                "no weight is stored in a form that quantised kernels compute with: use the dequantised kernel";
            return Err(InferenceError::Config { origin: origin.to_owned(), reason: reason.to_owned() });
        }
        let peak = AtomicU64::new(weights.bytes());
        let parts = network.map_or_else(|| Parts::Layered(Mutex::new(source)), Parts::Resident);
        let states = max.saturating_sub(if resident { needs.whole } else { needs.part });
        Ok(Self { plan, parts, device, kernel: options.kernel, states, peak })
    }

    /// The most bytes of weights held at once so far.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Whether all weights are in memory.
    pub(super) fn resident(&self) -> bool {
        matches!(self.parts, Parts::Resident(_))
    }

    /// Runs each input by itself and gives what `read` makes of its number, the head and its last hidden states (1,
    /// positions, width).
    pub(super) fn run<T: Send>(
        &self,
        inputs: &[&[u32]],
        read: impl Fn(usize, &Head, &Tensor) -> Result<T, InferenceError> + Sync,
    ) -> Vec<Result<T, InferenceError>> {
        match &self.parts {
            Parts::Resident(network) => self.each(inputs.to_vec(), |index, tokens| {
                let mut x = network.embedding.forward(&self.tensor(tokens)?)?;
                for layer in &network.layers {
                    x = layer.forward(&x)?;
                }
                read(index, &network.head, &x)
            }),
            Parts::Layered(source) => {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                self.groups(inputs)
                    .into_iter()
                    .flat_map(|group| self.layered(&mut **source, inputs, group, &read))
                    .collect()
            }
        }
    }

    /// Runs the inputs `group` through one part after the other, each read and dropped.
    fn layered<T: Send>(
        &self,
        source: &mut dyn Source,
        inputs: &[&[u32]],
        group: Range<usize>,
        read: &(impl Fn(usize, &Head, &Tensor) -> Result<T, InferenceError> + Sync),
    ) -> Vec<Result<T, InferenceError>> {
        let (first, inputs) = (group.start, &inputs[group]);
        let mut through = || -> Result<_, InferenceError> {
            let embedding = self.part(source, |weights| self.plan.embedding(weights))?;
            let mut states = self.each(inputs.to_vec(), |_, tokens| Ok(embedding.forward(&self.tensor(tokens)?)?));
            drop(embedding);
            for index in 0..self.plan.layers() {
                let layer = self.part(source, |weights| self.plan.layer(index, weights))?;
                states = self.each(states, |_, x| Ok(layer.forward(&x?)?));
            }
            let head = self.part(source, |weights| self.plan.head(weights, None))?;
            Ok(self.each(states, |index, x| read(first + index, &head, &x?)))
        };
        through().unwrap_or_else(|error| {
            let error = Arc::new(error);
            inputs.iter().map(|_| Err(InferenceError::Batch(Arc::clone(&error)))).collect()
        })
    }

    /// Reads one part and counts its bytes; the caller has dropped the part before.
    fn part<T>(
        &self,
        source: &mut dyn Source,
        build: impl FnOnce(&mut Weights<'_>) -> Result<T, InferenceError>,
    ) -> Result<T, InferenceError> {
        let mut weights = Weights::new(source, self.kernel, &self.device);
        let part = build(&mut weights)?;
        self.peak.fetch_max(weights.bytes(), Ordering::Relaxed);
        Ok(part)
    }

    /// Cuts the inputs into batches whose hidden states fit the memory; one input at least, whatever its length.
    fn groups(&self, inputs: &[&[u32]]) -> Vec<Range<usize>> {
        let width = 4 * self.plan.width() as u64;
        let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0u64);
        for (index, tokens) in inputs.iter().enumerate() {
            let more = width.saturating_mul(tokens.len() as u64);
            if index > start && bytes.saturating_add(more) > self.states {
                groups.push(start..index);
                (start, bytes) = (index, 0);
            }
            bytes = bytes.saturating_add(more);
        }
        if start < inputs.len() {
            groups.push(start..inputs.len());
        }
        groups
    }

    /// `f` of each item and its number, in parallel. Quantised kernels share one pool of threads, which a second prompt
    /// would only wait for.
    fn each<I: Send, T: Send>(
        &self,
        items: Vec<I>,
        f: impl Fn(usize, I) -> Result<T, InferenceError> + Sync,
    ) -> Vec<Result<T, InferenceError>> {
        if self.kernel == Kernel::Quantised || !self.device.is_cpu() {
            return items.into_iter().enumerate().map(|(index, item)| f(index, item)).collect();
        }
        items.into_par_iter().enumerate().map(|(index, item)| f(index, item)).collect()
    }

    fn tensor(&self, tokens: &[u32]) -> Result<Tensor, InferenceError> {
        Ok(Tensor::from_slice(tokens, (1, tokens.len()), &self.device)?)
    }
}
