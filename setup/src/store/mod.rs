//! The folder that a user's keys lie in, one folder per key: `<id>/{circuit.zkey,verifying.key,manifest.json}`.
//!
//! A key's folder appears whole or not at all: it is written under another name, synced, and renamed. Loading hashes
//! first and parses second.

mod import;
mod manifest;
mod pack;
mod write;

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    fs::{self, File, TryLockError},
    io::Read,
    path::{Path, PathBuf},
};

pub use import::{Checked, check};
pub use manifest::Manifest;
pub use pack::{is_packed, read_packed};
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, Provenance, RawVerifyingKey, VerifyingKey, key_folder},
};

use crate::{ProvingKey, SetupError, formats::zkey::Zkey, mapped::FileBytes, new_file, phase2};

/// The name of the zkey in a key's folder.
pub const ZKEY: &str = "circuit.zkey";
/// The name of the verifying key in a key's folder.
pub const VERIFYING: &str = "verifying.key";
/// The name of the manifest in a key's folder.
pub const MANIFEST: &str = "manifest.json";
/// Processes that make a key hold a lock on this file.
const LOCK: &str = ".lock";
/// Room for a ceremony of thousands.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

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

    /// The key for a circuit: a ceremony's before a rehearsal's before a development key, and of several the one with the
    /// smallest id, so that every process takes the same. Keys with a damaged manifest are passed over here and show in
    /// [`KeyStore::list`]; one with a damaged verifying key is the last choice.
    ///
    /// # Errors
    /// [`SetupError::Io`] when the folder cannot be read.
    pub fn find(&self, circuit: Digest) -> Result<Option<KeyId>, SetupError> {
        let fits = self.list()?.into_iter().filter_map(|key| key.manifest.ok()).filter(|key| key.circuit == circuit);
        let standing = |id| self.load_verifying(id).ok().map(|key| key.standing());
        Ok(fits.map(|key| key.key).min_by_key(|&id| (Reverse(standing(id)), id)))
    }

    /// The manifest of a key.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], or [`SetupError::Damaged`] when the manifest is not one of this key.
    pub fn manifest(&self, id: KeyId) -> Result<Manifest, SetupError> {
        let bytes = self.read(id, MANIFEST, MAX_MANIFEST_BYTES)?;
        Manifest::parse(&bytes, id).map_err(|reason| self.damaged(id, MANIFEST, reason))
    }

    /// Loads a proving key. Its file is mapped, and hashed before anything in it is looked at; with the hash that the
    /// manifest pins, its points are not checked one by one.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], or [`SetupError::Damaged`] when a file is not the one that was saved.
    pub fn load_proving(&self, id: KeyId) -> Result<ProvingKey, SetupError> {
        let (manifest, zkey) = self.saved_zkey(id)?;
        let verifying = self.load_verifying(id)?;
        if verifying.circuit() != manifest.circuit || verifying.capacity() != manifest.capacity {
            return Err(self.damaged(id, MANIFEST, "it names another circuit than the key itself".to_owned()));
        }
        if matches!(verifying.provenance(), Provenance::Ceremony(c) if c.zkey != manifest.zkey_sha256) {
            return Err(self.damaged(id, ZKEY, "its SHA-256 is not the one in the verifying key".to_owned()));
        }
        let trusted = Zkey::parse(ZKEY, &zkey).and_then(|zkey| ProvingKey::trusted(&zkey, verifying));
        trusted.map_err(|error| self.damaged(id, ZKEY, error.to_string()))
    }

    /// Maps the zkey of a key as it lies there; nothing is checked.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], [`SetupError::Damaged`] when it is missing, [`SetupError::Io`].
    pub fn map_zkey(&self, id: KeyId) -> Result<FileBytes, SetupError> {
        self.there(id, ZKEY)?;
        FileBytes::map(&self.key_folder(id).join(ZKEY))
    }

    /// The manifest of a key, and its mapped zkey with the length and the hash that stand in it.
    fn saved_zkey(&self, id: KeyId) -> Result<(Manifest, FileBytes), SetupError> {
        let (manifest, zkey) = (self.manifest(id)?, self.map_zkey(id)?);
        if zkey.len() as u64 != manifest.zkey_bytes {
            let reason = format!("{} bytes where {} were saved", zkey.len(), manifest.zkey_bytes);
            return Err(self.damaged(id, ZKEY, reason));
        }
        if Digest::of(&zkey) != manifest.zkey_sha256 {
            return Err(self.damaged(id, ZKEY, "its SHA-256 is not the one that was saved".to_owned()));
        }
        Ok((manifest, zkey))
    }

    /// Copies the files of a key, as they were saved, into the new folder `out`.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], [`SetupError::Damaged`] when a file is not the one that was saved, [`SetupError::Io`] when
    /// `out` is there or cannot be written.
    pub fn export(&self, id: KeyId, out: &Path) -> Result<(), SetupError> {
        let (manifest, zkey) = self.saved_zkey(id)?;
        let verifying = self.raw_verifying(id)?.to_bytes();
        fs::create_dir(out).map_err(SetupError::io("make the folder", out))?;
        for (name, bytes) in [(ZKEY, &*zkey), (VERIFYING, &verifying), (MANIFEST, &manifest.to_bytes())] {
            new_file::write_new_bytes(&out.join(name), bytes)?;
        }
        Ok(())
    }

    /// Loads and validates a verifying key. Its hash is its id.
    ///
    /// # Errors
    /// [`SetupError::NoSuchKey`], [`SetupError::Damaged`] when the file has another hash, [`SetupError::Key`] when the
    /// key is refused.
    pub fn load_verifying(&self, id: KeyId) -> Result<VerifyingKey, SetupError> {
        Ok(self.raw_verifying(id)?.validate()?)
    }

    /// Reads a verifying key and does not look at its points: enough to say what it is. Its hash is its id.
    ///
    /// # Errors
    /// As of [`KeyStore::load_verifying`].
    pub fn raw_verifying(&self, id: KeyId) -> Result<RawVerifyingKey, SetupError> {
        let bytes = self.read(id, VERIFYING, RawVerifyingKey::MAX_LEN as u64)?;
        if KeyId::of(&bytes) != id {
            return Err(self.damaged(id, VERIFYING, "its SHA-256 is not its id".to_owned()));
        }
        Ok(RawVerifyingKey::from_bytes(&bytes)?)
    }

    /// Writes a key that was made in this process; a key that is already there is left as it is.
    ///
    /// # Errors
    /// As of [`KeyStore::add`].
    pub fn save(&self, key: &ProvingKey) -> Result<(), SetupError> {
        self.add(key.verifying(), &key.parameters().to_zkey()?)
    }

    /// Writes a key whose zkey was checked to be that of `verifying`; a key that is already there is left as it is.
    ///
    /// # Errors
    /// [`SetupError::Io`], or [`SetupError::Damaged`] when something else lies under the key's id.
    pub fn add(&self, verifying: &VerifyingKey, zkey: &[u8]) -> Result<(), SetupError> {
        self.write(verifying, zkey, &Manifest::of(verifying, zkey, None))
    }

    /// Writes a key whose zkey was verified to come out of this ceremony; a key that is already there is left as it is.
    ///
    /// # Errors
    /// As of [`KeyStore::add`].
    pub fn add_of_ceremony(
        &self,
        verifying: &VerifyingKey,
        zkey: &[u8],
        ceremony: phase2::Record,
    ) -> Result<(), SetupError> {
        self.write(verifying, zkey, &Manifest::of(verifying, zkey, Some(ceremony)))
    }

    fn write(&self, verifying: &VerifyingKey, zkey: &[u8], manifest: &Manifest) -> Result<(), SetupError> {
        let id = verifying.id();
        let files = [(ZKEY, zkey), (VERIFYING, &verifying.to_bytes()), (MANIFEST, &manifest.to_bytes())];
        if write::folder_at_once(&self.folder, &self.key_folder(id), &files)? {
            return Ok(());
        }
        // It is there already, with or without the record of its ceremony.
        if self.manifest(id)?.is_of_the_key_of(manifest) {
            return Ok(());
        }
        Err(self.damaged(id, MANIFEST, "it is not the manifest of this key".to_owned()))
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
        self.there(id, name)?;
        let path = self.key_folder(id).join(name);
        read_at_most(&path, expected)
    }

    /// That a file of a key exists.
    fn there(&self, id: KeyId, name: &str) -> Result<(), SetupError> {
        let folder = self.key_folder(id);
        if !folder.exists() {
            return Err(SetupError::NoSuchKey { id, folder: self.folder.clone() });
        }
        if folder.join(name).exists() { Ok(()) } else { Err(self.damaged(id, name, "it is missing".to_owned())) }
    }

    fn damaged(&self, id: KeyId, name: &str, reason: String) -> SetupError {
        let folder = self.key_folder(id);
        SetupError::Damaged { file: folder.join(name), reason, folder }
    }
}

/// Reads a file, and never more than one byte beyond `limit`.
fn read_at_most(path: &Path, limit: u64) -> Result<Vec<u8>, SetupError> {
    let file = File::open(path).map_err(SetupError::io("open", path))?;
    // Room for what is there, however large it may be.
    let size = file.metadata().map_or(0, |metadata| metadata.len().min(limit));
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(SetupError::io("read", path))?;
    Ok(bytes)
}
