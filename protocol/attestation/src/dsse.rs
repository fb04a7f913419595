//! DSSE envelopes (Dead Simple Signing Envelope, protocol v1.0.2): bytes, their type, and signatures over both.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use pot_protocol::digest::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::{KeyError, PublicKey, SigningKey};

/// The URL-safe alphabet, which verifiers have to take as well.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Most signatures of one envelope that are tried.
const MAX_SIGNATURES: usize = 16;

/// Pre-authentication encoding: what is really signed.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// A signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// A hint at the key; never trusted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keyid: String,
    /// The signature.
    #[serde(serialize_with = "encode", deserialize_with = "decode")]
    pub sig: Vec<u8>,
}

/// Bytes of some type with signatures over both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// What is signed.
    #[serde(serialize_with = "encode", deserialize_with = "decode")]
    pub payload: Vec<u8>,
    /// Its media type.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// Signatures by one or several keys.
    pub signatures: Vec<Signature>,
}

/// Why an envelope says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// It is no envelope.
    #[error("no DSSE envelope: {0}")]
    Malformed(String),
    /// It holds something else.
    #[error("the envelope holds '{found}', expected is '{expected}'")]
    Type {
        /// Payload type that was expected.
        expected: &'static str,
        /// Payload type of the envelope.
        found: String,
    },
    /// No signature holds under any of the keys.
    #[error("no signature of the envelope holds under {}", named(.keys))]
    Signature {
        /// Ids of the keys that were tried.
        keys: Vec<Digest>,
    },
}

fn named(keys: &[Digest]) -> String {
    match keys {
        [] => "any key, as none was given".to_owned(),
        [one] => format!("key {one}"),
        [first, others @ ..] => format!("key {first} or {} others that were given", others.len()),
    }
}

impl Envelope {
    /// Signs `payload`.
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &SigningKey) -> Self {
        let sig = key.sign(&pae(payload_type, &payload));
        let keyid = key.public().id().to_string();
        Self { payload, payload_type: payload_type.to_owned(), signatures: vec![Signature { keyid, sig }] }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`].
    pub fn from_json(json: &[u8]) -> Result<Self, EnvelopeError> {
        serde_json::from_slice(json).map_err(|e| EnvelopeError::Malformed(e.to_string()))
    }

    /// The payload, and the key that signed it: the first of `keys` under which one of the signatures holds.
    ///
    /// # Errors
    /// [`EnvelopeError`] when the payload is of another type or no signature holds.
    pub fn verify<'k>(
        &self,
        expected: &'static str,
        keys: impl IntoIterator<Item = &'k PublicKey>,
    ) -> Result<(&[u8], &'k PublicKey), EnvelopeError> {
        if self.payload_type != expected {
            return Err(EnvelopeError::Type { expected, found: self.payload_type.clone() });
        }
        if self.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::Malformed(format!("more than {MAX_SIGNATURES} signatures")));
        }
        let message = pae(&self.payload_type, &self.payload);
        let mut tried = vec![];
        for key in keys {
            let holds = |s: &Signature| key.verify(&message, &s.sig) == Ok::<(), KeyError>(());
            if self.signatures.iter().any(holds) {
                return Ok((&self.payload, key));
            }
            tried.push(key.id());
        }
        Err(EnvelopeError::Signature { keys: tried })
    }
}

fn encode<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .or_else(|_| URL_SAFE.decode(text.as_bytes()))
        .map_err(|_| serde::de::Error::custom("no base64 of the standard or the URL-safe alphabet"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may panic

    use super::*;
    use crate::key::Algorithm;

    const TYPE: &str = "http://example.com/HelloWorld";

    fn key(algorithm: Algorithm, seed: u8) -> SigningKey {
        SigningKey::new(algorithm, &[seed; 32]).unwrap()
    }

    /// The test vector of DSSE's protocol description: the signature is there as r ‖ s.
    #[test]
    fn the_published_vector_is_made_and_accepted() {
        assert_eq!(pae(TYPE, b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        let secret = hex::decode("d73ec437fd6346e3619c5ebfdfff0f6916804955ad32ac9ac492b0ede1f6ffb7").unwrap();
        let key = SigningKey::new(Algorithm::EcdsaP256, &secret.try_into().unwrap()).unwrap();
        let envelope = Envelope::sign(TYPE, b"hello world".to_vec(), &key);
        let raw = STANDARD
            .decode("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==")
            .unwrap();
        let der = p256::ecdsa::Signature::from_slice(&raw).unwrap().to_der();
        assert_eq!(envelope.signatures[0].sig, der.as_bytes());
        assert!(envelope.verify(TYPE, [&key.public()]).is_ok());
        let json = serde_json::to_string(&envelope).unwrap();
        assert!(
            json.contains(r#""payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld""#),
            "{json}"
        );
        assert_eq!(Envelope::from_json(json.as_bytes()).unwrap(), envelope);
    }

    #[test]
    fn what_was_signed_is_given_back_and_nothing_else() {
        for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
            let (mine, other) = (key(algorithm, 1), key(algorithm, 2));
            let envelope = Envelope::sign(TYPE, b"hello world".to_vec(), &mine);
            let (mine, other) = (mine.public(), other.public());
            assert_eq!(envelope.verify(TYPE, [&other, &mine]).unwrap(), (&b"hello world"[..], &mine));
            let refused = envelope.verify(TYPE, [&other]).unwrap_err();
            assert_eq!(refused, EnvelopeError::Signature { keys: vec![other.id()] });
            assert!(matches!(envelope.verify("text/plain", [&mine]), Err(EnvelopeError::Type { .. })));
            let none: [&PublicKey; 0] = [];
            let said = |keys: &[&PublicKey]| envelope.verify(TYPE, keys.iter().copied()).unwrap_err().to_string();
            let under = "no signature of the envelope holds under";
            assert_eq!(said(&none), format!("{under} any key, as none was given"));
            assert_eq!(said(&[&other]), format!("{under} key {}", other.id()));
            assert_eq!(said(&[&other; 3]), format!("{under} key {} or 2 others that were given", other.id()));

            let changed = |edit: &dyn Fn(&mut Envelope)| {
                let mut envelope = envelope.clone();
                edit(&mut envelope);
                assert!(envelope.verify(TYPE, [&mine]).is_err(), "{envelope:?}");
            };
            changed(&|e| e.payload[0] ^= 1);
            changed(&|e| e.payload.push(b' '));
            changed(&|e| e.signatures.clear());
            for byte in 0..envelope.signatures[0].sig.len() {
                changed(&|e| e.signatures[0].sig[byte] ^= 1);
            }
            changed(&|e| e.signatures[0].sig.push(0));
            // The hint is no part of what counts.
            let mut hinted = envelope.clone();
            hinted.signatures[0].keyid = other.id().to_string();
            assert!(hinted.verify(TYPE, [&mine]).is_ok());
            // Of several signatures one is enough, and not of endlessly many.
            hinted.signatures.insert(0, Signature { keyid: String::new(), sig: vec![1, 2, 3] });
            assert!(hinted.verify(TYPE, [&mine]).is_ok());
            hinted.signatures = vec![hinted.signatures[1].clone(); 16];
            assert!(hinted.verify(TYPE, [&mine]).is_ok());
            hinted.signatures.push(hinted.signatures[1].clone());
            assert!(matches!(hinted.verify(TYPE, [&mine]), Err(EnvelopeError::Malformed(_))));
        }
    }

    #[test]
    fn both_alphabets_of_base64_are_read() {
        let read = |payload: &str| {
            let json = format!(r#"{{"payload":"{payload}","payloadType":"t","signatures":[],"later":1}}"#);
            Envelope::from_json(json.as_bytes()).map(|e| e.payload)
        };
        assert_eq!(read("+/8=").unwrap(), [0xfb, 0xff]);
        assert_eq!(read("-_8=").unwrap(), [0xfb, 0xff]);
        assert_eq!(read("-_8").unwrap(), [0xfb, 0xff]);
        for bad in ["+_8=", "=", "a", "+/9="] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(Envelope::from_json(br#"{"payload":"","payload":"","payloadType":"t","signatures":[]}"#).is_err());
    }
}
