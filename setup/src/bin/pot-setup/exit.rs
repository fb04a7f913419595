//! Exit codes: part of the interface, the same numbers as `pot-check`'s.

use pot_setup::SetupError;

/// How `pot-setup` ends. Usage errors end with 2, which clap does itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// The machine refused something: a folder, randomness, a full disk.
    Failed = 1,
    /// A file is malformed or damaged.
    Malformed = 3,
    /// A key is missing or always refused, powers of tau are not the trusted ones, or a ceremony does not hold.
    Refused = 5,
}

impl Exit {
    /// The exit code for an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<SetupError>() {
            Some(SetupError::Damaged { .. } | SetupError::Format { .. }) => Self::Malformed,
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

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
