//! One line of the transcript.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::digest::Digest;

/// Which of the two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The model that is claimed; it answers first.
    Reference,
    /// The model under test.
    Candidate,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reference => "reference",
            Self::Candidate => "candidate",
        })
    }
}

/// One event of a run, one line of the file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The first line: which registration this is the transcript of.
    Open {
        /// Format version of the transcript.
        version: u16,
        /// Digest of the registration.
        registration: Digest,
        /// The run's nonce.
        nonce: Digest,
        /// Unix milliseconds.
        at: u64,
    },
    /// A request is about to be sent.
    Intent {
        /// Challenge index, from 0.
        index: u64,
        /// Who is asked.
        side: Side,
        /// Which attempt this is for that side, from 1.
        attempt: u32,
        /// Unix milliseconds.
        at: u64,
    },
    /// The complete answer arrived; it is not scored yet.
    Answer {
        /// Challenge index.
        index: u64,
        /// Who answered.
        side: Side,
        /// The attempt that succeeded.
        attempt: u32,
        /// SHA-256 of what was said.
        digest: Digest,
        /// What was said, for models that cannot be made to say it again: a run that dies here goes on with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
        /// Unix milliseconds.
        at: u64,
    },
    /// An attempt gave no usable answer.
    Failure {
        /// Challenge index.
        index: u64,
        /// Who failed.
        side: Side,
        /// The attempt that failed.
        attempt: u32,
        /// What went wrong, in one line.
        error: String,
        /// Unix milliseconds.
        at: u64,
    },
    /// Both answers are in and scored.
    Record(Box<Record>),
}

/// What was said, also inside an error, is the auditor's to open.
impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, index, side, attempt) = match self {
            Self::Open { .. } => return f.write_str("Open"),
            Self::Record(record) => return record.fmt(f),
            Self::Intent { index, side, attempt, .. } => ("Intent", index, side, attempt),
            Self::Answer { index, side, attempt, .. } => ("Answer", index, side, attempt),
            Self::Failure { index, side, attempt, .. } => ("Failure", index, side, attempt),
        };
        write!(f, "{name}(challenge {index}, {side}, attempt {attempt})")
    }
}
