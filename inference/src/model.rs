//! What a language model is to this project: log-probabilities at all positions of a committed token sequence.

use crate::{InferenceError, LogProbs};

/// Which model this is, for registrations and transcripts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ModelIdentity {
    /// How the model was named when it was loaded: `builtin:NAME`, or the path.
    pub name: String,
    /// The family, such as `llama` or `gpt2`.
    pub architecture: String,
    /// SHA-256 of the weights file, exactly as on disk.
    pub weights_sha256: [u8; 32],
    /// SHA-256 of the configuration text that the model was built from. The same weights under another
    /// configuration are another model.
    pub config_sha256: [u8; 32],
    /// Digest of the tokenizer.
    pub tokenizer: [u8; 32],
    /// Number of weights.
    pub parameters: u64,
    /// How the weights are stored and computed with, such as `f16, computed in f32`.
    pub dtype: String,
}

/// A model that can be scored.
pub trait LanguageModel: Send + Sync {
    /// The next-token distributions at all positions: row t is that of token t+1, given tokens 0 to t.
    ///
    /// # Errors
    /// [`InferenceError`] for an empty or too long sequence, a token outside the vocabulary, and any NaN or infinity.
    fn log_probabilities(&self, tokens: &[u32]) -> Result<LogProbs, InferenceError>;

    /// The tokens of `text`, with the start token if the model has one.
    ///
    /// # Errors
    /// [`InferenceError`] when the tokenizer cannot represent the text.
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError>;

    /// Number of tokens in the vocabulary.
    fn vocabulary(&self) -> usize;

    /// Digest of the tokenizer: token indices are compared only between models for which it is equal.
    fn tokenizer_id(&self) -> [u8; 32];

    /// The longest sequence the model takes, in tokens.
    fn max_positions(&self) -> usize;

    /// Which model this is.
    fn identity(&self) -> &ModelIdentity;
}
