//! Keys: ECDSA over P-256 with SHA-256 (FIPS 186-5) and Ed25519 (RFC 8032), as PEM files that `openssl` writes and reads.

use ed25519_dalek as ed25519;
use p256::{
    ecdsa::{
        self,
        signature::{Signer as _, Verifier as _},
    },
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding},
};
use pot_protocol::digest::Digest;
use zeroize::Zeroizing;

/// Largest key file that is read, in bytes; a real one has a few hundred.
const MAX_PEM: usize = 4096;

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256: what Sigstore's clients expect.
    EcdsaP256,
    /// Ed25519.
    Ed25519,
}

/// Why a key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No PEM file of a public key.
    #[error(
        "no public key: expected one 'BEGIN PUBLIC KEY' block with an ECDSA P-256 or Ed25519 key, as `openssl pkey -pubout` writes it"
    )]
    Public,
    /// No PEM file of a private key.
    #[error(
        "no private key: expected one 'BEGIN PRIVATE KEY' block (PKCS#8, not encrypted) with an ECDSA P-256 or Ed25519 key, as \
         `openssl genpkey` or `openssl pkcs8 -topk8 -nocrypt` writes it"
    )]
    Private,
    /// A signature does not hold.
    #[error("the signature does not hold under key {0}")]
    Signature(Digest),
    /// These bytes are no P-256 scalar; draw others.
    #[error("these 32 bytes are no private key")]
    Seed,
}

/// A key that signatures are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey {
    /// ECDSA over P-256.
    EcdsaP256(ecdsa::VerifyingKey),
    /// Ed25519.
    Ed25519(ed25519::VerifyingKey),
}

impl PublicKey {
    /// Reads a PEM file (`SubjectPublicKeyInfo`, RFC 7468).
    ///
    /// # Errors
    /// [`KeyError::Public`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = Some(pem).filter(|pem| pem.len() <= MAX_PEM).ok_or(KeyError::Public)?;
        let p256 = ecdsa::VerifyingKey::from_public_key_pem(pem).map(Self::EcdsaP256);
        let key = p256.or_else(|_| ed25519::VerifyingKey::from_public_key_pem(pem).map(Self::Ed25519));
        // One form for a key, so that it has one id: no compressed points.
        let same = |key: &Self| key.to_pem().split_whitespace().eq(pem.split_whitespace());
        key.ok().filter(Self::is_strong).filter(same).ok_or(KeyError::Public)
    }

    /// Reads the DER bytes of a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`KeyError::Public`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let p256 = ecdsa::VerifyingKey::from_public_key_der(der).map(Self::EcdsaP256);
        let key = p256.or_else(|_| ed25519::VerifyingKey::from_public_key_der(der).map(Self::Ed25519));
        key.ok().filter(Self::is_strong).filter(|key| key.to_der() == der).ok_or(KeyError::Public)
    }

    /// Under a point of small order one Ed25519 signature holds for many messages.
    fn is_strong(&self) -> bool {
        match self {
            Self::EcdsaP256(_) => true,
            Self::Ed25519(key) => !key.is_weak(),
        }
    }

    /// The DER bytes of the `SubjectPublicKeyInfo`.
    ///
    /// # Panics
    /// Never: a key has an encoding.
    pub fn to_der(&self) -> Vec<u8> {
        let document = match self {
            Self::EcdsaP256(key) => key.to_public_key_der(),
            Self::Ed25519(key) => key.to_public_key_der(),
        };
        document.expect("a key has an encoding").into_vec()
    }

    /// The PEM file.
    ///
    /// # Panics
    /// Never: a key has an encoding.
    pub fn to_pem(&self) -> String {
        let pem = match self {
            Self::EcdsaP256(key) => key.to_public_key_pem(LineEnding::LF),
            Self::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
        };
        pem.expect("a key has an encoding")
    }

    /// The key's id: SHA-256 of [`Self::to_der`], as Sigstore's hints are.
    pub fn id(&self) -> Digest {
        Digest::of(&self.to_der())
    }

    /// The algorithm's name.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::EcdsaP256(_) => "ECDSA P-256",
            Self::Ed25519(_) => "Ed25519",
        }
    }

    /// Checks a signature: ASN.1 DER for ECDSA, the 64 bytes of RFC 8032 for Ed25519 (strictly: canonical, no small order).
    ///
    /// # Errors
    /// [`KeyError::Signature`] naming this key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let holds = match self {
            Self::EcdsaP256(key) => {
                ecdsa::Signature::from_der(signature).and_then(|signature| key.verify(message, &signature)).is_ok()
            }
            Self::Ed25519(key) => ed25519::Signature::from_slice(signature)
                .and_then(|signature| key.verify_strict(message, &signature))
                .is_ok(),
        };
        if holds { Ok(()) } else { Err(KeyError::Signature(self.id())) }
    }
}

/// A private key; wiped when dropped, never shown.
#[non_exhaustive]
pub enum SigningKey {
    /// ECDSA over P-256.
    EcdsaP256(ecdsa::SigningKey),
    /// Ed25519.
    Ed25519(ed25519::SigningKey),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

impl SigningKey {
    /// Makes a key of 32 bytes of entropy.
    ///
    /// # Errors
    /// [`KeyError::Seed`] for the few of them (one in 2^32) that are no P-256 scalar.
    pub fn new(algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::EcdsaP256 => {
                ecdsa::SigningKey::from_slice(seed).map(Self::EcdsaP256).map_err(|_| KeyError::Seed)
            }
            Algorithm::Ed25519 => Ok(Self::Ed25519(ed25519::SigningKey::from_bytes(seed))),
        }
    }

    /// Reads a PEM file (PKCS#8, RFC 5958, not encrypted).
    ///
    /// # Errors
    /// [`KeyError::Private`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = Some(pem).filter(|pem| pem.len() <= MAX_PEM).ok_or(KeyError::Private)?;
        let p256 = ecdsa::SigningKey::from_pkcs8_pem(pem).map(Self::EcdsaP256);
        p256.or_else(|_| ed25519::SigningKey::from_pkcs8_pem(pem).map(Self::Ed25519)).map_err(|_| KeyError::Private)
    }

    /// The PEM file.
    ///
    /// # Panics
    /// Never: a key has an encoding.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let pem = match self {
            Self::EcdsaP256(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::Ed25519(key) => key.to_pkcs8_pem(LineEnding::LF),
        };
        pem.expect("a key has an encoding")
    }

    /// The key that its signatures are checked with.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::EcdsaP256(key) => PublicKey::EcdsaP256(*key.verifying_key()),
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
        }
    }

    /// Signs, deterministically (RFC 6979 for ECDSA).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::EcdsaP256(key) => {
                let signature: ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}
