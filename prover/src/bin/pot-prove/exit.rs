//! Exit codes: part of the interface.

use pot_prover::error::ProverError;

/// How `pot-prove` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// The machine, a model or the proof failed; a run can be resumed.
    Failed = 1,
    /// The command does not fit: flags, or the state of the run folder.
    Usage = 2,
    /// A file or model that was given is malformed.
    Malformed = 3,
}

impl Exit {
    /// The exit code for an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<ProverError>() {
            Some(e) if e.is_usage() => Self::Usage,
            Some(e) if e.is_input() => Self::Malformed,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
