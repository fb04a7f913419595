//! Whose fault an error is, for exit codes.

use crate::{InferenceError, endpoint::EndpointError};

/// Where to look for the cause of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What was typed: an endpoint's name, an option, the name of a variable.
    Usage,
    /// A server that is not there, fails, or gives no answer that can be used.
    Server,
    /// A model's files, or a model that does not fit what is asked of it.
    Model,
}

impl InferenceError {
    /// Where to look for the cause.
    pub fn fault(&self) -> Fault {
        match self {
            Self::UnknownBuiltin { .. } => Fault::Usage,
            Self::Endpoint(error) => error.fault(),
            Self::Batch(error) => error.fault(),
            _ => Fault::Model,
        }
    }
}

impl EndpointError {
    fn fault(&self) -> Fault {
        match self {
            Self::BadSpec { .. }
            | Self::BadOption { .. }
            | Self::NoVariable
            | Self::NoKey { .. }
            | Self::InsecureKey { .. } => Fault::Usage,
            Self::Prefix { .. }
            | Self::Unsupported { .. }
            | Self::NeedsTokenizer { .. }
            | Self::OtherTokenizer { .. }
            | Self::OtherVocabulary { .. }
            | Self::Kind { .. }
            | Self::Tokenizer(_) => Fault::Model,
            _ => Fault::Server,
        }
    }
}
