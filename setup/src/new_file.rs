//! New files that appear whole or not at all, and never in the place of another.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use tempfile::NamedTempFile;

use crate::SetupError;

/// Bytes that are gathered before they go to the file.
const BUFFER: usize = 1 << 20;

/// Writes the file `path`: `content` writes it under a temporary name beside it; then it is synced and renamed. When
/// anything fails, or the process is killed, there is no `path`.
///
/// # Errors
/// [`SetupError::Io`] when there is such a file already or the file system refuses; of `content`.
pub fn write_new(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> Result<(), SetupError>,
) -> Result<(), SetupError> {
    refuse_existing(path)?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    // As of any file that a program writes: the temporary one is for this user alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Removed again if anything below fails.
    let (file, name) = builder.tempfile_in(parent).map_err(SetupError::io("make a file in", parent))?.into_parts();
    let mut out = BufWriter::with_capacity(BUFFER, file);
    content(&mut out)?;
    let file = out.into_inner().map_err(|error| SetupError::io("write", path)(error.into_error()))?;
    file.sync_all().map_err(SetupError::io("sync", path))?;
    let temporary = NamedTempFile::from_parts(file, name);
    temporary.persist_noclobber(path).map_err(|error| SetupError::io("write", path)(error.error))?;
    if cfg!(unix) {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(SetupError::io("sync", parent))?;
    }
    Ok(())
}

/// As [`write_new`], of bytes.
///
/// # Errors
/// As of [`write_new`].
pub fn write_new_bytes(path: &Path, bytes: &[u8]) -> Result<(), SetupError> {
    write_new(path, |out| out.write_all(bytes).map_err(SetupError::io("write", path)))
}

/// Refuses a path where something lies: to be asked before long work, [`write_new`] asks again.
///
/// # Errors
/// [`SetupError::Io`] when something lies there.
pub fn refuse_existing(path: &Path) -> Result<(), SetupError> {
    match path.symlink_metadata() {
        Ok(_) => Err(SetupError::io("write", path)(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is there already, and nothing is overwritten",
        ))),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all_and_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let failed = write_new(&path, |out| {
            out.write_all(&vec![1; 3 << 20]).unwrap();
            Err(SetupError::format("f", "stop".to_owned()))
        });
        assert!(failed.unwrap_err().to_string().contains("stop"));
        assert_eq!(names(), 0);
        write_new_bytes(&path, b"content").unwrap();
        assert_eq!((std::fs::read(&path).unwrap().as_slice(), names()), (b"content".as_slice(), 1));
        let refused = write_new_bytes(&path, b"other").unwrap_err().to_string();
        assert!(refused.contains("there already"), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
        // One that appears while the content is written is not replaced either.
        let late = folder.path().join("late");
        let raced = write_new(&late, |_| {
            std::fs::write(&late, b"first").unwrap();
            Ok(())
        });
        assert!(raced.is_err());
        assert_eq!((std::fs::read(&late).unwrap().as_slice(), names()), (b"first".as_slice(), 2));
        assert!(write_new_bytes(&folder.path().join("missing/f"), b"").is_err());
    }
}
