//! The run's two secrets: the challenge key, revealed after the run, and the seed of the score blindings, which is not.

use std::fs;

use pot_protocol::{challenge::ChallengeKey, commitment::BlindingSeed, digest::Digest};

use super::{RunFolder, read_file};
use crate::error::ProverError;

const KEY: &str = "secret/challenge-key";
const SEED: &str = "secret/blinding-seed";

/// Secrets of one run, fresh for each.
#[derive(Debug)]
pub struct Secrets {
    /// The key behind the challenges.
    pub key: ChallengeKey,
    /// The seed behind the blindings of the score commitment.
    pub seed: [u8; 32],
}

/// 32 bytes from the operating system.
///
/// # Errors
/// [`ProverError::Random`] when the system has none.
pub fn random32() -> Result<[u8; 32], ProverError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| ProverError::Random(e.to_string()))?;
    Ok(bytes)
}

impl Secrets {
    /// Draws fresh secrets and writes them, readable by the owner only.
    ///
    /// # Errors
    /// An I/O or random-generator error.
    pub fn create(folder: &RunFolder) -> Result<Self, ProverError> {
        let secret = folder.path("secret");
        fs::create_dir(&secret).map_err(ProverError::io(&secret, "cannot make the folder"))?;
        owner_only(&secret)?;
        let (key, seed) = (random32()?, random32()?);
        for (name, bytes) in [(KEY, key), (SEED, seed)] {
            folder.write_new(name, format!("{}\n", hex::encode(bytes)).as_bytes())?;
        }
        Ok(Self { key: ChallengeKey::new(key), seed })
    }

    pub(super) fn read(folder: &RunFolder) -> Result<Self, ProverError> {
        let read = |name: &str| -> Result<[u8; 32], ProverError> {
            let path = folder.path(name);
            let text = String::from_utf8(read_file(&path)?).unwrap_or_default();
            let digest: Digest = text.trim_end().parse().map_err(|_| {
                ProverError::input(&path, "not 64 hexadecimal digits; the run cannot go on without its secrets")
            })?;
            Ok(digest.0)
        };
        Ok(Self { key: ChallengeKey::new(read(KEY)?), seed: read(SEED)? })
    }

    /// The blinding seed as the commitment takes it.
    pub fn blinding_seed(&self) -> BlindingSeed {
        BlindingSeed::new(self.seed)
    }
}

#[cfg(unix)]
fn owner_only(path: &std::path::Path) -> Result<(), ProverError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(ProverError::io(path, "cannot protect"))
}

#[cfg(not(unix))]
fn owner_only(_: &std::path::Path) -> Result<(), ProverError> {
    Ok(())
}
