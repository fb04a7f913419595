//! From a raw document to a policy that may be trusted.

use super::{
    Coefficients, Parameters, RawPolicy,
    certificate::{self, CertificateError},
    presets::Preset,
};
use crate::{
    codec::{self, CodecError},
    commitment::policy_digest,
    digest::Digest,
    poseidon,
};

const TAG: &[u8; 16] = b"pot/policy/v1\0\0\0";
const FORMAT: u16 = 1;
const MAX_BYTES: usize = 8 * 1024;
/// Longest JSON document that is read, bytes.
const MAX_JSON: usize = 64 * 1024;
const MAX_NAME: usize = 64;

/// Why a policy is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The bytes are no canonical policy document.
    #[error("policy: {0}")]
    Codec(#[from] CodecError),
    /// The text is no policy document.
    #[error("policy: not a policy document in JSON: {0}")]
    Json(String),
    /// Another format version.
    #[error("policy has format version {0}, this program reads version {FORMAT}")]
    Format(u16),
    /// The name is empty, too long, or has other characters than letters, digits, `.`, `_` and `-`.
    #[error("policy: '{0}' is no policy name: use 1 to 64 letters, digits, '.', '_' and '-'")]
    Name(String),
    /// The name is a preset's, the content is not.
    #[error("policy: {0} is the name of a preset, and this document is not that preset: give it another name")]
    Reserved(String),
    /// The certificate does not hold.
    #[error("policy certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// No preset has this name.
    #[error("unknown policy '{0}': the presets are {1}")]
    Unknown(String, String),
}

/// A policy whose certificate holds, with both of its digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    document: RawPolicy,
    document_digest: Digest,
    coefficients_digest: Digest,
}

impl RawPolicy {
    /// The format version that this program writes.
    pub const FORMAT: u16 = FORMAT;

    /// SHA-256 of a tag and the canonical bytes.
    pub fn document_digest(&self) -> Digest {
        Digest::tagged(TAG, &codec::encode(self))
    }

    /// Checks the whole document. A preset is recognised by its pinned digest, and its π is the pinned one; for
    /// everything else the certificate is checked at every integer score and π is computed.
    ///
    /// # Errors
    /// [`PolicyError`] naming the first thing that is wrong.
    pub fn validate(self) -> Result<Policy, PolicyError> {
        if self.format != FORMAT {
            return Err(PolicyError::Format(self.format));
        }
        let name = &self.parameters.name;
        check_name(name)?;
        let document_digest = self.document_digest();
        let coefficients_digest = match Preset::all().into_iter().find(|p| p.name().eq_ignore_ascii_case(name)) {
            Some(preset) if preset.document_digest() == document_digest => preset.coefficients_digest(),
            Some(preset) => return Err(PolicyError::Reserved(preset.name().to_owned())),
            None => {
                certificate::check(&self)?;
                Digest(poseidon::to_bytes(policy_digest(&self.coefficients)))
            }
        };
        Ok(Policy { document: self, document_digest, coefficients_digest })
    }
}

/// Checks that `name` can be a policy's name.
///
/// # Errors
/// [`PolicyError::Name`] when it is empty, too long, or has other characters than letters, digits, `.`, `_` and `-`.
pub fn check_name(name: &str) -> Result<(), PolicyError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(plain) {
        return Err(PolicyError::Name(name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()));
    }
    Ok(())
}

impl Policy {
    /// Reads the canonical bytes of a document and validates it.
    ///
    /// # Errors
    /// [`PolicyError`] when the bytes are not canonical or the document is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PolicyError> {
        codec::decode::<RawPolicy>(bytes, MAX_BYTES)?.validate()
    }

    /// Reads a document in JSON and validates it.
    ///
    /// # Errors
    /// [`PolicyError`] when the text is no policy document or is refused.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_JSON {
            return Err(PolicyError::Json(format!("{} bytes are too many, at most {MAX_JSON} are read", text.len())));
        }
        let raw: RawPolicy = serde_json::from_str(text).map_err(|e| PolicyError::Json(e.to_string()))?;
        raw.validate()
    }

    /// The canonical bytes of the document.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(&self.document)
    }

    /// The whole document.
    pub fn document(&self) -> &RawPolicy {
        &self.document
    }

    /// What a person chose.
    pub fn parameters(&self) -> &Parameters {
        &self.document.parameters
    }

    /// The integers that the rule and the circuit compute with.
    pub fn coefficients(&self) -> &Coefficients {
        &self.document.coefficients
    }

    /// SHA-256 of the canonical document.
    pub fn document_digest(&self) -> Digest {
        self.document_digest
    }

    /// π, the Poseidon digest of the coefficients, as 32 big-endian bytes.
    pub fn coefficients_digest(&self) -> Digest {
        self.coefficients_digest
    }

    /// γ in 10^-6 nat.
    pub fn gamma_micro(&self) -> u64 {
        u64::from(self.document.parameters.gamma.0)
    }

    /// The preset that this policy is, if it is one.
    pub fn preset(&self) -> Option<Preset> {
        Preset::all().into_iter().find(|p| p.document_digest() == self.document_digest)
    }
}
