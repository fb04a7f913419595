//! The id of a verifying key.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Digest;

/// SHA-256 of a canonical verifying-key file, untagged: `sha256sum verifying.key` prints it. The file's own magic
/// bytes separate it from everything else that is hashed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

impl KeyId {
    /// The id of the key file with these bytes.
    pub fn of(file: &[u8]) -> Self {
        Self(Digest::of(file).0)
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Digest(self.0).fmt(f)
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl std::str::FromStr for KeyId {
    type Err = String;

    /// Reads 64 hexadecimal digits.
    fn from_str(s: &str) -> Result<Self, String> {
        Ok(Self(s.parse::<Digest>()?.0))
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Digest(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Digest::deserialize(deserializer)?.0))
    }
}
