//! The checker's acceptance policy, with the keys that it names.

use std::path::Path;

use pot_protocol::digest::Digest;
use pot_verifier::{
    PublicKey,
    acceptance::{Acceptance, SignerKey, SignerRole},
};

use crate::{
    exit::{Exit, Stop},
    files,
};

/// Largest acceptance policy that is read, in bytes.
const MAX_ACCEPTANCE: u64 = 1 << 18;
/// Largest public key that is read, in bytes.
const MAX_KEY: u64 = 4096;

/// A policy file that was read.
pub(crate) struct Demanded {
    pub(crate) policy: Acceptance,
    pub(crate) signers: Vec<(SignerRole, PublicKey)>,
    /// What it is called, and its SHA-256.
    pub(crate) named: (String, Digest),
}

/// Reads a policy file and the keys beside it.
pub(crate) fn read(path: &Path) -> Result<Demanded, Stop> {
    let bytes = files::small_file(path, MAX_ACCEPTANCE).map_err(|e| Stop(Exit::Malformed, e))?;
    let (policy, signers) = Acceptance::from_toml(&bytes).map_err(|e| {
        let Stop(exit, message) = e.into();
        Stop(exit, format!("{}: {message}", path.display()))
    })?;
    let folder = path.parent().unwrap_or(path);
    let with_key = |signer: pot_verifier::acceptance::Signer| {
        let key = match signer.key {
            SignerKey::Here(key) => *key,
            SignerKey::File(name) => public_key(&folder.join(name), &format!("signer {}", signer.role.name()))?,
        };
        Ok((signer.role, key))
    };
    let signers = signers.into_iter().map(with_key).collect::<Result<_, Stop>>()?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Demanded { policy, signers, named: (name, Digest::of(&bytes)) })
}

/// Reads a public key; `what` says whose.
pub(crate) fn public_key(path: &Path, what: &str) -> Result<PublicKey, Stop> {
    let refuse = |message: String| Stop(Exit::Trust, format!("{what} {}: {message}", path.display()));
    let bytes = files::small_file(path, MAX_KEY).map_err(refuse)?;
    let pem = String::from_utf8(bytes).map_err(|_| refuse("is no text".to_owned()))?;
    PublicKey::from_pem(&pem).map_err(|e| refuse(e.to_string()))
}
