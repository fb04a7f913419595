//! Reading the files that were named, with a limit on their size, and writing new ones.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use pot_protocol::{bundle::MAX_BUNDLE_BYTES, digest::Digest};
use pot_verifier::RegistryFile;
use sha2::{Digest as _, Sha256};

/// Largest file besides the bundle, in bytes.
const MAX_FILE: u64 = 1 << 30;

/// Reads a bundle: the file itself, or `bundle.pot` in a folder.
pub(crate) fn bundle(path: &Path) -> Result<Vec<u8>, String> {
    let path = inside(path, "bundle.pot");
    read(&path, MAX_BUNDLE_BYTES as u64)
}

/// Reads a file, or `name` in a folder.
pub(crate) fn file_or_inside(path: &Path, name: &str) -> Result<Vec<u8>, String> {
    read(&inside(path, name), MAX_FILE)
}

/// Reads a file.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, String> {
    read(path, MAX_FILE)
}

/// Reads a file of at most `limit` bytes.
pub(crate) fn small_file(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    read(path, limit)
}

/// Writes new files into a folder, which is made if it is not there. Where one of them exists nothing is written.
pub(crate) fn write_new(folder: &Path, files: &[(PathBuf, &[u8])]) -> Result<(), String> {
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(|e| format!("cannot make the folder {}: {e}", folder.display()))?;
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        return Err(format!("{} exists and is not overwritten", path.display()));
    }
    for (path, bytes) in files {
        let written = File::create_new(path).and_then(|mut file| file.write_all(bytes));
        written.map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    Ok(())
}

/// Most files of a registry.
const REGISTRY: usize = 100_000;
/// How deep the folders go in which files are looked for.
const DEPTH: usize = 4;

/// The registrations and bundles in a folder and the folders inside it, with their bytes.
pub(crate) fn registry(folder: &Path) -> Result<Vec<RegistryFile>, String> {
    let one = |path: PathBuf| {
        let bytes = read(&path, MAX_BUNDLE_BYTES as u64)?;
        Ok(RegistryFile { name: path.display().to_string(), bytes })
    };
    pot_files(folder, REGISTRY)?.into_iter().map(one).collect()
}

/// All files in a folder and the folders inside it that end in `.pot`, in the order of their names. Links, and folders that
/// lie deeper than is read, are errors, and so are more files than `most`: nothing is left out in silence.
pub(crate) fn pot_files(folder: &Path, most: usize) -> Result<Vec<PathBuf>, String> {
    let mut found = vec![];
    let mut folders = vec![(folder.to_owned(), DEPTH)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |e: std::io::Error| format!("cannot read {}: {e}", folder.display());
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_symlink() {
                return Err(format!(
                    "{} is a link, which is not followed: put the file or folder itself there",
                    path.display()
                ));
            }
            if kind.is_dir() && depth == 1 {
                return Err(format!("{} lies deeper in the folder than is read", path.display()));
            }
            if kind.is_dir() {
                folders.push((path, depth - 1));
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "pot") {
                found.push(path);
            }
        }
        if found.len() > most {
            return Err(format!("more than {most} registrations and bundles lie in {}", folder.display()));
        }
    }
    found.sort();
    Ok(found)
}

/// The SHA-256 of a file, which is no link: what lies elsewhere is no part of a folder.
pub(crate) fn digest(path: &Path) -> Result<Digest, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", path.display());
    if !fs::symlink_metadata(path).map_err(failed)?.is_file() {
        return Err(format!("{} is no regular file", path.display()));
    }
    let mut hashed = Hashed(Sha256::new());
    std::io::copy(&mut File::open(path).map_err(failed)?.take(MAX_FILE + 1), &mut hashed).map_err(failed)?;
    Ok(Digest(hashed.0.finalize().into()))
}

/// A hash that is written to.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn inside(path: &Path, name: &str) -> PathBuf {
    if path.is_dir() { path.join(name) } else { path.to_owned() }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", path.display());
    // A pipe could block for ever and a device never end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(format!("{} is no regular file", path.display()));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(format!("{} is larger than {limit} bytes and cannot be what it should be", path.display()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    #[test]
    fn as_many_files_as_allowed_are_found_in_order_and_none_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("inside")).unwrap();
        for name in ["b.pot", "inside/a.pot", "c.txt"] {
            fs::write(at(name), name).unwrap();
        }
        let found = [at("b.pot"), at("inside/a.pot")];
        assert_eq!(pot_files(folder.path(), 2).unwrap(), found);
        assert_eq!(pot_files(folder.path(), 3).unwrap(), found);
        assert!(pot_files(folder.path(), 1).unwrap_err().contains("more than 1 registrations"));
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [7; 10]).unwrap();
        assert_eq!(small_file(&path, 10).unwrap(), [7; 10]);
        assert!(small_file(&path, 9).unwrap_err().contains("is larger than 9 bytes"));
        assert_eq!(digest(&path).unwrap(), Digest::of(&[7; 10]));
    }
}
