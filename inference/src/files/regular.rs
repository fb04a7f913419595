//! Regular files: a pipe could block for ever and a device never end.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::InferenceError;

/// A regular file, opened for reading.
#[derive(Debug)]
pub(crate) struct RegularFile {
    pub(crate) path: PathBuf,
    /// Bytes when it was opened.
    pub(crate) length: u64,
    pub(crate) file: File,
}

impl RegularFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// [`InferenceError::Io`] when there is none, it cannot be read, or it is something else than a file.
    pub(crate) fn open(path: &Path) -> Result<Self, InferenceError> {
        let failed = |source| InferenceError::Io { path: path.to_owned(), source };
        // Asked before opening, because opening a pipe waits for its writer, and of the opened file again.
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let refuse = || failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, "no regular file"));
        if !metadata.is_file() {
            return Err(refuse());
        }
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(refuse());
        }
        Ok(Self { path: path.to_owned(), length: metadata.len(), file })
    }

    /// The whole file as text, at most `limit` bytes.
    ///
    /// # Errors
    /// [`InferenceError`] when it is longer, no UTF-8, or cannot be read.
    pub(crate) fn text(path: &Path, limit: u64) -> Result<String, InferenceError> {
        let opened = Self::open(path)?;
        let failed = |source| InferenceError::Io { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        opened.file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > limit {
            let why = format!("larger than {limit} bytes, the most that is read of a file of its kind");
            return Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, why)));
        }
        String::from_utf8(bytes).map_err(|e| InferenceError::Files {
            origin: path.display().to_string(),
            reason: format!("this file should be text, but is not UTF-8: {e}"),
        })
    }
}
