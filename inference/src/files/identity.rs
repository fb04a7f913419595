//! SHA-256 of the files of a model.

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::RegularFile;
use crate::InferenceError;

/// Told how many bytes are hashed and how many there are in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// Names and SHA-256 digests of files, sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(Vec<(String, [u8; 32])>);

impl Manifest {
    /// From names and digests in any order.
    pub fn new(mut files: Vec<(String, [u8; 32])>) -> Self {
        files.sort();
        Self(files)
    }

    /// Hashes `files`, several at a time, and leaves each at its beginning.
    pub(crate) fn of(files: &[&RegularFile], progress: Progress<'_>) -> Result<Self, InferenceError> {
        let total = files.iter().map(|f| f.length).sum();
        let done = AtomicU64::new(0);
        let told = |n: u64| progress(done.fetch_add(n, Ordering::Relaxed) + n, total);
        let digest = |file: &&RegularFile| {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let digest = hash(&file.file, &told);
            digest.map(|d| (name, d)).map_err(|source| InferenceError::Io { path: file.path.clone(), source })
        };
        files.par_iter().map(digest).collect::<Result<Vec<_>, _>>().map(Self::new)
    }

    /// Names and digests, sorted by name.
    pub fn files(&self) -> &[(String, [u8; 32])] {
        &self.0
    }

    /// SHA-256 of the digests one after the other: the root digest of the manifests of
    /// [OpenSSF model signing](https://github.com/sigstore/model-transparency). It does not bind the names.
    pub fn root(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.0.iter().for_each(|(_, digest)| hash.update(digest));
        hash.finalize().into()
    }

    /// What identifies the files: the digest of a single one, the root of several.
    pub(crate) fn identity(&self) -> [u8; 32] {
        match self.0.as_slice() {
            [(_, only)] => *only,
            _ => self.root(),
        }
    }
}

fn hash(mut file: &File, told: &impl Fn(u64)) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    file.rewind()?;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        told(n as u64);
    }
    file.rewind()?;
    Ok(hash.finalize().into())
}
