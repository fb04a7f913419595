//! The folder of one run: where each file lies, written once and never overwritten.

mod log;
mod secrets;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

pub use log::{Log, now_millis};
use pot_attestation::read_nonce;
use pot_protocol::{
    policy::Policy,
    registration::{NonceFile, Registration},
};
pub use secrets::{Secrets, random32};
use serde::{Deserialize, Serialize};

use crate::error::ProverError;

/// Largest file of a run folder that is read whole, in bytes.
const MAX_FILE: u64 = 1 << 30;

/// How to find the models and the corpus again. Nothing here is trusted: identities are checked against the
/// registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// `builtin:NAME` or a path.
    pub reference: String,
    /// `builtin:NAME` or a path.
    pub candidate: String,
    /// Path of the private corpus, for the corpus family.
    pub corpus: Option<PathBuf>,
    /// How the models are run.
    #[serde(default)]
    pub settings: Settings,
}

/// How models are loaded and endpoints are asked. Everything that can change a score is also in the registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Most bytes of weights in memory at once, of both models.
    pub max_memory: Option<u64>,
    /// Whether quantised weights are multiplied as stored.
    pub quantised_kernels: bool,
    /// Number of most likely tokens that an endpoint is asked for, for `kl-topk`.
    pub top: u32,
    /// Name of the environment variable with the endpoint's key; never the key. With two endpoints on different hosts it
    /// is the candidate's.
    pub api_key_env: Option<String>,
    /// The same for the reference's endpoint, where it is another one.
    pub reference_api_key_env: Option<String>,
    /// Whether the key may go over plain http to another machine.
    pub allow_insecure: bool,
    /// Longest wait for an answer, in seconds.
    pub timeout_seconds: Option<u32>,
    /// Most requests begun in a minute.
    pub requests_per_minute: Option<u32>,
    /// Most requests at once.
    pub concurrency: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_memory: None,
            quantised_kernels: false,
            top: 5,
            api_key_env: None,
            reference_api_key_env: None,
            allow_insecure: false,
            timeout_seconds: None,
            requests_per_minute: None,
            concurrency: None,
        }
    }
}

/// The answer of a counterparty or a beacon in a run folder.
pub const NONCE: &str = "nonce.json";

/// An open run folder, locked against a second process.
#[derive(Debug)]
pub struct RunFolder {
    root: PathBuf,
    lock: File,
}

impl Drop for RunFolder {
    /// Gives the lock back at once. Closing the file alone would not while a process just forked off still holds a copy of it,
    /// which it does until it executes its program.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl RunFolder {
    /// Makes a new folder whose files `fill` writes, all of them or none: they are written beside it and moved at once.
    /// The folder is the owner's alone, since the transcript and the opened scores tell what the bundle hides.
    ///
    /// # Errors
    /// [`ProverError::Usage`] when there is such a folder with something in it; what `fill` returns; an I/O error.
    pub fn create(root: &Path, fill: impl FnOnce(&Path) -> Result<(), ProverError>) -> Result<Self, ProverError> {
        let made = |e| ProverError::io(root, "cannot make the folder")(e);
        let taken = match fs::read_dir(root) {
            Ok(mut entries) => entries.next().is_some(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(made(e)),
        };
        if taken {
            return Err(ProverError::Usage(format!(
                "{} is not empty: choose another folder with --out, or, for an audit that was interrupted, pass --resume",
                root.display()
            )));
        }
        let parent = root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(parent).map_err(ProverError::io(parent, "cannot make the folder"))?;
        // It goes away again when something fails before the move.
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let staging = builder.prefix(".pot-").tempdir_in(parent).map_err(made)?;
        fill(staging.path())?;
        // On Unix an empty folder is replaced; elsewhere it has to go first.
        if root.exists() {
            fs::remove_dir(root).map_err(ProverError::io(root, "cannot replace the empty folder"))?;
        }
        fs::rename(staging.path(), root).map_err(ProverError::io(root, "cannot move the finished folder here"))?;
        Self::lock(root)
    }

    /// Opens the folder of a registered run.
    ///
    /// # Errors
    /// [`ProverError::Usage`] when there is no registration in it or another process works in it.
    pub fn open(root: &Path) -> Result<Self, ProverError> {
        if !root.join("registration.pot").is_file() {
            return Err(ProverError::Usage(format!(
                "{} holds no registration: run `pot-prove register --out {}` first",
                root.display(),
                root.display()
            )));
        }
        Self::lock(root)
    }

    fn lock(root: &Path) -> Result<Self, ProverError> {
        let path = root.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(ProverError::io(&path, "cannot open the lock file"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), lock: file }),
            Err(TryLockError::WouldBlock) => Err(ProverError::Usage(format!(
                "another pot-prove works in {}: wait for it, or choose another folder",
                root.display()
            ))),
            Err(TryLockError::Error(e)) => Err(ProverError::io(&path, "cannot lock")(e)),
        }
    }

    /// The folder's path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Whether a file is there.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Writes a new file completely or not at all; an existing one is never overwritten.
    ///
    /// # Errors
    /// [`ProverError::Usage`] when the file exists; an I/O error with its place otherwise.
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, ProverError> {
        let path = self.path(name);
        write_new(&path, bytes)?;
        Ok(path)
    }

    /// Writes a file that follows from the others, in place of one that an interrupted attempt may have left.
    ///
    /// # Errors
    /// An I/O error with its place.
    pub fn write_derived(&self, name: &str, bytes: &[u8]) -> Result<(), ProverError> {
        write_new(&self.cleared(name)?, bytes)
    }

    /// As [`Self::write_derived`], for a file that only this user may read.
    ///
    /// # Errors
    /// As of [`Self::write_derived`].
    pub fn write_derived_secret(&self, name: &str, bytes: &[u8]) -> Result<(), ProverError> {
        write_new_secret(&self.cleared(name)?, bytes)
    }

    /// The path of a file that is not there, or not any more.
    fn cleared(&self, name: &str) -> Result<PathBuf, ProverError> {
        let path = self.path(name);
        if path.exists() {
            fs::remove_file(&path).map_err(ProverError::io(&path, "cannot replace"))?;
        }
        Ok(path)
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// An I/O error with its place, or [`ProverError::Input`] when it is absurdly large.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, ProverError> {
        read_file(&self.path(name))
    }

    /// The registration.
    ///
    /// # Errors
    /// An I/O error, or [`ProverError::Registration`].
    pub fn registration(&self) -> Result<Registration, ProverError> {
        Ok(Registration::from_bytes(&self.read("registration.pot")?)?)
    }

    /// The policy of the run, checked against the registration.
    ///
    /// # Errors
    /// [`ProverError::Input`] when the file is no policy or its certificate fails, or it is not the registered one.
    pub fn policy(&self, registration: &Registration) -> Result<Policy, ProverError> {
        let path = self.path("policy.json");
        let policy = read_policy(&path)?;
        registration.bind_policy(&policy)?;
        Ok(policy)
    }

    /// How to find the models again.
    ///
    /// # Errors
    /// [`ProverError::Input`] when the file is malformed.
    pub fn sources(&self) -> Result<Sources, ProverError> {
        self.json("sources.json")
    }

    /// The answer of a counterparty or a beacon to the registration, if the run has one; its signature is checked.
    ///
    /// # Errors
    /// [`ProverError::Input`] when the file is none.
    pub fn nonce_file(&self, registration: &Registration) -> Result<Option<NonceFile>, ProverError> {
        if !self.has(NONCE) {
            return Ok(None);
        }
        let path = self.path(NONCE);
        read_nonce(&read_file(&path)?, registration).map(Some).map_err(|e| ProverError::input(&path, e))
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, ProverError> {
        let path = self.path(name);
        serde_json::from_slice(&read_file(&path)?).map_err(|e| ProverError::input(&path, e))
    }

    /// The secrets of the run.
    ///
    /// # Errors
    /// [`ProverError::Input`] when a secret file is malformed.
    pub fn secrets(&self) -> Result<Secrets, ProverError> {
        Secrets::read(self)
    }
}

/// Reads a policy file and checks its certificate.
///
/// # Errors
/// [`ProverError::Input`] with what is wrong.
pub fn read_policy(path: &Path) -> Result<Policy, ProverError> {
    let text = String::from_utf8(read_file(path)?).map_err(|e| ProverError::input(path, format!("not UTF-8: {e}")))?;
    Policy::from_json(&text)
        .map_err(|e| ProverError::input(path, format!("{e}; compile a policy with `pot-prove policy compile`")))
}

/// Reads a whole file of at most 1 GiB.
///
/// # Errors
/// An I/O error with its place, or [`ProverError::Input`] when it is larger.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ProverError> {
    // A pipe could block for ever and a device never end.
    if !fs::metadata(path).map_err(ProverError::io(path, "cannot open"))?.is_file() {
        return Err(ProverError::input(path, "is no regular file"));
    }
    let file = File::open(path).map_err(ProverError::io(path, "cannot open"))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(ProverError::io(path, "cannot read"))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(ProverError::input(path, "larger than 1 GiB"));
    }
    Ok(bytes)
}

/// A temporary file with the permissions of any other new file.
fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes a new file completely or not at all, and makes it durable; an existing one is never overwritten.
///
/// # Errors
/// [`ProverError::Usage`] when the file exists; an I/O error with its place otherwise.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), ProverError> {
    persist(path, bytes, new_file_in(parent(path)))
}

/// As [`write_new`], for a file that only this user may read.
///
/// # Errors
/// As of [`write_new`].
pub fn write_new_secret(path: &Path, bytes: &[u8]) -> Result<(), ProverError> {
    persist(path, bytes, tempfile::NamedTempFile::new_in(parent(path)))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn persist(path: &Path, bytes: &[u8], temporary: io::Result<tempfile::NamedTempFile>) -> Result<(), ProverError> {
    let failed = |e: io::Error| ProverError::io(path, "cannot write")(e);
    let mut temporary = temporary.map_err(failed)?;
    temporary.write_all(bytes).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist_noclobber(path).map_err(|e| {
        if e.error.kind() == io::ErrorKind::AlreadyExists {
            ProverError::Usage(format!("{} exists and is not overwritten", path.display()))
        } else {
            failed(e.error)
        }
    })?;
    // The rename is durable once the folder is.
    File::open(parent(path)).and_then(|folder| folder.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    #[test]
    fn a_folder_has_one_owner_and_is_free_as_soon_as_it_is_dropped() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("registration.pot"), "").unwrap();
        let folder = RunFolder::open(root.path()).unwrap();
        assert!(matches!(RunFolder::open(root.path()), Err(ProverError::Usage(_))));
        // As a process has it between fork and exec.
        let copy = folder.lock.try_clone().unwrap();
        drop(folder);
        RunFolder::open(root.path()).unwrap();
        drop(copy);
    }
}
