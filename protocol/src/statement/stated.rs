//! The statement: registration, verdict, roots and attempt counts, in one canonical encoding.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::PublicInputs;
use crate::{
    codec::{self, CodecError},
    digest::Digest,
    policy::Policy,
    poseidon,
    registration::{NonceSource, RawRegistration, Registration, RegistrationError},
    rule::{Capacity, LOOKS, Outcome, Verdict},
    transcript::Attempts,
};

const TAG: &[u8; 16] = b"pot/stmt/v1\0\0\0\0\0";
const VERSION: u16 = 1;
/// A registration may have 48 KiB, a bundle 64.
const MAX_BYTES: usize = 56 * 1024;

/// A statement as it comes from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct RawStatement {
    /// Format version.
    pub version: u16,
    /// The whole registration.
    pub registration: RawRegistration,
    /// The nonce that the run used.
    pub nonce: Digest,
    /// Capacity of the verdict circuit.
    pub capacity: Capacity,
    /// Id of the verdict circuit.
    pub circuit: Digest,
    /// The verdict.
    pub verdict: Verdict,
    /// Grade: strict for SAME, strong for DIFFERENT.
    pub grade: bool,
    /// Number of scores at which the rule stopped.
    pub n: u32,
    /// ρ, the hiding Poseidon commitment of the scores, as 32 big-endian bytes.
    pub score_root: Digest,
    /// Root of the evidence tree over the n records.
    pub evidence_root: Digest,
    /// Attempts of both sides over the n challenges.
    pub attempts_total: u64,
    /// The most attempts that one answer took.
    pub attempts_most: u32,
    /// When the run was sealed by the auditor's own clock, Unix seconds.
    pub sealed_at: u64,
}

/// Why a statement is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The bytes are no canonical statement.
    #[error("statement: {0}")]
    Codec(#[from] CodecError),
    /// Another format version.
    #[error("statement has format version {0}, this program reads version {VERSION}")]
    Version(u16),
    /// The embedded registration is refused.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// A field contradicts another or leaves its range.
    #[error("statement: {0}")]
    Field(String),
    /// The verdict is not one that this policy can give at this n.
    #[error("statement: {0}")]
    Verdict(String),
    /// More attempts than the policy allows.
    #[error("an answer took {most} attempts, the policy allows {allowed}")]
    Attempts {
        /// The most attempts that one answer took.
        most: u32,
        /// The policy's cap.
        allowed: u32,
    },
}

/// A validated statement with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    fields: RawStatement,
    registration: Registration,
    digest: Digest,
}

impl RawStatement {
    /// The version that this program writes.
    pub const VERSION: u16 = VERSION;

    /// Checks every field that can be checked without the policy.
    ///
    /// # Errors
    /// [`StatementError`] naming the field.
    pub fn validate(self) -> Result<Statement, StatementError> {
        if self.version != VERSION {
            return Err(StatementError::Version(self.version));
        }
        let registration = self.registration.clone().validate()?;
        let refuse = |what: &str| Err(StatementError::Field(what.to_owned()));
        if matches!(&registration.fields().nonce, NonceSource::OwnChoice { nonce } if *nonce != self.nonce) {
            return refuse("the nonce is not the registered one");
        }
        if !LOOKS.contains(&self.n) || self.n as usize > self.capacity.scores() {
            return refuse("n is no look of this capacity");
        }
        if self.verdict == Verdict::Undecided && self.grade {
            return refuse("UNDECIDED has no grade");
        }
        let answers = 2 * u64::from(self.n);
        if self.attempts_most == 0
            || self.attempts_total < answers - 1 + u64::from(self.attempts_most)
            || self.attempts_total > answers * u64::from(self.attempts_most)
        {
            return refuse("the attempt counts contradict each other");
        }
        if self.sealed_at < registration.fields().registered_at {
            return refuse("sealed before it was registered");
        }
        for root in [&self.score_root, &registration.fields().policy.coefficients] {
            if poseidon::from_bytes(&root.0).is_none() {
                return refuse("a field element is not reduced modulo the group order");
            }
        }
        let digest = Digest::tagged(TAG, &codec::encode(&self));
        Ok(Statement { fields: self, registration, digest })
    }
}

impl Statement {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`StatementError`] when the bytes are not canonical or a field is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        codec::decode::<RawStatement>(bytes, MAX_BYTES)?.validate()
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(&self.fields)
    }

    /// The validated fields.
    pub fn fields(&self) -> &RawStatement {
        &self.fields
    }

    /// The embedded registration.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// SHA-256 of a tag and the canonical bytes: the identity of a publication (proof bytes are malleable).
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The stated outcome.
    pub fn outcome(&self) -> Outcome {
        Outcome { verdict: self.fields.verdict, grade: self.fields.grade, n: self.fields.n }
    }

    /// Attempt counts.
    pub fn attempts(&self) -> Attempts {
        Attempts { total: self.fields.attempts_total, most: self.fields.attempts_most }
    }

    /// Checks the statement against the registered policy: identity, kind, noise floor, range of n, attempt cap.
    ///
    /// # Errors
    /// [`StatementError`] saying which of these fails.
    pub fn bind_policy(&self, policy: &Policy) -> Result<(), StatementError> {
        self.registration.bind_policy(policy)?;
        let (n, c) = (self.fields.n, policy.coefficients());
        let refuse = |what: String| Err(StatementError::Verdict(what));
        if c.n_max as usize > self.fields.capacity.scores() {
            return refuse(format!("n_max {} does not fit a capacity of {}", c.n_max, self.fields.capacity.scores()));
        }
        if n < c.n_min || n > c.n_max {
            return refuse(format!("n = {n} lies outside the policy's {}..={}", c.n_min, c.n_max));
        }
        if self.fields.verdict == Verdict::Undecided && n != c.n_max {
            return refuse(format!("UNDECIDED at n = {n}; it is possible at n_max = {} only", c.n_max));
        }
        let (most, allowed) = (self.fields.attempts_most, policy.parameters().max_attempts);
        if most > allowed {
            return Err(StatementError::Attempts { most, allowed });
        }
        Ok(())
    }

    /// The four public inputs of the proof.
    pub fn public_inputs(&self) -> PublicInputs {
        PublicInputs::of(self)
    }
}
