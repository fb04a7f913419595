//! The folder that a user's keys lie in, one folder per key: `<id>/{proving.key,verifying.key,manifest.json}`.
//!
//! A key's folder appears whole or not at all: it is written under another name, synced, and renamed. Loading hashes
//! first and parses second.

mod manifest;
mod write;

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
};

pub use manifest::Manifest;
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, RawVerifyingKey, VerifyingKey, key_folder},
};

use crate::{ProvingKey, SetupError};

const PROVING: &str = "proving.key";
const VERIFYING: &str = "verifying.key";
const MANIFEST: &str = "manifest.json";
/// Processes that make a key hold a lock on this file.
const LOCK: &str = ".lock";
const MAX_MANIFEST_BYTES: u64 = 16 * 1024;

/// A folder of keys.
#[derive(Clone, Debug)]
pub struct KeyStore {
    folder: PathBuf,
}

/// A key in the list of a store.
#[derive(Debug)]
pub struct Listed {
    /// Its id.
    pub id: KeyId,
    /// Its manifest, or what is wrong with it.
    pub manifest: Result<Manifest, SetupError>,
}

/// A held lock of a store; gone when dropped, or when its process ends.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

impl KeyStore {
    /// The store in `folder`, which is made (for this user alone) if it is not there.
    ///
    /// # Errors
    /// [`SetupError::Io`] when the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, SetupError> {
        let folder = folder.into();
        write::make_private_folder(&folder)?;
        Ok(Self { folder })
    }

    /// The user's own store: `$POT_KEY_DIR`, else `$XDG_CACHE_HOME/pot/keys`, else `~/.cache/pot/keys`.
    ///
    /// # Errors
    /// [`SetupError::NoFolder`] when no variable says where, [`SetupError::Io`] when the folder cannot be made.
    pub fn open_default() -> Result<Self, SetupError> {
        Self::open(key_folder(|name| std::env::var_os(name)).ok_or(SetupError::NoFolder)?)
    }

    /// The folder of this store.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of one key, whether it is there or not.
    pub fn key_folder(&self, id: KeyId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// The keys of this store in the order of their ids, each with its manifest or what is wrong with it.
    ///
    /// # Errors
    /// [`SetupError::Io`] when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, SetupError> {
        let failed = || SetupError::io("read", &self.folder);
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed())? {
            let name = entry.map_err(failed())?.file_name();
            // Anything else in the folder, such as what a killed process was writing, is no key.
            if let Some(id) = name.to_str().and_then(|name| name.parse::<KeyId>().ok()) {
                ids.push(id);
            }
        }
        ids.sort_unstable();
        Ok(ids.into_iter().map(|id| Listed { id, manifest: self.manifest(id) }).collect())
    }

    /// The key for a circuit: of several, the one with the smallest id, so that every process takes the same. Keys
    /// with a damaged manifest are passed over here and show in [`KeyStore::list`].
    ///
    /// # Errors
    /// [`SetupError::Io`] when the folder cannot be read.
    pub fn find(&self, circuit: Digest) -> Result<Option<KeyId>, SetupError> {
        let fits = |key: &Listed| matches!(&key.manifest, Ok(manifest) if manifest.circuit == circuit);
        Ok(self.list()?.into_iter().find(fits).map(|key| key.id))
    }

    /// The manifest of a key.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], or [`SetupError::Damaged`] when the manifest is not one of this key.
    pub fn manifest(&self, id: KeyId) -> Result<Manifest, SetupError> {
        let bytes = self.read(id, MANIFEST, MAX_MANIFEST_BYTES)?;
        Manifest::parse(&bytes, id).map_err(|reason| self.damaged(id, MANIFEST, reason))
    }

    /// Loads a proving key. Its file is hashed before anything in it is looked at.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], [`SetupError::Damaged`] when the file is not the one that was saved, or
    /// [`SetupError`] when another version of the program saved it.
    pub fn load_proving(&self, id: KeyId) -> Result<ProvingKey, SetupError> {
        let manifest = self.manifest(id)?;
        let bytes = self.read(id, PROVING, manifest.proving_key_bytes)?;
        if bytes.len() as u64 != manifest.proving_key_bytes {
            let reason = format!("{} bytes where {} were saved", bytes.len(), manifest.proving_key_bytes);
            return Err(self.damaged(id, PROVING, reason));
        }
        if Digest::of(&bytes) != manifest.proving_key_sha256 {
            return Err(self.damaged(id, PROVING, "its SHA-256 is not the one that was saved".to_owned()));
        }
        let key = ProvingKey::from_trusted_bytes(&bytes)?;
        if key.id() != id || key.verifying().circuit() != manifest.circuit {
            return Err(self.damaged(id, PROVING, "it is the proving key of another key".to_owned()));
        }
        Ok(key)
    }

    /// Loads and validates a verifying key. Its hash is its id.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], [`SetupError::Damaged`] when the file has another hash, [`SetupError::Key`] when the
    /// key is refused.
    pub fn load_verifying(&self, id: KeyId) -> Result<VerifyingKey, SetupError> {
        let bytes = self.read(id, VERIFYING, RawVerifyingKey::LEN as u64)?;
        if KeyId::of(&bytes) != id {
            return Err(self.damaged(id, VERIFYING, "its SHA-256 is not its id".to_owned()));
        }
        Ok(VerifyingKey::from_bytes(&bytes)?)
    }

    /// Writes a key; a key that is already there is left as it is.
    ///
    /// # Errors
    /// [`SetupError::Io`], or [`SetupError::Damaged`] when something else lies under the key's id.
    pub fn save(&self, key: &ProvingKey) -> Result<(), SetupError> {
        let proving = key.to_bytes();
        let manifest = Manifest::of(key, &proving);
        let files =
            [(PROVING, proving.as_slice()), (VERIFYING, &key.verifying().to_bytes()), (MANIFEST, &manifest.to_bytes())];
        if write::folder_at_once(&self.folder, &self.key_folder(key.id()), &files)? {
            return Ok(());
        }
        // Another process was first, with the same key.
        let there = self.manifest(key.id())?;
        if there == manifest {
            return Ok(());
        }
        Err(self.damaged(key.id(), MANIFEST, "it is not the manifest of this key".to_owned()))
    }

    /// Takes the lock that processes hold while they make a key here; calls `waiting` if that takes waiting.
    ///
    /// # Errors
    /// [`SetupError::Io`] when the lock file cannot be opened or locked.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<StoreLock, SetupError> {
        let path = self.folder.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(SetupError::io("open", &path))?;
        let locked = match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()
            }
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => Ok(()),
        };
        locked.map_err(SetupError::io("lock", &path))?;
        Ok(StoreLock { _file: file })
    }

    /// Reads a file of a key, and never more than one byte beyond `expected`.
    fn read(&self, id: KeyId, name: &str, expected: u64) -> Result<Vec<u8>, SetupError> {
        let folder = self.key_folder(id);
        let path = folder.join(name);
        let file = File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if !folder.exists() => SetupError::NoSuchKey { id, folder: self.folder.clone() },
            io::ErrorKind::NotFound => self.damaged(id, name, "it is missing".to_owned()),
            _ => SetupError::io("open", &path)(error),
        })?;
        // Room for what is there, however large the manifest says it is.
        let size = file.metadata().map_or(0, |metadata| metadata.len().min(expected));
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(expected.saturating_add(1)).read_to_end(&mut bytes).map_err(SetupError::io("read", &path))?;
        Ok(bytes)
    }

    fn damaged(&self, id: KeyId, name: &str, reason: String) -> SetupError {
        let folder = self.key_folder(id);
        SetupError::Damaged { file: folder.join(name), reason, folder }
    }
}
