//! The registration itself: raw as it comes from outside, validated before anything trusts it.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{ModelIdentity, NonceFile, NonceSource};
use crate::{
    codec::{self, CodecError},
    digest::Digest,
    policy::Policy,
    score::{ScoreKind, UNITS_PER_NAT},
    text::is_unprintable,
};

const TAG: &[u8; 16] = b"pot/reg/v1\0\0\0\0\0\0";
const VERSION: u16 = 1;
const MAX_STRING: usize = 512;
const MAX_BYTES: usize = 48 * 1024;
const MAX_FILES: usize = 256;
/// Most bytes of a public key.
const MAX_KEY: usize = 256;
/// Scored positions are capped so that a record stays within the transcript's line limit.
const MAX_POSITIONS: u32 = 4096;
/// Fewest scored positions of an endpoint: see [`crate::transcript::unread`].
const MIN_POSITIONS_OF_ENDPOINTS: u32 = 4;

/// A policy by name and by both of its digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct PolicyRef {
    /// The policy's name; the digests decide.
    pub name: String,
    /// SHA-256 of the canonical policy document.
    pub document: Digest,
    /// π, the Poseidon digest of the coefficients, as 32 big-endian bytes.
    pub coefficients: Digest,
}

/// A challenge family by name and version, with the digest of the private corpus where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct FamilyRef {
    /// `grammar` or `corpus`.
    pub name: String,
    /// Version of the family: it fixes every prompt.
    pub version: u16,
    /// Digest of the private corpus, for the `corpus` family only.
    pub corpus: Option<Digest>,
}

/// Which predicted tokens of a prompt are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Positions {
    /// The last K predicted tokens of the prompt.
    Last(u32),
    /// Every predicted token, for `delta-ce`.
    All,
}

/// A registration as it comes from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct RawRegistration {
    /// Format version.
    pub version: u16,
    /// Random id of the run.
    pub run_id: Digest,
    /// Number of this registration for the pair, from 1.
    pub sequence: u64,
    /// Digest of the pair's previous registration; present iff `sequence` is above 1.
    pub previous: Option<Digest>,
    /// When it was registered by the auditor's own clock, in Unix seconds.
    pub registered_at: u64,
    /// When the outcome must be published, in Unix seconds: a registration without outcome then counts as failed.
    pub due_by: u64,
    /// The model that is claimed.
    pub reference: ModelIdentity,
    /// The model under test.
    pub candidate: ModelIdentity,
    /// The decision rule's policy.
    pub policy: PolicyRef,
    /// Where the prompts come from.
    pub family: FamilyRef,
    /// What a score measures.
    pub kind: ScoreKind,
    /// Which tokens are scored.
    pub positions: Positions,
    /// Upper bound on the noise of the reference against itself, in score units of 2^-10 nat.
    pub calibration_bound: u32,
    /// SHA-256 commitment to the challenge key.
    pub key_commitment: Digest,
    /// Who chooses the nonce.
    pub nonce: NonceSource,
}

/// Why a registration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// The bytes are no canonical registration.
    #[error("registration: {0}")]
    Codec(#[from] CodecError),
    /// Another format version.
    #[error("registration has format version {0}, this program reads version {VERSION}")]
    Version(u16),
    /// A field contradicts another or leaves its range.
    #[error("registration: {0}")]
    Field(String),
    /// The policy at hand is not the registered one.
    #[error("the policy at hand is '{given}' ({given_digest}), registered is '{registered}' ({registered_digest})")]
    Policy {
        /// Name of the policy at hand.
        given: String,
        /// Its document digest.
        given_digest: Digest,
        /// Registered name.
        registered: String,
        /// Registered document digest.
        registered_digest: Digest,
    },
    /// The policy is for another score kind.
    #[error("policy '{name}' is for {policy} scores, registered are {registered} scores")]
    Kind {
        /// Policy name.
        name: String,
        /// The policy's kind.
        policy: ScoreKind,
        /// The registered kind.
        registered: ScoreKind,
    },
    /// The noise floor is too high for the policy to claim anything.
    #[error(
        "the calibration bound of {bound} units needs a policy with gamma of at least twice that; this one has {gamma_micro}e-6 nat"
    )]
    NoiseFloor {
        /// Registered calibration bound, score units.
        bound: u32,
        /// The policy's γ in 10^-6 nat.
        gamma_micro: u64,
    },
    /// The nonce is missing, unexpected, or was given for another registration.
    #[error("nonce: {0}")]
    Nonce(String),
}

/// A validated registration with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    fields: RawRegistration,
    digest: Digest,
}

impl RawRegistration {
    /// The version that this program writes.
    pub const VERSION: u16 = VERSION;

    /// Checks every field that can be checked without the policy.
    ///
    /// # Errors
    /// [`RegistrationError`] naming the field.
    pub fn validate(self) -> Result<Registration, RegistrationError> {
        if self.version != VERSION {
            return Err(RegistrationError::Version(self.version));
        }
        let refuse = |what: &str| Err(RegistrationError::Field(what.to_owned()));
        if self.sequence == 0 || (self.sequence > 1) != self.previous.is_some() {
            return refuse("sequence counts from 1, and every later one names the previous digest");
        }
        if self.due_by < self.registered_at {
            return refuse("due-by lies before the registration");
        }
        let fits = match self.positions {
            Positions::All => self.kind == ScoreKind::DeltaCe,
            Positions::Last(k) => self.kind != ScoreKind::DeltaCe && (1..=MAX_POSITIONS).contains(&k),
        };
        if !fits {
            return refuse(
                "positions: kl, kl-topk and delta-logprob score the last 1..=4096 tokens, delta-ce scores all",
            );
        }
        let served = [&self.reference, &self.candidate].iter().any(|side| side.weights().is_none());
        if served && matches!(self.positions, Positions::Last(k) if k < MIN_POSITIONS_OF_ENDPOINTS) {
            return refuse(
                "positions: with fewer than 4 an endpoint that repeats itself could not be told from one that reads",
            );
        }
        if self.kind != ScoreKind::DeltaCe && self.reference.tokenizer() != self.candidate.tokenizer() {
            return refuse("kl, kl-topk and delta-logprob compare token by token, so both models need one vocabulary");
        }
        if (self.family.name == "corpus") != self.family.corpus.is_some() {
            return refuse("a corpus digest goes with the corpus family and with no other");
        }
        for side in [&self.reference, &self.candidate] {
            if side.files().len() > MAX_FILES || side.files().windows(2).any(|pair| pair[0].name >= pair[1].name) {
                return refuse("a model has at most 256 files, listed once each in the order of their names");
            }
        }
        let nonce_name = match &self.nonce {
            NonceSource::Counterparty { name } | NonceSource::Signed { name, .. } => name.as_str(),
            NonceSource::OwnChoice { .. } | NonceSource::Beacon { .. } => "-",
        };
        match &self.nonce {
            NonceSource::Signed { key, .. } if key.is_empty() || key.len() > MAX_KEY => {
                return refuse("the counterparty's public key has 1 to 256 bytes");
            }
            NonceSource::Beacon { round: 0, .. } => return refuse("the rounds of a beacon count from 1"),
            _ => {}
        }
        let strings = self.reference.strings().into_iter().chain(self.candidate.strings());
        for s in strings.chain([self.policy.name.as_str(), self.family.name.as_str(), nonce_name]) {
            if s.is_empty() || s.len() > MAX_STRING || s.chars().any(is_unprintable) {
                return refuse("names have 1 to 512 bytes and no control or invisible formatting characters");
            }
        }
        let digest = Digest::tagged(TAG, &codec::encode(&self));
        Ok(Registration { fields: self, digest })
    }
}

impl Registration {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`RegistrationError`] when the bytes are not canonical or a field is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistrationError> {
        codec::decode::<RawRegistration>(bytes, MAX_BYTES)?.validate()
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(&self.fields)
    }

    /// The validated fields.
    pub fn fields(&self) -> &RawRegistration {
        &self.fields
    }

    /// SHA-256 of a tag and the canonical bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether another registration is of the same two models.
    pub fn is_of_pair(&self, reference: &ModelIdentity, candidate: &ModelIdentity) -> bool {
        self.fields.reference.is_same_model(reference) && self.fields.candidate.is_same_model(candidate)
    }

    /// K, the number of scored positions; 0 for `delta-ce`, which scores whole texts.
    pub fn k(&self) -> u32 {
        match self.fields.positions {
            Positions::Last(k) => k,
            Positions::All => 0,
        }
    }

    /// Checks that `policy` is the registered one, of the registered kind, and above the registered noise floor:
    /// with γ below twice the calibration bound neither SAME nor DIFFERENT may be claimed.
    ///
    /// # Errors
    /// [`RegistrationError`] saying which of these fails.
    pub fn bind_policy(&self, policy: &Policy) -> Result<(), RegistrationError> {
        let registered = &self.fields.policy;
        if policy.document_digest() != registered.document || policy.coefficients_digest() != registered.coefficients {
            return Err(RegistrationError::Policy {
                given: policy.parameters().name.clone(),
                given_digest: policy.document_digest(),
                registered: registered.name.clone(),
                registered_digest: registered.document,
            });
        }
        if policy.parameters().name != registered.name {
            return Err(RegistrationError::Field("the policy's name is not the registered one".to_owned()));
        }
        if policy.parameters().kind != self.fields.kind {
            return Err(RegistrationError::Kind {
                name: registered.name.clone(),
                policy: policy.parameters().kind,
                registered: self.fields.kind,
            });
        }
        let bound = self.fields.calibration_bound;
        let gamma_micro = policy.gamma_micro();
        if gamma_micro * u64::from(UNITS_PER_NAT) < 2 * u64::from(bound) * 1_000_000 {
            return Err(RegistrationError::NoiseFloor { bound, gamma_micro });
        }
        Ok(())
    }

    /// The run's nonce: the registered one, or the answer of a counterparty or beacon to this registration. Whether a
    /// signature of the answer holds is the caller's to check (`pot_attestation::read_nonce`).
    ///
    /// # Errors
    /// [`RegistrationError::Nonce`] when an answer is missing, not wanted, or for another registration.
    pub fn nonce(&self, answer: Option<&NonceFile>) -> Result<Digest, RegistrationError> {
        let refuse = |what: String| Err(RegistrationError::Nonce(what));
        match (&self.fields.nonce, answer) {
            (NonceSource::OwnChoice { nonce }, None) => Ok(*nonce),
            (NonceSource::OwnChoice { .. }, Some(_)) => {
                refuse("this registration fixed its own nonce; a nonce file is not taken".to_owned())
            }
            (NonceSource::Counterparty { name }, None) => refuse(format!(
                "send the registration digest {} to '{name}' and pass the file they answer with",
                self.digest
            )),
            (NonceSource::Signed { name, .. }, None) => refuse(format!(
                "send registration.pot to '{name}' and pass the file that `pot-check nonce` makes them of it"
            )),
            (NonceSource::Beacon { round, .. }, None) => {
                refuse(format!("pass the file with round {round} of the registered beacon"))
            }
            (_, Some(file)) if file.registration != self.digest => {
                refuse(format!("the file answers registration {}, this one is {}", file.registration, self.digest))
            }
            (_, Some(file)) => Ok(file.nonce),
        }
    }
}
