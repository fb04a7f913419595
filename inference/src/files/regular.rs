//! Regular files: a pipe could block for ever and a device never end.

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::InferenceError;

/// What weights are read from.
pub(crate) trait Content: Read + Seek + Send {
    /// Refuses a file that is not as it was when it was opened.
    ///
    /// # Errors
    /// [`InferenceError::Changed`], or [`InferenceError::Io`] when that cannot be seen.
    fn unchanged(&self) -> Result<(), InferenceError>;
}

impl Content for Cursor<Cow<'static, [u8]>> {
    fn unchanged(&self) -> Result<(), InferenceError> {
        Ok(())
    }
}

/// What the system says of a file that differs after somebody wrote to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<std::time::SystemTime>,
    /// Device, inode, and the time of the last change of data or status, which no program can set: seconds and their
    /// billionths.
    #[cfg(unix)]
    change: (u64, u64, i64, i64),
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            change: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// A regular file, opened for reading.
#[derive(Debug)]
pub(crate) struct RegularFile {
    pub(crate) path: PathBuf,
    /// Bytes when it was opened.
    pub(crate) length: u64,
    pub(crate) file: File,
    /// How it was when it was opened, before it was hashed.
    state: State,
}

impl Read for RegularFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for RegularFile {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(position)
    }
}

impl Content for RegularFile {
    fn unchanged(&self) -> Result<(), InferenceError> {
        let failed = |source| InferenceError::Io { path: self.path.clone(), source };
        let metadata = self.file.metadata().map_err(failed)?;
        if State::of(&metadata) == self.state {
            return Ok(());
        }
        Err(InferenceError::Changed { path: self.path.clone() })
    }
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
        Ok(Self { path: path.to_owned(), length: metadata.len(), file, state: State::of(&metadata) })
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

/// Bytes in memory that count the largest piece that is asked of them at once.
#[cfg(test)]
pub(crate) struct Counted(Cursor<Vec<u8>>, std::sync::Arc<std::sync::atomic::AtomicUsize>);

#[cfg(test)]
impl Counted {
    pub(crate) fn new(bytes: Vec<u8>) -> (Self, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
        let largest = std::sync::Arc::default();
        (Self(Cursor::new(bytes), std::sync::Arc::clone(&largest)), largest)
    }
}

#[cfg(test)]
impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1.fetch_max(buffer.len(), std::sync::atomic::Ordering::Relaxed);
        self.0.read(buffer)
    }
}

#[cfg(test)]
impl Seek for Counted {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(position)
    }
}

#[cfg(test)]
impl Content for Counted {
    fn unchanged(&self) -> Result<(), InferenceError> {
        Ok(())
    }
}
