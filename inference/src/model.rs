//! What a language model is to this project: something that says how probable committed tokens are.

use pot_protocol::score::ScoreKind;

use crate::{Answer, InferenceError};

/// Which model this is, for registrations and transcripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelIdentity {
    /// Weights at hand.
    Weights(WeightsIdentity),
    /// A model behind an interface.
    Endpoint(EndpointIdentity),
}

impl ModelIdentity {
    /// How the model was named by the user.
    pub fn name(&self) -> &str {
        match self {
            Self::Weights(identity) => &identity.name,
            Self::Endpoint(identity) => &identity.url,
        }
    }
}

/// Identity of weights at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightsIdentity {
    /// How the model was named when it was loaded: `builtin:NAME`, or the path.
    pub name: String,
    /// The family, such as `llama` or `gpt2`.
    pub architecture: String,
    /// SHA-256 of the weights file exactly as on disk; of several files, the manifest digest over all of them.
    pub weights_sha256: [u8; 32],
    /// SHA-256 of the configuration text that the model was built from. The same weights under another
    /// configuration are another model.
    pub config_sha256: [u8; 32],
    /// Digest of the vocabulary.
    pub tokenizer: [u8; 32],
    /// Name and SHA-256 of every file that the model was read from, in the order of their names; none for a built-in one.
    pub files: Vec<(String, [u8; 32])>,
    /// Number of weights.
    pub parameters: u64,
    /// How the weights are stored and computed with, such as `f16, computed in f32`.
    pub dtype: String,
}

/// Identity of a model behind an interface, as far as it can be known from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointIdentity {
    /// How the user named it: `DIALECT:URL#MODEL`, never with credentials.
    pub url: String,
    /// Which interface it speaks, such as `vllm`.
    pub dialect: String,
    /// The model's name there.
    pub model: String,
    /// What the server says of itself, such as its version; empty when it says nothing.
    pub server: String,
    /// The shape of the requests, as far as it can change answers.
    pub settings: String,
    /// Digest of the vocabulary under which it is asked.
    pub tokenizer: [u8; 32],
}

/// A text and its tokens, both fixed before anybody answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Prompt<'a> {
    /// The text, in UTF-8.
    pub text: &'a str,
    /// Its tokens, the start token included: exactly these are scored.
    pub tokens: &'a [u32],
}

/// The text is secret as long as the challenge key is.
impl std::fmt::Debug for Prompt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prompt({} tokens)", self.tokens.len())
    }
}

/// What is asked about each prompt. The predicted tokens are all but the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The whole distributions at the last K predicted tokens.
    Distributions(u32),
    /// The log-probabilities of the last K predicted tokens.
    LastTokens(u32),
    /// The log-probabilities of all predicted tokens.
    AllTokens,
    /// The most likely tokens at the last K predicted tokens.
    Top {
        /// K, the scored positions.
        positions: u32,
        /// How many tokens, each with its log-probability.
        top: u32,
    },
}

impl Ask {
    /// What `kind` needs of a model whose distributions are at hand, with K scored positions.
    ///
    /// # Errors
    /// [`InferenceError::Kind`] for a kind that other models are asked about.
    pub fn of(kind: ScoreKind, k: u32) -> Result<Self, InferenceError> {
        match kind {
            ScoreKind::Kl => Ok(Self::Distributions(k)),
            ScoreKind::DeltaLogprob => Ok(Self::LastTokens(k)),
            ScoreKind::DeltaCe => Ok(Self::AllTokens),
            other => Err(InferenceError::Kind(other)),
        }
    }

    /// Which of the predicted tokens is the first scored one, counted from 0: predicted token t is `tokens[t + 1]`.
    ///
    /// # Errors
    /// [`InferenceError::EmptyPrompt`] when there is no token, [`InferenceError::PromptTooShort`] when fewer are predicted
    /// than are to be scored.
    pub fn first(self, tokens: &[u32]) -> Result<usize, InferenceError> {
        let predicted = tokens.len().checked_sub(1).ok_or(InferenceError::EmptyPrompt)?;
        let k = match self {
            Self::Distributions(k) | Self::LastTokens(k) | Self::Top { positions: k, .. } => k,
            Self::AllTokens => u32::try_from(predicted).unwrap_or(u32::MAX),
        };
        let kept = usize::try_from(k).unwrap_or(usize::MAX);
        match predicted.checked_sub(kept) {
            Some(first) if kept > 0 => Ok(first),
            _ => Err(InferenceError::PromptTooShort { predicted, k: k.max(1) }),
        }
    }
}

/// A model that can be scored.
pub trait LanguageModel: Send + Sync {
    /// Answers to a batch of prompts, in their order. One that fails does not spoil the others.
    ///
    /// Each prompt is asked once: whether to ask again is for the caller to decide and to log.
    fn answers(&self, prompts: &[Prompt<'_>], ask: Ask) -> Vec<Result<Answer, InferenceError>>;

    /// Whether a prompt can be put to the model, as far as that can be seen without asking it.
    ///
    /// # Errors
    /// [`InferenceError`] as [`LanguageModel::answers`] would give.
    fn askable(&self, _prompt: Prompt<'_>, _ask: Ask) -> Result<(), InferenceError> {
        Ok(())
    }

    /// How many prompts are best asked together.
    fn batch(&self) -> usize {
        8
    }

    /// Whether the model gives the same answer to the same question again, bit for bit.
    fn repeats(&self) -> bool {
        true
    }

    /// The tokens of `text`, with the start token if the model has one.
    ///
    /// # Errors
    /// [`InferenceError`] when the tokenizer cannot represent the text.
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError>;

    /// Number of tokens in the vocabulary.
    fn vocabulary(&self) -> usize;

    /// Digest of the vocabulary: token indices are compared only between models for which it is equal.
    fn tokenizer_id(&self) -> [u8; 32];

    /// The longest sequence the model takes, in tokens.
    fn max_positions(&self) -> usize;

    /// Which model this is.
    fn identity(&self) -> &ModelIdentity;
}

/// Checks a prompt against a model and gives the first scored predicted token, counted from 0.
///
/// # Errors
/// [`InferenceError`] for an empty, too short or too long prompt and a token outside the vocabulary.
pub(crate) fn check(model: &dyn LanguageModel, prompt: Prompt<'_>, ask: Ask) -> Result<usize, InferenceError> {
    if prompt.text.is_empty() {
        return Err(InferenceError::EmptyPrompt);
    }
    let (vocabulary, max) = (model.vocabulary(), model.max_positions());
    if prompt.tokens.len() > max {
        return Err(InferenceError::PromptTooLong { tokens: prompt.tokens.len(), max });
    }
    if let Some(&token) = prompt.tokens.iter().find(|&&t| usize::try_from(t).map_or(true, |t| t >= vocabulary)) {
        return Err(InferenceError::BadToken { token, vocabulary });
    }
    ask.first(prompt.tokens)
}
