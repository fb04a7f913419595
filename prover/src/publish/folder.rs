//! Writing a release: all of it or nothing.

use std::{fs, io, path::Path};

use super::Release;
use crate::{error::ProverError, run_folder::write_new};

/// Writes the files of a release into `root`, which may be an empty folder and is made if it is not there.
///
/// # Errors
/// [`ProverError::Usage`] when something is in the folder; an I/O error with its place.
pub fn write(root: &Path, release: &Release) -> Result<(), ProverError> {
    let made = |e| ProverError::io(root, "cannot make the folder")(e);
    match fs::read_dir(root).map(|mut entries| entries.next().is_some()) {
        Ok(true) => {
            return Err(ProverError::Usage(format!(
                "{} is not empty: choose another folder with --dir",
                root.display()
            )));
        }
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(made(e)),
        _ => {}
    }
    let parent = root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent).map_err(ProverError::io(parent, "cannot make the folder"))?;
    // A release is for everybody, unlike a run folder.
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let staging = builder.prefix(".pot-").tempdir_in(parent).map_err(made)?;
    for (name, bytes) in release {
        write_new(&staging.path().join(name), bytes)?;
    }
    if root.exists() {
        fs::remove_dir(root).map_err(ProverError::io(root, "cannot replace the empty folder"))?;
    }
    fs::rename(staging.path(), root).map_err(ProverError::io(root, "cannot move the finished folder here"))
}
