//! One model's answer to one prompt: all that a score of it needs.

use sha2::{Digest, Sha256};

use crate::logprobs::log_softmax;
use crate::{InferenceError, LanguageModel};

/// What a model said about a prompt: the last K distributions, the log-probability of every predicted token, and the
/// digest of everything it put out. The reference is evaluated first, then the candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    tokens: Vec<u32>,
    tokenizer: [u8; 32],
    vocabulary: usize,
    bytes: u32,
    text: [u8; 32],
    rows: Vec<Vec<f32>>,
    token_log_probs: Vec<f64>,
    digest: [u8; 32],
}

impl Answer {
    /// Asks `model` about `text` and keeps the distributions of the last `k` predicted tokens (0 for `delta-ce`).
    ///
    /// # Errors
    /// [`InferenceError`] for an empty, too short or too long text, and whatever the model refuses.
    pub fn evaluate(model: &dyn LanguageModel, text: &str, k: u32) -> Result<Self, InferenceError> {
        if text.is_empty() {
            return Err(InferenceError::EmptyPrompt);
        }
        let tokens = model.tokenize(text)?;
        let predicted = tokens.len().saturating_sub(1);
        let too_short = || InferenceError::PromptTooShort { predicted, k };
        let kept = usize::try_from(k).map_err(|_| too_short())?;
        let first = predicted.checked_sub(kept).ok_or_else(too_short)?;
        if predicted == 0 {
            return Err(too_short());
        }
        if tokens.len() > model.max_positions() {
            return Err(InferenceError::PromptTooLong { tokens: tokens.len(), max: model.max_positions() });
        }
        let bytes = u32::try_from(text.len())
            .map_err(|_| InferenceError::PromptTooLong { tokens: text.len(), max: model.max_positions() })?;

        let answer = model.log_probabilities(&tokens)?;
        let vocabulary = model.vocabulary();
        let expected = tokens.len() * vocabulary;
        if answer.positions() != tokens.len() || answer.vocabulary() != vocabulary {
            return Err(InferenceError::LogitCount { found: answer.positions() * answer.vocabulary(), expected });
        }
        // Row t is about token t+1; the last row is about a token that nobody committed to, so it is never scored.
        let mut rows = Vec::with_capacity(kept);
        let mut token_log_probs = Vec::with_capacity(predicted);
        for (t, &token) in tokens.iter().skip(1).enumerate() {
            let bad = || InferenceError::BadToken { token, vocabulary };
            let logits = answer.logits(t).ok_or_else(bad)?;
            let column = usize::try_from(token).map_err(|_| bad())?;
            token_log_probs.push(*log_softmax(logits).get(column).ok_or_else(bad)?);
            if t >= first {
                rows.push(logits.to_vec());
            }
        }
        let (digest, text) = (answer.digest(), Sha256::digest(text).into());
        Ok(Self { tokens, tokenizer: model.tokenizer_id(), vocabulary, bytes, text, rows, token_log_probs, digest })
    }

    /// The prompt's tokens, the start token included.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Digest of the tokenizer that made the tokens.
    pub fn tokenizer(&self) -> [u8; 32] {
        self.tokenizer
    }

    /// Size of the vocabulary that each distribution is over.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// Length of the text in UTF-8 bytes.
    pub fn bytes(&self) -> u32 {
        self.bytes
    }

    /// SHA-256 of the text.
    pub fn text_sha256(&self) -> [u8; 32] {
        self.text
    }

    /// Log-probabilities in nats of the predicted tokens: all but the first.
    pub fn token_log_probs(&self) -> &[f64] {
        &self.token_log_probs
    }

    /// SHA-256 of the raw logits of all positions, row by row, each an f32 in four little-endian bytes.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Raw logits of the last K predicted tokens.
    pub(crate) fn rows(&self) -> &[Vec<f32>] {
        &self.rows
    }
}
