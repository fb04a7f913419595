//! Why a bundle is not accepted, sorted by what the user has to do about it.

use pot_protocol::{
    bundle::BundleError,
    digest::Digest,
    transcript::{OpeningError, TranscriptError},
};

/// A refusal. [`CheckError::class`] gives the exit code's class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The bundle cannot be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Another file that was given cannot be read.
    #[error("{what}: {message}")]
    Malformed {
        /// Which file.
        what: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// What is stated is false, or does not belong together.
    #[error("{0}")]
    Invalid(String),
    /// Trust material is missing or refused.
    #[error("{0}")]
    Trust(String),
}

/// What a refusal means for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A proof, root, key or score does not hold.
    Invalid,
    /// A file is not what it should be.
    Malformed,
    /// A key or policy is not known or not allowed.
    Trust,
}

impl CheckError {
    /// The class of this refusal.
    pub fn class(&self) -> Class {
        match self {
            Self::Bundle(_) | Self::Malformed { .. } => Class::Malformed,
            Self::Invalid(_) => Class::Invalid,
            Self::Trust(_) => Class::Trust,
        }
    }

    pub(crate) fn differs(what: &str, stated: Digest, computed: Digest) -> Self {
        Self::Invalid(format!("{what}: the bundle states {stated}, what was given makes {computed}"))
    }
}

impl From<TranscriptError> for CheckError {
    fn from(e: TranscriptError) -> Self {
        Self::Malformed { what: "transcript", message: e.to_string() }
    }
}

impl From<OpeningError> for CheckError {
    fn from(e: OpeningError) -> Self {
        Self::Malformed { what: "scores", message: e.to_string() }
    }
}
