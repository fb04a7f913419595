//! From what a user names a model by to a model.

use std::path::{Path, PathBuf};

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
    let bytes = std::fs::read(&file).map_err(|source| InferenceError::Io { path: file.clone(), source })?;
    let beside = file.with_file_name("config.json");
    let config = if beside.exists() { Some(read_text(beside)?) } else { None };
    LocalModel::from_bytes(name, &bytes, config.as_deref())
}

fn read_text(path: PathBuf) -> Result<String, InferenceError> {
    std::fs::read_to_string(&path).map_err(|source| InferenceError::Io { path, source })
}
