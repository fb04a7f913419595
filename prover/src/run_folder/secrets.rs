//! The run's two secrets: the challenge key, revealed after the run, and the seed of the score blindings, which is not.

use std::{fs, path::Path};

use pot_protocol::challenge::ChallengeKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{RunFolder, read_file, write_new_secret};
use crate::error::ProverError;

const KEY: &str = "secret/challenge-key";
const SEED: &str = "secret/blinding-seed";

/// Secrets of one run, fresh for each, wiped when dropped. The seed never enters a commitment as it is: see `prove`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secrets {
    key: [u8; 32],
    seed: [u8; 32],
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
        let mut secrets = Self { key: [0; 32], seed: [0; 32] };
        for bytes in [&mut secrets.key, &mut secrets.seed] {
            getrandom::fill(bytes).map_err(|e| ProverError::Random(e.to_string()))?;
        }
        Ok(secrets)
    }

    /// The key behind the challenges.
    pub fn key(&self) -> ChallengeKey {
        ChallengeKey::new(self.key)
    }

    /// The challenge key as a line of 64 hexadecimal digits, to be published after the run.
    pub fn key_line(&self) -> Zeroizing<String> {
        let mut line = Zeroizing::new(hex::encode(self.key));
        line.push('\n');
        line
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
            let mut line = Zeroizing::new([b'\n'; 65]);
            // It fails for a buffer of another size only.
            hex::encode_to_slice(bytes, &mut line[..64]).unwrap_or_else(|_| unreachable!("32 bytes are 64 digits"));
            write_new_secret(&root.join(name), line.as_slice())?;
        }
        Ok(())
    }

    pub(super) fn read(folder: &RunFolder) -> Result<Self, ProverError> {
        let mut secrets = Self { key: [0; 32], seed: [0; 32] };
        for (name, bytes) in [(KEY, &mut secrets.key), (SEED, &mut secrets.seed)] {
            let path = folder.path(name);
            let text = Zeroizing::new(read_file(&path)?);
            // What stands there instead is not shown: it may be most of the secret.
            hex::decode_to_slice(text.trim_ascii_end(), bytes).map_err(|_| {
                ProverError::input(&path, "not 64 hexadecimal digits; the run cannot go on without its secrets")
            })?;
        }
        Ok(secrets)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    #[test]
    fn secrets_are_wiped_when_dropped_and_never_shown() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let mut secrets = Secrets { key: [0xab; 32], seed: [0xcd; 32] };
        wiped(&secrets);
        wiped(&secrets.key());
        wiped(&secrets.key().derive(&[0; 32], &[0; 32]));
        wiped(&pot_protocol::commitment::BlindingSeed::new(secrets.seed));
        assert_eq!(format!("{secrets:?}"), "Secrets(secret)");
        secrets.zeroize();
        assert_eq!((secrets.key, secrets.seed), ([0; 32], [0; 32]), "both are wiped");
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_written_for_the_owner_only_and_read_back() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let drawn = Secrets::draw().unwrap();
        assert!(drawn.key != drawn.seed && drawn.key != [0; 32] && drawn.seed != [0; 32]);
        drawn.write(root.path()).unwrap();
        let mode = |name: &str| fs::metadata(root.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("secret"), mode(KEY), mode(SEED)), (0o700, 0o600, 0o600));
        fs::write(root.path().join("registration.pot"), "").unwrap();
        let folder = RunFolder::open(root.path()).unwrap();
        let read = folder.secrets().unwrap();
        assert_eq!((read.key, read.seed), (drawn.key, drawn.seed));
        // A digit that got lost does not put the others into the message.
        let text = fs::read_to_string(root.path().join(KEY)).unwrap();
        fs::write(root.path().join(KEY), &text[1..]).unwrap();
        let error = folder.secrets().unwrap_err().to_string();
        assert!(error.contains("not 64 hexadecimal digits") && !error.contains(&text[1..9]), "{error}");
    }
}
