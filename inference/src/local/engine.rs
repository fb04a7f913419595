//! Runs prompts through the parts of a model: held in memory as a whole, or read one by one for every batch.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::inventory::Needs;
use super::reading;
use crate::families::ends::{Embedding, Head};
use crate::families::stack::Stack;
use crate::families::{Network, Plan, Weights};
use crate::weights::Source;
use crate::{InferenceError, Kernel, LoadOptions};

/// Most rows in a stack, unless one prompt is longer: more make products of matrices no faster.
const ROWS_AT_ONCE: usize = 512;

/// A prompt on its way through a model.
pub(super) struct Input<'a> {
    /// The tokens to evaluate.
    pub(super) tokens: &'a [u32],
    /// The first of them at which something is asked.
    pub(super) first: usize,
}

/// Inputs that go through the model together.
struct Stacked {
    inputs: Range<usize>,
    rows: Stack,
}

impl Stacked {
    /// The answers of each input, or the error that all of them share.
    fn apart<T>(self, answers: Answers<T>) -> Vec<Result<Vec<T>, InferenceError>> {
        answers.unwrap_or_else(|error| all(self.inputs.len(), error))
    }
}

/// What a stack's rows were read as, input by input.
type Answers<T> = Result<Vec<Result<Vec<T>, InferenceError>>, InferenceError>;

/// `error` for each of `count` inputs.
fn all<T>(count: usize, error: InferenceError) -> Vec<Result<T, InferenceError>> {
    if count == 1 {
        return vec![Err(error)];
    }
    let error = Arc::new(error);
    (0..count).map(|_| Err(InferenceError::Batch(Arc::clone(&error)))).collect()
}

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
    /// Bytes of weights held while it works: all of them, or the largest part.
    held: u64,
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
        let resident = needs.whole <= max && !options.layered;
        let mut weights = Weights::new(&mut *source, options.kernel, &device);
        let network = if resident {
            Some(Network::assemble(&*plan, &mut weights)?)
        } else {
            // The first layer is read to see that the kernel fits the files; the rest, when there are prompts.
            plan.layer(0, &mut weights)?;
            None
        };
        let (held_now, quantised) = (weights.bytes(), weights.quantised());
        source.unchanged()?;
        if options.kernel == Kernel::Quantised && !quantised {
            let reason =
                "no weight is stored in a form that quantised kernels compute with: use the dequantised kernel";
            return Err(InferenceError::Config { origin: origin.to_owned(), reason: reason.to_owned() });
        }
        let peak = AtomicU64::new(held_now);
        let parts = network.map_or_else(|| Parts::Layered(Mutex::new(source)), Parts::Resident);
        let held = if resident { needs.whole } else { needs.part };
        let states = max.saturating_sub(held);
        Ok(Self { plan, parts, device, kernel: options.kernel, held, states, peak })
    }

    /// The most bytes of weights held at once so far.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// The bytes of weights held while it works: all of them, or the largest part.
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// Whether it computes on the CPU.
    pub(super) fn on_cpu(&self) -> bool {
        self.device.is_cpu()
    }

    /// Whether all weights are in memory.
    pub(super) fn resident(&self) -> bool {
        matches!(self.parts, Parts::Resident(_))
    }

    /// Runs the inputs and gives what `read` makes of the number of an input, a row of it and the logits there, for each row
    /// from the input's first on.
    pub(super) fn run<T: Send>(
        &self,
        inputs: &[Input<'_>],
        vocabulary: usize,
        read: impl Fn(usize, usize, &[f32]) -> Result<T, InferenceError> + Sync,
    ) -> Vec<Result<Vec<T>, InferenceError>> {
        let read = |head: &Head, stack: &Stacked, x: &Tensor| {
            let first = stack.inputs.start;
            reading::rows(head, x, &inputs[stack.inputs.clone()], vocabulary, |i, t, row| read(first + i, t, row))
        };
        match &self.parts {
            Parts::Resident(network) => {
                let answers = self.each(self.stacks(inputs, 0..inputs.len()), |stack| {
                    let through = || {
                        let mut x = self.embed(&network.embedding, &stack, inputs)?;
                        for layer in &network.layers {
                            x = layer.forward(&x, &stack.rows)?;
                        }
                        read(&network.head, &stack, &x)
                    };
                    let answers = through();
                    stack.apart(answers)
                });
                answers.into_iter().flatten().collect()
            }
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
        inputs: &[Input<'_>],
        group: Range<usize>,
        read: &(impl Fn(&Head, &Stacked, &Tensor) -> Answers<T> + Sync),
    ) -> Vec<Result<Vec<T>, InferenceError>> {
        let count = group.len();
        let through = || -> Result<_, InferenceError> {
            let embedding = self.part(source, |weights| self.plan.embedding(weights))?;
            let mut states = self.each(self.stacks(inputs, group), |stack| {
                let x = self.embed(&embedding, &stack, inputs);
                (stack, x)
            });
            drop(embedding);
            for index in 0..self.plan.layers() {
                let layer = self.part(source, |weights| self.plan.layer(index, weights))?;
                states = self.each(states, |(stack, x)| {
                    let x = x.and_then(|x| Ok(layer.forward(&x, &stack.rows)?));
                    (stack, x)
                });
            }
            let head = self.part(source, |weights| self.plan.head(weights, None))?;
            source.unchanged()?;
            Ok(self.each(states, |(stack, x)| {
                let answers = x.and_then(|x| read(&head, &stack, &x));
                stack.apart(answers)
            }))
        };
        match through() {
            Ok(answers) => answers.into_iter().flatten().collect(),
            Err(error) => all(count, error),
        }
    }

    /// The residual stream of the inputs of one stack, below one another.
    fn embed(&self, embedding: &Embedding, stack: &Stacked, inputs: &[Input<'_>]) -> Result<Tensor, InferenceError> {
        let one = |input: &Input<'_>| {
            let tokens = Tensor::from_slice(input.tokens, (1, input.tokens.len()), &self.device)?;
            embedding.forward(&tokens)
        };
        let each: Vec<Tensor> = inputs[stack.inputs.clone()].iter().map(one).collect::<Result<_, _>>()?;
        Ok(Tensor::cat(&each, 1)?)
    }

    /// Deals the inputs `group` to as many stacks as there are threads, or more if they would be long.
    fn stacks(&self, inputs: &[Input<'_>], group: Range<usize>) -> Vec<Stacked> {
        let length = |index: usize| inputs[index].tokens.len();
        let total: usize = group.clone().map(length).sum();
        let threads = if self.one_at_a_time() { 1 } else { rayon::current_num_threads() };
        // Other devices choose their kernels by shapes, so there each prompt has its own.
        let alone = !self.device.is_cpu();
        let count = total.div_ceil(ROWS_AT_ONCE).next_multiple_of(threads);
        let (mut stacks, mut before, mut last): (Vec<Range<usize>>, _, _) = (Vec::new(), 0, usize::MAX);
        for index in group {
            // Where an input's middle lies says which stack it is in: so they are about equally long.
            let number = (before + length(index) / 2) * count / total.max(1);
            before += length(index);
            match stacks.last_mut() {
                Some(stack) if number == last && !alone => stack.end = index + 1,
                _ => stacks.push(index..index + 1),
            }
            last = number;
        }
        let stacked = |inputs: Range<usize>| {
            let rows = Stack::of(inputs.clone().map(length).collect());
            Stacked { inputs, rows }
        };
        stacks.into_iter().map(stacked).collect()
    }

    /// Reads one part of unchanged files and counts its bytes; the caller has dropped the part before.
    fn part<T>(
        &self,
        source: &mut dyn Source,
        build: impl FnOnce(&mut Weights<'_>) -> Result<T, InferenceError>,
    ) -> Result<T, InferenceError> {
        let mut weights = Weights::new(source, self.kernel, &self.device);
        let part = build(&mut weights)?;
        self.peak.fetch_max(weights.bytes(), Ordering::Relaxed);
        // Looked at afterwards, so that what was read is what was hashed.
        source.unchanged()?;
        Ok(part)
    }

    /// Cuts the inputs into batches whose hidden states fit the memory; one input at least, whatever its length.
    fn groups(&self, inputs: &[Input<'_>]) -> Vec<Range<usize>> {
        let width = 4 * self.plan.width() as u64;
        let (mut groups, mut start, mut bytes) = (Vec::new(), 0, 0u64);
        for (index, input) in inputs.iter().enumerate() {
            let more = width.saturating_mul(input.tokens.len() as u64);
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

    /// Quantised kernels share one pool of threads, which a second stack would only wait for.
    fn one_at_a_time(&self) -> bool {
        self.kernel == Kernel::Quantised || !self.device.is_cpu()
    }

    /// `f` of each item, in parallel if that helps.
    fn each<I: Send, T: Send>(&self, items: Vec<I>, f: impl Fn(I) -> T + Sync + Send) -> Vec<T> {
        if self.one_at_a_time() {
            return items.into_iter().map(f).collect();
        }
        items.into_par_iter().map(f).collect()
    }
}
