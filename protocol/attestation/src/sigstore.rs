//! Sigstore bundles (v0.3) with a DSSE envelope under a key that the verifier has. Entries of transparency logs and
//! time-stamps in a bundle are neither needed nor read.

use serde::{Deserialize, Serialize};

use crate::{
    dsse::{Envelope, EnvelopeError},
    key::{PublicKey, SigningKey},
};

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A bundle with one envelope of one signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigstoreBundle {
    media_type: String,
    verification_material: Material,
    /// What is signed.
    pub dsse_envelope: Envelope,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: Hint,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hint {
    hint: String,
}

impl SigstoreBundle {
    /// Signs `payload`.
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &SigningKey) -> Self {
        let mut dsse_envelope = Envelope::sign(payload_type, payload, key);
        // The hint beside the envelope says it already.
        for signature in &mut dsse_envelope.signatures {
            signature.keyid.clear();
        }
        let public_key = Hint { hint: key.public().id().to_string() };
        Self { media_type: MEDIA_TYPE.to_owned(), verification_material: Material { public_key }, dsse_envelope }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`].
    pub fn from_json(json: &[u8]) -> Result<Self, EnvelopeError> {
        let bundle: Self =
            serde_json::from_slice(json).map_err(|e| EnvelopeError::Malformed(format!("in a Sigstore bundle: {e}")))?;
        if bundle.media_type != MEDIA_TYPE {
            let found = &bundle.media_type;
            return Err(EnvelopeError::Malformed(format!("the bundle is of type '{found}', read is '{MEDIA_TYPE}'")));
        }
        let count = bundle.dsse_envelope.signatures.len();
        if count != 1 {
            return Err(EnvelopeError::Malformed(format!("a Sigstore bundle has one signature, this one has {count}")));
        }
        Ok(bundle)
    }

    /// The JSON of the bundle.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] if there is none, which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, EnvelopeError> {
        serde_json::to_vec(self).map_err(|e| EnvelopeError::Malformed(e.to_string()))
    }

    /// As [`Envelope::verify`].
    ///
    /// # Errors
    /// As of [`Envelope::verify`].
    pub fn verify<'k>(
        &self,
        expected: &'static str,
        keys: impl IntoIterator<Item = &'k PublicKey>,
    ) -> Result<(&[u8], &'k PublicKey), EnvelopeError> {
        self.dsse_envelope.verify(expected, keys)
    }
}
