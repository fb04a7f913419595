//! Everything that can go wrong between two models and a proof.

use std::path::{Path, PathBuf};

use pot_protocol::{
    codec::CodecError,
    registration::RegistrationError,
    statement::StatementError,
    transcript::{Side, TranscriptError, Unread},
};
use pot_setup::SetupError;

/// An error of the prover's library; [`ProverError::is_usage`] and [`ProverError::is_input`] sort them for exit codes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProverError {
    /// The command does not fit the state of the run folder.
    #[error("{0}")]
    Usage(String),
    /// A file that the user gave is malformed.
    #[error("{path}: {message}")]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// The operating system refused something.
    #[error("{path}: {action}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The operating system's random generator failed.
    #[error("the system's random generator failed: {0}")]
    Random(String),
    /// A registration is refused.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// A statement is refused.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A transcript is refused.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// A canonical encoding is refused.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A sealed record does not hold.
    #[error("{0}; the transcript was changed or belongs to another run")]
    Sealed(String),
    /// A model cannot be loaded or does not fit.
    #[error("{0}")]
    Model(String),
    /// Opened records do not hold, or are not what the models answer.
    #[error("{0}")]
    Rerun(String),
    /// A server is not there, fails, or gives no answer that can be used.
    #[error("{0}")]
    Server(String),
    /// A model gave no usable answer; the run is paused at that challenge.
    #[error(
        "challenge {index}: the {side} gave no usable answer: {message}; what is sealed stays; mend the cause and pass --resume"
    )]
    Answer {
        /// Challenge index.
        index: u64,
        /// `reference` or `candidate`.
        side: String,
        /// What was wrong with the answer.
        message: String,
    },
    /// The policy allows no more attempts at an answer.
    #[error(
        "challenge {index}: the {side} has been asked {allowed} times, as often as the policy allows, and gave no answer \
         that was kept: this run has failed; register a new one, under a policy with more attempts if it was only interrupted"
    )]
    Spent {
        /// Challenge index.
        index: u64,
        /// Who was asked.
        side: Side,
        /// Attempts that the policy allows.
        allowed: u32,
    },
    /// Two tokenizers split a challenge differently, so no score of it exists and none may be left out.
    #[error(
        "challenge {index}: {split}; neither model was asked about it, and this run cannot go on: register a new one, with \
         tokenizer files that split alike or under a delta-ce policy"
    )]
    Split {
        /// Challenge index.
        index: u64,
        /// Where the splits part.
        split: String,
    },
    /// A model does not read what it is asked about.
    #[error(
        "challenge {index}: the {side} {unread}: no model that reads the text does that, so nothing is scored and this run \
         cannot go on: mend the cause and register a new one"
    )]
    Unread {
        /// Challenge index.
        index: u64,
        /// Who answered.
        side: Side,
        /// What shows it.
        unread: Unread,
    },
    /// The run has not come to a decision yet.
    #[error("{0}")]
    Undecided(String),
    /// Keys are missing or refused.
    #[error("{0}")]
    Key(String),
    /// The proof could not be made or did not verify.
    #[error("{0}")]
    Proof(String),
}

impl ProverError {
    /// An I/O error with its place.
    pub fn io(path: &Path, action: &'static str) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, action, source }
    }

    /// An error of the setup's library, sorted: a file of a shared format that is refused, or the keys.
    pub fn setup(error: SetupError) -> Self {
        match error {
            SetupError::Format { file, reason } => Self::Input { path: file.into(), message: reason },
            SetupError::Io { path, source, .. } => Self::Io { path, action: "cannot read", source },
            other => Self::Key(other.to_string()),
        }
    }

    /// An error of a model, sorted by where to look for its cause; `about` says what was done with which model.
    #[cfg(feature = "inference")]
    pub fn model(about: impl std::fmt::Display, error: &pot_inference::InferenceError) -> Self {
        let message = format!("{about}: {error}");
        match error.fault() {
            pot_inference::Fault::Usage => Self::Usage(message),
            pot_inference::Fault::Server => Self::Server(message),
            pot_inference::Fault::Model => Self::Model(message),
        }
    }

    /// A malformed file.
    pub fn input(path: &Path, message: impl std::fmt::Display) -> Self {
        Self::Input { path: path.to_owned(), message: message.to_string() }
    }

    /// Whether the command was used wrongly (exit code 2).
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::Undecided(_))
    }

    /// Whether something given from outside is malformed (exit code 3).
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            Self::Input { .. }
                | Self::Registration(_)
                | Self::Statement(_)
                | Self::Transcript(_)
                | Self::Sealed(_)
                | Self::Codec(_)
                | Self::Model(_)
                | Self::Io { action: "cannot open" | "cannot read", .. }
        )
    }
}
