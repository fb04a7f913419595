//! A model that runs in this process.

mod engine;
mod inventory;
mod reading;

use std::sync::Arc;

use candle_core::Device;
use rayon::prelude::*;

use engine::{Engine, Input};
use inventory::Inventory;

use crate::families::Config;
use crate::model::check;
use crate::{
    Answer, Ask, InferenceError, Kernel, LanguageModel, LoadOptions, LogProbs, ModelFiles, ModelIdentity, Prompt,
    Scored, Tokenizer, WeightsIdentity, files,
};

/// A model of weights at hand, computed in f32.
///
/// The prompts of a batch go through each part of the model in stacks. No row is computed from another prompt's, nor in
/// another order of sums for having neighbours, so an answer has the same bits whatever else is in its batch, and
/// whether the model is held as a whole or read part by part.
pub struct LocalModel {
    engine: Engine,
    tokenizer: Arc<dyn Tokenizer>,
    tokenizer_id: [u8; 32],
    identity: ModelIdentity,
    vocabulary: usize,
    max_positions: usize,
}

impl LocalModel {
    /// Builds the model in `file`, the bytes of a safetensors file, that is to be known as `name`. The configuration is
    /// `config` if given, else the one in the file's metadata.
    ///
    /// # Errors
    /// [`InferenceError`] for anything damaged, missing, superfluous, unknown or not finite.
    pub fn from_bytes(name: &str, file: &[u8], config: Option<&str>) -> Result<Self, InferenceError> {
        Self::from_files(files::from_safetensors(name, file.to_vec(), config)?, &LoadOptions::default())
    }

    /// Builds the model in `files`. Names, shapes and the memory that is needed are checked before any weight is read.
    ///
    /// # Errors
    /// [`InferenceError`] for anything damaged, missing, superfluous, unknown or not finite, and when a part of the
    /// model alone needs more memory than `options` allow.
    pub fn from_files(mut files: ModelFiles, options: &LoadOptions) -> Result<Self, InferenceError> {
        let config = Config::parse(&files.origin, &files.config_json)?;
        let plan = config.plan(&files.origin)?;
        let device = Device::cuda_if_available(0)?;
        if options.kernel == Kernel::Quantised && !device.is_cpu() {
            let reason = "quantised kernels run on the CPU only: use the dequantised kernel".to_owned();
            return Err(InferenceError::Config { origin: files.origin, reason });
        }
        let needs = Inventory::new(&files.origin, &files.tensors, &mut *files.source, options.kernel).check(&*plan)?;
        let arithmetic = match options.kernel {
            Kernel::Dequantised => "dequantised to f32",
            Kernel::Quantised => "quantised kernels",
        };
        let place = if device.is_cpu() { "" } else { " on cuda" };
        let tokenizer_id = files.tokenizer.digest();
        let identity = ModelIdentity::Weights(WeightsIdentity {
            name: files.origin.clone(),
            architecture: config.architecture().to_owned(),
            weights_sha256: files.weights_sha256,
            config_sha256: files.config_sha256,
            files: files.files,
            tokenizer: tokenizer_id,
            parameters: files.parameters,
            dtype: format!("{}, {arithmetic}{place}", files.stored),
        });
        Ok(Self {
            engine: Engine::new(&files.origin, plan, files.source, device, *options, needs)?,
            tokenizer: files.tokenizer,
            tokenizer_id,
            identity,
            vocabulary: config.vocabulary(),
            max_positions: config.max_positions(),
        })
    }

    /// Where it computes: `cpu` or `cuda`.
    pub fn place(&self) -> &'static str {
        if self.engine.on_cpu() { "cpu" } else { "cuda" }
    }

    /// The most bytes of weights that were held at once so far: four for each weight, or as stored for quantised kernels.
    pub fn peak_weight_bytes(&self) -> u64 {
        self.engine.peak()
    }

    /// The bytes of weights that the model holds while it works: all of them, or of its largest part.
    pub fn held_bytes(&self) -> u64 {
        self.engine.held()
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> Arc<dyn Tokenizer> {
        Arc::clone(&self.tokenizer)
    }

    /// Whether all weights are held in memory; if not, every batch reads them anew, part by part.
    pub fn resident(&self) -> bool {
        self.engine.resident()
    }

    /// The next-token distributions at all positions: row t is that of token t+1, given tokens 0 to t.
    ///
    /// # Errors
    /// [`InferenceError`] for an empty or too long sequence, a token outside the vocabulary, and any NaN or infinity.
    pub fn log_probabilities(&self, tokens: &[u32]) -> Result<LogProbs, InferenceError> {
        if tokens.is_empty() {
            return Err(InferenceError::EmptyPrompt);
        }
        if tokens.len() > self.max_positions {
            return Err(InferenceError::PromptTooLong { tokens: tokens.len(), max: self.max_positions });
        }
        let outside = |t: u32| usize::try_from(t).map_or(true, |t| t >= self.vocabulary);
        if let Some(&token) = tokens.iter().find(|t| outside(**t)) {
            return Err(InferenceError::BadToken { token, vocabulary: self.vocabulary });
        }
        let input = Input { tokens, first: 0 };
        let rows = self.engine.run(&[input], self.vocabulary, |_, _, row| Ok(row.to_vec())).pop();
        let rows = rows.unwrap_or(Err(InferenceError::EmptyPrompt))?;
        LogProbs::new(tokens.len(), self.vocabulary, rows.concat())
    }

    /// Answers to checked prompts, each with its first scored predicted token: `read` makes something of the next token
    /// and the logits at each position, and `scored` of them all.
    fn scored<'a, T: Send>(
        &self,
        prompts: &[(Prompt<'a>, usize)],
        ask: Ask,
        read: impl Fn(u32, &[f32]) -> Result<T, InferenceError> + Sync,
        scored: impl Fn(Vec<T>) -> Scored + Sync,
    ) -> Vec<Result<Answer, InferenceError>> {
        // Row t is about token t+1; the last row is about a token that nobody committed to, so it is never computed.
        let input = |(prompt, first): (Prompt<'a>, usize)| {
            let tokens = prompt.tokens.split_last().map_or(&[][..], |(_, rest)| rest);
            Input { tokens, first }
        };
        let inputs: Vec<Input<'_>> = prompts.iter().copied().map(input).collect();
        let rows = self.engine.run(&inputs, self.vocabulary, |index, t, row| read(prompts[index].0.tokens[t + 1], row));
        let answer = |(rows, &(prompt, _)): (Result<Vec<T>, InferenceError>, _)| {
            rows.and_then(|rows| Answer::new(self, prompt, ask, scored(rows)))
        };
        (rows, prompts).into_par_iter().map(answer).collect()
    }
}

impl LanguageModel for LocalModel {
    fn answers(&self, prompts: &[Prompt<'_>], ask: Ask) -> Vec<Result<Answer, InferenceError>> {
        let firsts: Vec<Result<usize, InferenceError>> = prompts.iter().map(|p| check(self, *p, ask)).collect();
        let valid: Vec<(Prompt<'_>, usize)> = prompts
            .iter()
            .zip(&firsts)
            .filter_map(|(p, first)| first.as_ref().ok().map(|&first| (*p, first)))
            .collect();
        let answers = match ask {
            Ask::Distributions(_) => self.scored(&valid, ask, |_, row| Ok(row.to_vec()), Scored::Logits),
            Ask::LastTokens(_) | Ask::AllTokens => {
                self.scored(&valid, ask, |next, row| reading::log_prob(row, next), Scored::Tokens)
            }
            Ask::Top { top, .. } => self.scored(&valid, ask, |_, row| Ok(reading::most_likely(row, top)), Scored::Top),
        };
        let mut answers = answers.into_iter();
        let answer = |first: Result<usize, InferenceError>| match first {
            Ok(_) => answers.next().unwrap_or(Err(InferenceError::OtherAnswer)),
            Err(error) => Err(error),
        };
        firsts.into_iter().map(answer).collect()
    }

    fn batch(&self) -> usize {
        // A model that is read anew for each batch is best asked as much as possible at a time.
        if self.resident() { 8 } else { usize::MAX }
    }

    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        self.tokenizer.tokenize(text)
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn tokenizer_id(&self) -> [u8; 32] {
        self.tokenizer_id
    }

    fn max_positions(&self) -> usize {
        self.max_positions
    }

    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }
}
