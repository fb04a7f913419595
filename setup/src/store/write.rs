//! Writing that a crash, a full disk or a second process leaves whole or absent.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use crate::SetupError;

/// Makes a folder, and those above it, that only this user may enter. A folder that is there keeps its rights.
pub(super) fn make_private_folder(path: &Path) -> Result<(), SetupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(SetupError::io("make the folder", path))
}

/// Writes `files` into a new folder `target` inside `parent`: under a temporary name first, every file and folder
/// synced, then renamed. `false` when `target` is there already; then nothing of it is touched.
pub(super) fn folder_at_once(parent: &Path, target: &Path, files: &[(&str, &[u8])]) -> Result<bool, SetupError> {
    if target.exists() {
        return Ok(false);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    // Removed again if anything below fails.
    let temporary = builder.tempdir_in(parent).map_err(SetupError::io("make a folder in", parent))?;
    for (name, bytes) in files {
        let path = temporary.path().join(name);
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(SetupError::io("write", &path))?;
    }
    sync_folder(temporary.path())?;
    // A folder cannot be renamed onto one that has files in it, so of two racing processes one gets an error here.
    match fs::rename(temporary.path(), target) {
        Ok(()) => {
            // It has its final name now and is not to be removed.
            let _ = temporary.keep();
            sync_folder(parent)?;
            Ok(true)
        }
        Err(error) if taken(&error) || target.exists() => Ok(false),
        Err(error) => Err(SetupError::io("rename a folder to", target)(error)),
    }
}

fn taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// Makes the names in a folder survive a power failure. Only Unix opens folders; elsewhere renames are synced alone.
fn sync_folder(path: &Path) -> Result<(), SetupError> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(SetupError::io("sync", path))?;
    }
    Ok(())
}
