//! Models behind an HTTP interface.
//!
//! [`EndpointSpec`] is what a user writes, [`Endpoint::connect`] probes the server before it is believed, and the
//! [`Endpoint`] then answers like any other [`LanguageModel`]. Each question is sent once: [`Retry`] says whether and when
//! another attempt makes sense, and the caller decides and logs it. An answer that is not exactly what was asked is an
//! error and never a value.

mod batch;
mod error;
mod http;
mod listed;
mod llamacpp;
mod models;
mod ollama;
mod openai;
mod options;
mod pace;
mod prefixes;
mod probe;
mod question;
mod retry;
mod secret;
mod spec;
mod table;
mod vllm;

use std::sync::Arc;

pub use error::EndpointError;
pub use options::EndpointOptions;
pub use probe::{ProbeReport, TokenCheck};
pub use retry::{Backoff, Retry};
pub use spec::{Dialect, EndpointSpec};

use http::Client;
use llamacpp::LlamaCpp;
use ollama::Ollama;
use openai::OpenAi;
use question::{Facts, Question, Speaks};
use vllm::Vllm;

use crate::model::check;
use crate::{Answer, Ask, EndpointIdentity, InferenceError, LanguageModel, ModelIdentity, Prompt, Tokenizer};

/// Stands for a vocabulary of unknown size: token indices of the interfaces are 31-bit numbers.
const UNKNOWN_VOCABULARY: usize = 1 << 31;

/// A probed server with one model.
pub struct Endpoint {
    client: Client,
    server: Box<dyn Speaks>,
    tokenizer: Option<Arc<dyn Tokenizer>>,
    identity: ModelIdentity,
    tokenizer_id: [u8; 32],
    vocabulary: usize,
    max_positions: usize,
    concurrency: usize,
    report: ProbeReport,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("identity", &self.identity)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Connects and probes: is the model there, does it really give finite log-probabilities for the positions asked
    /// for, do they depend on the text and repeat, and does the server split texts like `tokenizer`, the reference's.
    ///
    /// Without a tokenizer the server's own is used, where the interface has one; it is then identified by a digest over
    /// the tokens of fixed probing texts.
    ///
    /// # Errors
    /// [`InferenceError::Endpoint`] with the first thing found wrong; [`InferenceError::retry`] tells whether to connect
    /// again.
    pub fn connect(
        spec: &EndpointSpec,
        options: &EndpointOptions,
        tokenizer: Option<Arc<dyn Tokenizer>>,
    ) -> Result<Self, InferenceError> {
        Self::connect_through(spec, options, tokenizer, |config| config.new_agent())
    }

    /// As [`Endpoint::connect`], by a `way` of the caller's own to the server, made of the settings that the connection is
    /// to have: what fuzzers and tests put in the place of a network.
    ///
    /// # Errors
    /// As [`Endpoint::connect`].
    #[doc(hidden)]
    pub fn connect_through(
        spec: &EndpointSpec,
        options: &EndpointOptions,
        tokenizer: Option<Arc<dyn Tokenizer>>,
        way: impl FnOnce(ureq::config::Config) -> ureq::Agent,
    ) -> Result<Self, InferenceError> {
        let client = Client::new(spec, options, way)?;
        let (server, facts) = greet(&client, spec, options, tokenizer.as_ref())?;
        let (tokenizer_id, tokens) = match &tokenizer {
            Some(ours) => (ours.digest(), probe::same_tokens(&client, server.as_ref(), ours.as_ref())?),
            None => (probe::observed_tokenizer(&client, server.as_ref())?, TokenCheck::Own),
        };
        let ours = options.vocabulary.or_else(|| tokenizer.as_ref().map(|t| t.vocabulary()));
        if let (Some(server), Some(reference)) = (facts.vocabulary, ours)
            && server < reference
        {
            return Err(EndpointError::OtherVocabulary { server, reference }.into());
        }
        let max_positions = facts.positions.unwrap_or(options.max_positions).min(options.max_positions);
        let identity = ModelIdentity::Endpoint(EndpointIdentity {
            url: spec.to_string(),
            dialect: spec.dialect().name().to_owned(),
            model: facts.model,
            server: facts.server.clone(),
            // Everything here can change a score: k too, since fewer tokens bound a divergence less.
            settings: format!(
                "{}, top {}, up to {} requests at once",
                server.settings(),
                options.top,
                options.concurrency
            ),
            tokenizer: tokenizer_id,
        });
        let report = ProbeReport {
            endpoint: spec.to_string(),
            server: facts.server,
            max_positions,
            vocabulary: facts.vocabulary,
            kinds: Vec::new(),
            impossible: Vec::new(),
            self_difference: 0.0,
            tokens,
        };
        let mut endpoint = Self {
            client,
            server,
            tokenizer,
            identity,
            tokenizer_id,
            vocabulary: ours.or(facts.vocabulary).unwrap_or(UNKNOWN_VOCABULARY),
            max_positions,
            concurrency: options.concurrency,
            report,
        };
        let scores = probe::scores(&endpoint, options.top)?;
        endpoint.report.kinds = scores.kinds;
        endpoint.report.impossible = scores.impossible;
        endpoint.report.self_difference = scores.self_difference;
        Ok(endpoint)
    }

    /// What the probe found.
    pub fn report(&self) -> &ProbeReport {
        &self.report
    }

    /// The reference's tokenizer, if it was given: texts are then split here.
    pub fn tokenizer(&self) -> Option<&Arc<dyn Tokenizer>> {
        self.tokenizer.as_ref()
    }

    /// The checked question that `ask` is about `prompt`.
    fn question<'a>(&self, prompt: Prompt<'a>, ask: Ask) -> Result<Question<'a>, InferenceError> {
        let first = check(self, prompt, ask)?;
        let top = match ask {
            Ask::Distributions(_) => {
                return Err(EndpointError::Unsupported {
                    dialect: "an endpoint",
                    asked: "whole distributions",
                    instead: "use kl-topk, delta-logprob or delta-ce",
                }
                .into());
            }
            Ask::LastTokens(_) | Ask::AllTokens => {
                if let Some(error) = self.server.no_tokens() {
                    return Err(error.into());
                }
                None
            }
            Ask::Top { top, .. } => Some(top),
        };
        Ok(Question { text: prompt.text, tokens: prompt.tokens, first, top })
    }

    fn answer(&self, prompt: Prompt<'_>, ask: Ask) -> Result<Answer, InferenceError> {
        let scored = self.server.score(&self.client, self.question(prompt, ask)?)?;
        Answer::new(self, prompt, ask, scored)
    }
}

fn greet(
    client: &Client,
    spec: &EndpointSpec,
    options: &EndpointOptions,
    tokenizer: Option<&Arc<dyn Tokenizer>>,
) -> Result<(Box<dyn Speaks>, Facts), EndpointError> {
    let model = spec.model().unwrap_or_default();
    let needed = || tokenizer.cloned().ok_or(EndpointError::NeedsTokenizer { dialect: spec.dialect().name() });
    Ok(match spec.dialect() {
        Dialect::Vllm => boxed(Vllm::greet(client, model)?),
        Dialect::LlamaCpp => boxed(LlamaCpp::greet(client, spec.model())?),
        Dialect::OpenAi => boxed(OpenAi::greet(client, model, options, &needed()?)?),
        Dialect::Ollama => boxed(Ollama::greet(client, model, options, &needed()?)?),
    })
}

fn boxed((server, facts): (impl Speaks + 'static, Facts)) -> (Box<dyn Speaks>, Facts) {
    (Box::new(server), facts)
}

impl LanguageModel for Endpoint {
    fn answers(&self, prompts: &[Prompt<'_>], ask: Ask) -> Vec<Result<Answer, InferenceError>> {
        batch::each(prompts, self.concurrency, |prompt| self.answer(*prompt, ask))
    }

    fn askable(&self, prompt: Prompt<'_>, ask: Ask) -> Result<(), InferenceError> {
        Ok(self.server.askable(self.question(prompt, ask)?)?)
    }

    fn batch(&self) -> usize {
        self.concurrency
    }

    fn repeats(&self) -> bool {
        false
    }

    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        if let Some(tokenizer) = &self.tokenizer {
            return tokenizer.tokenize(text);
        }
        let tokens = self.server.tokenize(&self.client, text)?;
        tokens.ok_or_else(|| self.client.shape("", "the interface does not split texts").into())
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
