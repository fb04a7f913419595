//! Large files as bytes: mapped into memory, so that only what is read is loaded, and can be let go of again.

use std::{fs::File, ops::Deref, path::Path};

use memmap2::Mmap;

use crate::SetupError;

/// The bytes of a file.
///
/// A mapped file must not be changed or cut short while it is in use. Nobody but its owner can do that to a file in a key
/// folder; for other files the worst is that this process ends with a bus error, or that bytes differ from those that were
/// hashed. Whatever has to be safe from that reads the file with [`FileBytes::read`].
#[derive(Debug)]
pub enum FileBytes {
    /// Mapped.
    Mapped(Mmap),
    /// Read as a whole.
    Read(Vec<u8>),
}

impl FileBytes {
    /// Maps a file.
    ///
    /// # Errors
    /// [`SetupError::Io`] when it cannot be opened, is no regular file or cannot be mapped.
    pub fn map(path: &Path) -> Result<Self, SetupError> {
        let file = open(path)?;
        if file.metadata().map_err(SetupError::io("read", path))?.len() == 0 {
            return Ok(Self::Read(Vec::new()));
        }
        #[expect(unsafe_code, reason = "mapping a file is unsafe because others could change it; see the type")]
        // SAFETY: the bytes are only ever read as bytes, any value of which is valid. That they do not change is asked of
        // the user, as the type's documentation says.
        let mapped = unsafe { Mmap::map(&file) };
        Ok(Self::Mapped(mapped.map_err(SetupError::io("map", path))?))
    }

    /// Reads a file as a whole: the same bytes as [`FileBytes::map`], in memory of our own.
    ///
    /// # Errors
    /// [`SetupError::Io`] when it cannot be read or is no regular file.
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut open(path)?, &mut bytes).map_err(SetupError::io("read", path))?;
        Ok(Self::Read(bytes))
    }
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Opens a regular file: a pipe could block for ever, and a device never end.
fn open(path: &Path) -> Result<File, SetupError> {
    let metadata = std::fs::metadata(path).map_err(SetupError::io("open", path))?;
    if !metadata.is_file() {
        return Err(SetupError::format(&path.display().to_string(), "it is no regular file".to_owned()));
    }
    File::open(path).map_err(SetupError::io("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping_and_reading_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for content in [vec![], vec![7u8; 3], (0..100_000u32).flat_map(u32::to_le_bytes).collect()] {
            std::fs::write(&path, &content).unwrap();
            assert_eq!(&FileBytes::map(&path).unwrap()[..], content);
            assert_eq!(&FileBytes::read(&path).unwrap()[..], content);
        }
        assert!(FileBytes::map(folder.path()).is_err() && FileBytes::read(folder.path()).is_err());
        assert!(FileBytes::map(&folder.path().join("g")).is_err());
    }
}
