//! Digests and signature algorithms of time-stamps and certificates: SHA-2, RSA (PKCS #1 v1.5, RFC 8017), ECDSA over P-256 and P-384.

use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::BoxedUint;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{
    TimeStampError,
    asn1::{BIT_STRING, SEQUENCE, algorithm, element, inside, whole},
};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [(Self, ObjectIdentifier); 3] = [
        (Self::Sha256, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1")),
        (Self::Sha384, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2")),
        (Self::Sha512, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3")),
    ];

    pub(super) fn of_object(object: ObjectIdentifier) -> Result<Self, TimeStampError> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == object);
        known.map(|(hash, _)| hash).ok_or_else(|| TimeStampError::Algorithm {
            what: "digest",
            object: object.to_string(),
            known: "SHA-256, SHA-384 and SHA-512",
        })
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// A signature algorithm, by what its identifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Rsa(Hash),
    Ecdsa(Hash),
}

impl Scheme {
    /// The scheme of a signature. A time-stamp may name only `rsaEncryption`, and the digest beside it (RFC 3370, 3.2).
    pub(super) fn of_object(object: ObjectIdentifier, beside: Option<Hash>) -> Result<Self, TimeStampError> {
        if let (true, Some(hash)) = (object == RSA, beside) {
            return Ok(Self::Rsa(hash));
        }
        match object.to_string().as_str() {
            "1.2.840.113549.1.1.11" => Ok(Self::Rsa(Hash::Sha256)),
            "1.2.840.113549.1.1.12" => Ok(Self::Rsa(Hash::Sha384)),
            "1.2.840.113549.1.1.13" => Ok(Self::Rsa(Hash::Sha512)),
            "1.2.840.10045.4.3.2" => Ok(Self::Ecdsa(Hash::Sha256)),
            "1.2.840.10045.4.3.3" => Ok(Self::Ecdsa(Hash::Sha384)),
            "1.2.840.10045.4.3.4" => Ok(Self::Ecdsa(Hash::Sha512)),
            other => Err(TimeStampError::Algorithm {
                what: "signature",
                object: other.to_owned(),
                known: "RSA (PKCS #1 v1.5) and ECDSA with SHA-256, SHA-384 or SHA-512",
            }),
        }
    }

    /// Whether `signature` over `message` holds under the key in the contents of a `SubjectPublicKeyInfo`.
    pub(super) fn holds(self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<bool, TimeStampError> {
        let malformed = |e: der::Error| TimeStampError::Malformed(format!("a public key: {e}"));
        let (object, parameters, bits) = whole(key, |reader| {
            let (object, parameters) = algorithm(reader)?;
            Ok((object, parameters, octets(element(reader, BIT_STRING)?)?))
        })
        .map_err(malformed)?;
        match self {
            Self::Rsa(hash) if object == RSA => {
                let key = rsa_key(bits)?;
                let digest = hash.digest(message);
                Ok(match hash {
                    Hash::Sha256 => key.pkcs1v15_verify_prehash::<Sha256>(&digest, signature),
                    Hash::Sha384 => key.pkcs1v15_verify_prehash::<Sha384>(&digest, signature),
                    Hash::Sha512 => key.pkcs1v15_verify_prehash::<Sha512>(&digest, signature),
                }
                .is_ok())
            }
            Self::Ecdsa(hash) if object == EC => {
                let curve: ObjectIdentifier =
                    parameters.unwrap_or(AnyRef::NULL).try_into().map_err(|e: der::Error| malformed(e))?;
                let digest = hash.digest(message);
                ecdsa_holds(curve, bits, &digest, signature)
            }
            // The key is of another kind than the signature.
            _ => Ok(false),
        }
    }
}

/// The bytes of a BIT STRING, which has to have no unused bits.
pub(super) fn octets(bits: &[u8]) -> der::Result<&[u8]> {
    match bits.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err(der::Tag::BitString.value_error().into()),
    }
}

/// An `RSAPublicKey` (RFC 8017, A.1.1) of 2048 to 8192 bits.
fn rsa_key(bytes: &[u8]) -> Result<rsa::PublicKey, TimeStampError> {
    let numbers = whole(bytes, |reader| {
        inside(reader, SEQUENCE, |reader| {
            let n: UintRef<'_> = der::Decode::decode(reader)?;
            let e: UintRef<'_> = der::Decode::decode(reader)?;
            Ok((n.as_bytes(), e.as_bytes()))
        })
    });
    let (n, e) = numbers.map_err(|e| TimeStampError::Malformed(format!("an RSA key: {e}")))?;
    if e.len() > 8 || n.len() > 1024 {
        return Err(TimeStampError::Malformed("an RSA key: its numbers are too large".to_owned()));
    }
    let [n, e] = [n, e].map(BoxedUint::from_be_slice_vartime);
    rsa::PublicKey::new_with_size_limits(n, e, 2048..=8192)
        .map_err(|e| TimeStampError::Malformed(format!("an RSA key is refused: {e}")))
}

fn ecdsa_holds(curve: ObjectIdentifier, point: &[u8], digest: &[u8], signature: &[u8]) -> Result<bool, TimeStampError> {
    let malformed = |_| TimeStampError::Malformed("an ECDSA key is no point of its curve".to_owned());
    match curve {
        P256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(malformed)?;
            let signature = p256::ecdsa::Signature::from_der(signature);
            Ok(signature.and_then(|signature| key.verify_prehash(digest, &signature)).is_ok())
        }
        P384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(malformed)?;
            let signature = p384::ecdsa::Signature::from_der(signature);
            Ok(signature.and_then(|signature| key.verify_prehash(digest, &signature)).is_ok())
        }
        other => Err(TimeStampError::Algorithm { what: "curve", object: other.to_string(), known: "P-256 and P-384" }),
    }
}
