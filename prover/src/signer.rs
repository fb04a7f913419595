//! Key files of those who sign.

use std::path::{Path, PathBuf};

use pot_attestation::{Algorithm, KeyError, PublicKey, SigningKey};
use zeroize::Zeroizing;

use crate::{
    error::ProverError,
    run_folder::{random32, read_file, write_new, write_new_secret},
};

/// Makes a key pair: the private key in `path`, for this user only, the public one beside it with `.pub` appended.
///
/// # Errors
/// [`ProverError::Usage`] when one of the files exists; an I/O error; [`ProverError::Random`].
pub fn generate(path: &Path, algorithm: Algorithm) -> Result<(PublicKey, PathBuf), ProverError> {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    if public.exists() {
        return Err(ProverError::Usage(format!("{} exists and is not overwritten", public.display())));
    }
    let key = loop {
        match SigningKey::new(algorithm, &Zeroizing::new(random32()?)) {
            Err(KeyError::Seed) => {}
            made => break made.map_err(|e| ProverError::Usage(e.to_string()))?,
        }
    };
    write_new_secret(path, key.to_pem().as_bytes())?;
    write_new(&public, key.public().to_pem().as_bytes())?;
    Ok((key.public(), public))
}

/// Reads a private key.
///
/// # Errors
/// [`ProverError::Input`] when the file is none.
pub fn read(path: &Path) -> Result<SigningKey, ProverError> {
    let bytes = Zeroizing::new(read_file(path)?);
    let pem = str::from_utf8(&bytes).map_err(|_| ProverError::input(path, KeyError::Private))?;
    SigningKey::from_pem(pem).map_err(|e| ProverError::input(path, e))
}

/// Reads a public key.
///
/// # Errors
/// [`ProverError::Input`] when the file is none.
pub fn read_public(path: &Path) -> Result<PublicKey, ProverError> {
    let pem = String::from_utf8(read_file(path)?).map_err(|_| ProverError::input(path, KeyError::Public))?;
    PublicKey::from_pem(&pem).map_err(|e| ProverError::input(path, e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    #[test]
    fn a_key_pair_is_written_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        for (name, algorithm) in [("p256.key", Algorithm::EcdsaP256), ("ed25519.key", Algorithm::Ed25519)] {
            let path = folder.path().join(name);
            let (public, file) = generate(&path, algorithm).unwrap();
            assert_eq!(file, folder.path().join(format!("{name}.pub")));
            assert_eq!(PublicKey::from_pem(&std::fs::read_to_string(&file).unwrap()).unwrap(), public);
            assert_eq!(read(&path).unwrap().public(), public);
            assert!(matches!(generate(&path, algorithm), Err(ProverError::Usage(_))));
            assert!(read(&file).is_err());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }
}
