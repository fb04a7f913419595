//! From what a user names a model by to a model.

use std::path::Path;

use crate::{InferenceError, LocalModel, zoo};

/// Loads the model that `name` stands for: `builtin:NAME`, a `.safetensors` file, or a folder with
/// `model.safetensors`. A `config.json` beside the weights, if there is one, comes before the configuration in the
/// file's metadata.
///
/// # Errors
/// [`InferenceError`] when there is no such model or it is damaged or of an unknown kind.
pub fn load(name: &str) -> Result<LocalModel, InferenceError> {
    if let Some(builtin) = name.strip_prefix("builtin:") {
        return LocalModel::from_bytes(name, zoo::bytes(builtin)?, None);
    }
    let path = Path::new(name);
    let file = if path.is_dir() { path.join("model.safetensors") } else { path.to_owned() };
    let bytes = read(&file, MAX_WEIGHTS)?;
    let beside = file.with_file_name("config.json");
    let config = if beside.exists() { Some(read_text(&beside)?) } else { None };
    LocalModel::from_bytes(name, &bytes, config.as_deref())
}

/// Largest weights file, in bytes; larger models need memory-mapped loading.
const MAX_WEIGHTS: u64 = 8 << 30;
/// Largest `config.json`, in bytes.
const MAX_CONFIG: u64 = 1 << 20;

/// Reads a regular file of at most `limit` bytes: a pipe could block for ever and a device never end.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, InferenceError> {
    let failed = |source| InferenceError::Io { path: path.to_owned(), source };
    let refuse = |why: &str| failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, why.to_owned()));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(refuse("no regular file"));
    }
    if metadata.len() > limit {
        return Err(refuse("larger than any file of its kind that this program reads"));
    }
    std::fs::read(path).map_err(failed)
}

fn read_text(path: &Path) -> Result<String, InferenceError> {
    let bytes = read(path, MAX_CONFIG)?;
    String::from_utf8(bytes)
        .map_err(|e| InferenceError::Config { origin: path.display().to_string(), reason: format!("not UTF-8: {e}") })
}
