//! Where a file of powers of τ comes from: one of the public ones, known by hash, or anywhere else.

use std::fmt;

use blake2::{Blake2b512, Digest};
use pot_protocol::keys::hermez_power;

use super::Report;

/// Bytes that are hashed at a time.
const CHUNK: usize = 1 << 24;

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase1Source {
    /// `powersOfTau28_hez_final_NN.ptau`, byte for byte.
    Hermez {
        /// NN; 28 is the file without a number.
        power: u32,
    },
    /// Any other file.
    Private,
}

impl Phase1Source {
    /// The source of the file with this BLAKE2b-512.
    pub fn of(hash: &[u8; 64]) -> Self {
        hermez_power(hash).map_or(Self::Private, |power| Self::Hermez { power })
    }
}

impl fmt::Display for Phase1Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hermez { power: 28 } => write!(f, "powersOfTau28_hez_final.ptau"),
            Self::Hermez { power } => write!(f, "powersOfTau28_hez_final_{power:02}.ptau"),
            Self::Private => write!(f, "no public file known to this program"),
        }
    }
}

/// A file's hash, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// BLAKE2b-512 of the whole file.
    pub hash: [u8; 64],
    /// Whose it is.
    pub source: Phase1Source,
}

impl Identity {
    /// The hash in hexadecimal.
    pub fn hex(&self) -> String {
        hex::encode(self.hash)
    }
}

/// Hashes a file and looks the hash up.
pub fn identify(bytes: &[u8], report: Report<'_>) -> Identity {
    let mut hasher = Blake2b512::new();
    for (chunk, content) in bytes.chunks(CHUNK).enumerate() {
        report("hash", chunk * CHUNK, bytes.len());
        hasher.update(content);
    }
    let hash = hasher.finalize().into();
    Identity { hash, source: Phase1Source::of(&hash) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_other_file_is_private_and_has_a_hash() {
        let identity = identify(b"abc", &|_, _, _| {});
        assert_eq!(identity.source, Phase1Source::Private);
        assert!(identity.hex().starts_with("ba80a53f981c4d0d6a2797b69f12f6e9"));
    }
}
