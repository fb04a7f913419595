//! 32-byte digests: bytes in the canonical encoding, lower-case hex for people.

use bincode::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, or another 32-byte value that people see in hex.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// SHA-256 of a 16-byte domain tag followed by `bytes`.
    pub fn tagged(tag: &[u8; 16], bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(tag).chain_update(bytes).finalize().into())
    }

    /// SHA-256 of `bytes`, untagged, as `sha256sum` prints it.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl std::str::FromStr for Digest {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let mut out = [0; 32];
        hex::decode_to_slice(s, &mut out).map_err(|_| format!("'{s}' is not 64 hexadecimal digits"))?;
        Ok(Self(out))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyId, ProofBytes};

    #[test]
    fn what_is_shown_of_a_digest_is_its_hexadecimal_and_reads_back() {
        let (digest, hex) = (Digest([0xa5; 32]), "a5".repeat(32));
        assert_eq!((digest.to_string(), hex.parse()), (hex.clone(), Ok(digest)));
        assert_eq!(format!("{digest:?}"), format!("Digest({hex})"));
        assert_eq!(format!("{:?}", KeyId(digest.0)), format!("KeyId({hex})"));
        assert_eq!(format!("{:?}", ProofBytes([0xa5; 128])), format!("ProofBytes({})", "a5".repeat(128)));
    }
}
