//! The run's two secrets: the challenge key, revealed after the run, and the seed of the score blindings, which is not.

use std::{fs, path::Path};

use pot_protocol::{challenge::ChallengeKey, digest::Digest};
use zeroize::Zeroizing;

use super::{RunFolder, read_file, write_new};
use crate::error::ProverError;

const KEY: &str = "secret/challenge-key";
const SEED: &str = "secret/blinding-seed";

/// Secrets of one run, fresh for each. The seed never enters a commitment as it is: see `prove`.
pub struct Secrets {
    key: Zeroizing<[u8; 32]>,
    seed: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(secret)")
    }
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
    /// Draws fresh secrets.
    ///
    /// # Errors
    /// [`ProverError::Random`] when the system has no randomness.
    pub fn draw() -> Result<Self, ProverError> {
        Ok(Self { key: Zeroizing::new(random32()?), seed: Zeroizing::new(random32()?) })
    }

    /// The key behind the challenges.
    pub fn key(&self) -> ChallengeKey {
        ChallengeKey::new(*self.key)
    }

    /// The seed behind the blindings of the score commitment.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// Writes the secrets into a run folder, readable by the owner only.
    ///
    /// # Errors
    /// An I/O error with its place.
    pub fn write(&self, root: &Path) -> Result<(), ProverError> {
        let secret = root.join("secret");
        fs::create_dir(&secret).map_err(ProverError::io(&secret, "cannot make the folder"))?;
        owner_only(&secret)?;
        for (name, bytes) in [(KEY, &self.key), (SEED, &self.seed)] {
            write_new(&root.join(name), Zeroizing::new(format!("{}\n", hex::encode(bytes.as_slice()))).as_bytes())?;
        }
        Ok(())
    }

    pub(super) fn read(folder: &RunFolder) -> Result<Self, ProverError> {
        let read = |name: &str| -> Result<Zeroizing<[u8; 32]>, ProverError> {
            let path = folder.path(name);
            let text = String::from_utf8(read_file(&path)?).unwrap_or_default();
            let digest: Digest = text.trim_end().parse().map_err(|_| {
                ProverError::input(&path, "not 64 hexadecimal digits; the run cannot go on without its secrets")
            })?;
            Ok(Zeroizing::new(digest.0))
        };
        Ok(Self { key: read(KEY)?, seed: read(SEED)? })
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<(), ProverError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(ProverError::io(path, "cannot protect"))
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> Result<(), ProverError> {
    Ok(())
}
