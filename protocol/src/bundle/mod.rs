//! The one file that is published: statement, proof and key id.

#[cfg(test)]
mod tests;

use bincode::{Decode, Encode};
use serde::{Serialize, Serializer};

use crate::{
    codec::{self, CodecError},
    digest::Digest,
    keys::{KeyId, ProofBytes},
    statement::{RawStatement, Statement, StatementError},
};

/// Largest bundle that is read, in bytes.
pub const MAX_BUNDLE_BYTES: usize = 64 * 1024;
const MAGIC: [u8; 8] = *b"POTBUNDL";
const VERSION: u16 = 1;

/// A bundle as it comes from outside.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct RawBundle {
    magic: [u8; 8],
    version: u16,
    statement: RawStatement,
    key: [u8; 32],
    proof: [u8; ProofBytes::LEN],
}

/// Why a bundle is refused before any cryptography.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not a bundle at all.
    #[error("this is not a pot bundle: it does not begin with 'POTBUNDL'")]
    Magic,
    /// A bundle of another version.
    #[error("bundle has format version {0}, this program reads version {VERSION}")]
    Version(u16),
    /// Truncated, oversized or not canonical.
    #[error("bundle: {0}")]
    Codec(#[from] CodecError),
    /// The statement is refused.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

/// A bundle whose statement is validated; the proof is checked by the verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// What is stated.
    pub statement: Statement,
    /// Id of the verifying key under which the proof is to be checked. The key itself never travels in a bundle.
    pub key: KeyId,
    /// The Groth16 proof.
    pub proof: ProofBytes,
}

impl Bundle {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`BundleError`] when the bytes are not a canonical bundle of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        let header = bytes.get(..10).ok_or(BundleError::Magic)?;
        if header[..8] != MAGIC {
            return Err(BundleError::Magic);
        }
        let version = u16::from_be_bytes([header[8], header[9]]);
        if version != VERSION {
            return Err(BundleError::Version(version));
        }
        let raw: RawBundle = codec::decode(bytes, MAX_BUNDLE_BYTES)?;
        Ok(Self { statement: raw.statement.validate()?, key: KeyId(raw.key), proof: ProofBytes(raw.proof) })
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(&RawBundle {
            magic: MAGIC,
            version: VERSION,
            statement: self.statement.fields().clone(),
            key: self.key.0,
            proof: self.proof.0,
        })
    }

    /// A rendering for people; it is never read back.
    pub fn view(&self) -> BundleView<'_> {
        BundleView {
            format: "pot bundle v1 (rendered for reading; the canonical file is the binary one)",
            statement_digest: self.statement.digest(),
            registration_digest: self.statement.registration().digest(),
            verdict: self.statement.fields().verdict.word_for(self.statement.registration().fields().kind),
            statement: self.statement.fields(),
            public_inputs: self.statement.public_inputs().to_bytes().map(Digest),
            verifying_key: Digest(self.key.0),
            proof: &self.proof,
        }
    }
}

/// What people see of a bundle, as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct BundleView<'a> {
    format: &'static str,
    statement_digest: Digest,
    registration_digest: Digest,
    verdict: &'static str,
    statement: &'a RawStatement,
    public_inputs: [Digest; 4],
    verifying_key: Digest,
    #[serde(serialize_with = "proof_hex")]
    proof: &'a ProofBytes,
}

fn proof_hex<S: Serializer>(proof: &ProofBytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(proof.0))
}
