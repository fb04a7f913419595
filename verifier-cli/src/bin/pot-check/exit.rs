//! Exit codes: part of the interface.

use pot_verifier::{CheckError, Class};

/// How `pot-check` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was given holds.
    Accepted = 0,
    /// A proof, root, score or key does not hold.
    Invalid = 1,
    /// The command line is wrong, or its output cannot be written.
    Usage = 2,
    /// A file is missing, unreadable or malformed.
    Malformed = 3,
    /// Valid, but not the required verdict, or not what the acceptance policy demands.
    RequireNotMet = 4,
    /// Trust material is missing or refused.
    Trust = 5,
}

impl From<Class> for Exit {
    fn from(class: Class) -> Self {
        match class {
            Class::Invalid => Self::Invalid,
            Class::Malformed => Self::Malformed,
            Class::Trust => Self::Trust,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A reason to stop, with its exit code.
pub(crate) struct Stop(pub(crate) Exit, pub(crate) String);

impl From<CheckError> for Stop {
    fn from(e: CheckError) -> Self {
        Self(e.class().into(), e.to_string())
    }
}
