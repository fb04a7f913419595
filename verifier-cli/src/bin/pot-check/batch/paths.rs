//! Which files a batch is of.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    exit::{Exit, Stop},
    files,
};

/// Largest list that is read, in bytes.
const MAX_LIST: u64 = 64 << 20;
/// Most bundles in one call.
const MOST: usize = 1_000_000;

/// A file of a batch.
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Whether it was named, by itself or in a list: then it has to be a bundle.
    pub(super) named: bool,
}

impl Found {
    fn named(path: PathBuf) -> Self {
        Self { path, named: true }
    }
}

/// The files that were named, in the order of the arguments, of a list's lines, and of the names in a folder.
pub(super) fn named(arguments: &[PathBuf]) -> Result<Vec<Found>, Stop> {
    let malformed = |message| Stop(Exit::Malformed, message);
    let mut found = vec![];
    for path in arguments {
        if path.as_os_str() == "-" {
            let list = standard_input().map_err(malformed)?;
            found.extend(lines(&list, Path::new(""), "the list").map_err(malformed)?.into_iter().map(Found::named));
        } else if path.is_dir() {
            let files = files::pot_files(path, MOST).map_err(malformed)?;
            found.extend(files.into_iter().map(|path| Found { path, named: false }));
        } else if path.extension().is_some_and(|extension| extension == "pot") {
            found.push(Found::named(path.clone()));
        } else {
            let text = files::small_file(path, MAX_LIST).map_err(malformed)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let listed = lines(&text, folder, &path.display().to_string()).map_err(malformed)?;
            found.extend(listed.into_iter().map(Found::named));
        }
        if found.len() > MOST {
            return Err(malformed(format!("more than {MOST} bundles were named: check them in several calls")));
        }
    }
    Ok(found)
}

fn standard_input() -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let read = std::io::stdin().lock().take(MAX_LIST + 1).read_to_end(&mut text);
    read.map_err(|e| format!("cannot read the list from standard input: {e}"))?;
    if text.len() as u64 > MAX_LIST {
        return Err(format!("the list on standard input is larger than {MAX_LIST} bytes"));
    }
    Ok(text)
}

/// One path a line; empty lines are passed over.
fn lines(text: &[u8], folder: &Path, name: &str) -> Result<Vec<PathBuf>, String> {
    let text = str::from_utf8(text).map_err(|_| {
        format!("{name} is no text: a list names one bundle a line, and a bundle's own name has to end in .pot")
    })?;
    if text.contains('\0') {
        return Err(format!("{name} is no list of files: it holds a zero byte"));
    }
    Ok(text.lines().filter(|line| !line.is_empty()).map(|line| folder.join(line)).collect())
}
