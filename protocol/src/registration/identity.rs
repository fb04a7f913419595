//! Which model was asked.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// Number type of a model whose computation cannot be seen.
const AS_SERVED: &str = "as served";

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
        /// SHA-256 of the weights file as on disk; of several, of their digests one after the other in the order of
        /// their names (the root of the `OpenSSF`'s model signing).
        weights: Digest,
        /// SHA-256 of the configuration that the model was built from.
        config: Digest,
        /// Digest of the vocabulary, what each token index means: two models are compared token by token only under one
        /// vocabulary, about texts that both tokenizers split alike. The files below fix how they split.
        tokenizer: Digest,
        /// Number type that the forward pass computed in.
        dtype: String,
        /// Every file that the model was read from, in the order of their names; empty for a built-in model.
        files: Vec<ModelFile>,
    },
    /// A model behind an interface: whatever answers there.
    Endpoint {
        /// How the user named it: dialect, URL and model, without credentials.
        name: String,
        /// The interface's dialect, for example `vllm`.
        dialect: String,
        /// The model's name there.
        model: String,
        /// What the server says of itself.
        server: String,
        /// The shape of the requests, as far as it can change answers.
        settings: String,
        /// Digest of the vocabulary under which it is asked.
        tokenizer: Digest,
    },
}

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name inside the model's folder.
    pub name: String,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl ModelIdentity {
    /// What the user called the model.
    pub fn name(&self) -> &str {
        match self {
            Self::Weights { name, .. } | Self::Endpoint { name, .. } => name,
        }
    }

    /// Digest of the vocabulary.
    pub fn tokenizer(&self) -> Digest {
        match self {
            Self::Weights { tokenizer, .. } | Self::Endpoint { tokenizer, .. } => *tokenizer,
        }
    }

    /// SHA-256 of the weights, where they were at hand.
    pub fn weights(&self) -> Option<Digest> {
        match self {
            Self::Weights { weights, .. } => Some(*weights),
            Self::Endpoint { .. } => None,
        }
    }

    /// The number type that the model computes in, `as served` behind an interface.
    pub fn dtype(&self) -> &str {
        match self {
            Self::Weights { dtype, .. } => dtype,
            Self::Endpoint { .. } => AS_SERVED,
        }
    }

    /// How a served model is asked, as far as it can change answers; nothing for weights at hand.
    pub fn settings(&self) -> Option<&str> {
        match self {
            Self::Weights { .. } => None,
            Self::Endpoint { settings, .. } => Some(settings),
        }
    }

    /// The files that the model was read from.
    pub fn files(&self) -> &[ModelFile] {
        match self {
            Self::Weights { files, .. } => files,
            Self::Endpoint { .. } => &[],
        }
    }

    /// Whether this is the same model as another, as far as a name can be given anew: weights at hand by their digest,
    /// endpoints by how they were named.
    pub fn is_same_model(&self, other: &Self) -> bool {
        match (self.weights(), other.weights()) {
            (Some(one), Some(other)) => one == other,
            (None, None) => self.name() == other.name(),
            _ => false,
        }
    }

    /// The strings of this identity, for length and character checks.
    pub(super) fn strings(&self) -> Vec<&str> {
        let mut strings = match self {
            Self::Weights { name, architecture, dtype, .. } => vec![name.as_str(), architecture, dtype],
            Self::Endpoint { name, dialect, model, server, settings, .. } => {
                vec![name.as_str(), dialect, model, server, settings]
            }
        };
        strings.extend(self.files().iter().map(|file| file.name.as_str()));
        strings
    }
}
