//! Exit codes: part of the interface, the same numbers as `pot-check`'s.

use std::io;

use pot_protocol::keys::KeyError;
use pot_setup::SetupError;

/// How `pot-setup` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// The machine refused something: a folder, randomness, a full disk.
    Failed = 1,
    /// What was asked for cannot be; most such errors clap finds itself, and ends with the same number.
    Usage = 2,
    /// A file is malformed or damaged.
    Malformed = 3,
    /// A key or another file that was named is missing, a key is always refused, powers of tau are not the trusted ones, or
    /// a ceremony does not hold.
    Refused = 5,
}

impl Exit {
    /// The exit code for an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if error.is::<Usage>() {
            return Self::Usage;
        }
        match error.downcast_ref::<SetupError>() {
            Some(
                SetupError::Power(_) | SetupError::Beacon(_) | SetupError::ContributorName | SetupError::Contract(_),
            ) => Self::Usage,
            Some(
                SetupError::Damaged { .. }
                | SetupError::Format { .. }
                | SetupError::Key(
                    KeyError::Magic
                    | KeyError::Length { .. }
                    | KeyError::Capacity(_)
                    | KeyError::Provenance { .. }
                    | KeyError::Ceremony(_)
                    | KeyError::Point(..),
                ),
            ) => Self::Malformed,
            Some(SetupError::Io { action: "open", source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::Refused
            }
            Some(
                SetupError::Key(_)
                | SetupError::Circuit(_)
                | SetupError::NoSuchKey { .. }
                | SetupError::Ceremony { .. }
                | SetupError::UnknownPhase1 { .. }
                | SetupError::OtherPhase1 { .. },
            ) => Self::Refused,
            _ => Self::Failed,
        }
    }
}

/// What was asked for cannot be. The message says what can.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
