//! Which model was asked.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The identity of one model, as far as the auditor had it at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(tag = "source", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ModelIdentity {
    /// Weights that were at hand.
    Weights {
        /// What the user called it: `builtin:base`, a path, a release name.
        name: String,
        /// Architecture family, for example `llama`.
        architecture: String,
        /// Number of parameters.
        parameters: u64,
        /// SHA-256 of the weights file as on disk.
        weights: Digest,
        /// SHA-256 of the configuration that the model was built from.
        config: Digest,
        /// Digest of the tokenizer: two models are compared token by token only under one tokenizer.
        tokenizer: Digest,
        /// Number type that the forward pass computed in.
        dtype: String,
    },
}

impl ModelIdentity {
    /// What the user called the model.
    pub fn name(&self) -> &str {
        match self {
            Self::Weights { name, .. } => name,
        }
    }

    /// Digest of the tokenizer.
    pub fn tokenizer(&self) -> Digest {
        match self {
            Self::Weights { tokenizer, .. } => *tokenizer,
        }
    }

    /// SHA-256 of the weights file.
    pub fn weights(&self) -> Digest {
        match self {
            Self::Weights { weights, .. } => *weights,
        }
    }

    /// The number type that the model computes in.
    pub fn dtype(&self) -> &str {
        match self {
            Self::Weights { dtype, .. } => dtype,
        }
    }

    /// The strings of this identity, for length and character checks.
    pub(super) fn strings(&self) -> [&str; 3] {
        match self {
            Self::Weights { name, architecture, dtype, .. } => [name, architecture, dtype],
        }
    }
}
