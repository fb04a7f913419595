//! From what a user names a model by to its weights, configuration, tokenizer and identity, nothing large in memory.

mod folder;
mod identity;
mod language;
mod regular;

pub use identity::{Manifest, Progress};

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::load::LoadOptions;
use crate::tokenizer::Tokenizer;
use crate::weights::{Checkpoint, Source};
use crate::{InferenceError, gguf, zoo};

#[cfg(test)]
pub(crate) use regular::Counted;
pub(crate) use regular::{Content, RegularFile};

/// A model on disk, opened: its headers are read and its files hashed, its weights are not in memory.
pub struct ModelFiles {
    /// How the user named it: `builtin:NAME` or the path.
    pub origin: String,
    /// The configuration, under the names of Hugging Face's `config.json`.
    pub config_json: String,
    /// The weights, under Hugging Face's names.
    pub source: Box<dyn Source>,
    /// The tokenizer.
    pub tokenizer: Arc<dyn Tokenizer>,
    /// Name and SHA-256 of every file that it was read from, in the order of their names; none for a built-in model.
    pub files: Vec<(String, [u8; 32])>,
    /// SHA-256 of the weights file; of several, [`Manifest::root`] over all of them.
    pub weights_sha256: [u8; 32],
    /// SHA-256 of `config_json`.
    pub config_sha256: [u8; 32],
    /// Number of weights.
    pub parameters: u64,
    /// How the weights are stored, such as `f16` or `f32+q4_k+q6_k`.
    pub stored: String,
    /// Name and shape of every weight in the files, as Hugging Face has them; linear maps are (outputs, inputs).
    pub tensors: Vec<(String, Vec<usize>)>,
}

impl ModelFiles {
    /// The language model in a model that also sees pictures; any other model as it is.
    ///
    /// # Errors
    /// [`InferenceError::Config`] when such a configuration contradicts itself or asks for what is not implemented.
    pub fn language_model(self) -> Result<Self, InferenceError> {
        language::only(self)
    }
}

/// Opens the model that `name` stands for: `builtin:NAME`, a `.gguf` file, a `.safetensors` file, or a folder with
/// `model.safetensors` or with `model.safetensors.index.json` and the files that it names. A GGUF file has everything
/// in it. Beside safetensors lie `config.json` (or the file's metadata have it under `config`) and `tokenizer.json`.
///
/// # Errors
/// [`InferenceError`] when there is no such model or it is damaged or of an unknown kind.
pub fn open(name: &str, options: &LoadOptions) -> Result<ModelFiles, InferenceError> {
    open_with_progress(name, options, &|_, _| ())
}

/// As [`open`]; `progress` is told how many of all bytes have been hashed, from several threads.
///
/// # Errors
/// As [`open`].
pub fn open_with_progress(
    name: &str,
    options: &LoadOptions,
    progress: Progress<'_>,
) -> Result<ModelFiles, InferenceError> {
    if let Some(builtin) = name.strip_prefix("builtin:") {
        return from_safetensors(name, zoo::bytes(builtin)?, None);
    }
    let path = std::path::Path::new(name);
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf")) && !path.is_dir() {
        let file = RegularFile::open(path)?;
        let manifest = Manifest::of(&[&file], progress)?;
        let file = gguf::Opened { path: file.path.clone(), length: file.length, data: Box::new(file) };
        let opened = gguf::open(name, file, options.kernel, manifest.identity())?;
        return Ok(ModelFiles { files: manifest.files().to_vec(), ..opened });
    }
    folder::open(name, path, progress)
}

/// A model in the bytes of one safetensors file, that is to be known as `name`. The configuration is `config` if given,
/// else the one in the file's metadata; it must name a tokenizer that needs no file.
///
/// # Errors
/// [`InferenceError`] when the file is damaged, has no configuration, or needs another tokenizer.
pub fn from_safetensors(
    name: &str,
    file: impl Into<Cow<'static, [u8]>>,
    config: Option<&str>,
) -> Result<ModelFiles, InferenceError> {
    let file = file.into();
    let weights_sha256 = Sha256::digest(&file).into();
    let checkpoint = Checkpoint::read(name, file)?;
    let config = folder::config(name, config.map(str::to_owned), &checkpoint)?;
    let tokenizer = folder::tokenizer(name, None, &config)?;
    assemble(name, checkpoint, config, tokenizer, weights_sha256).language_model()
}

/// A model in the bytes of one GGUF file, that is to be known as `name`.
///
/// # Errors
/// [`InferenceError`] when the file is damaged, or says something that is not understood.
pub fn from_gguf(
    name: &str,
    file: impl Into<Cow<'static, [u8]>>,
    options: &LoadOptions,
) -> Result<ModelFiles, InferenceError> {
    let file = file.into();
    let weights_sha256 = Sha256::digest(&file).into();
    let (path, length) = (name.into(), file.len() as u64);
    let opened = gguf::Opened { path, length, data: Box::new(Cursor::new(file)) };
    gguf::open(name, opened, options.kernel, weights_sha256)
}

/// Puts together what was found of a model in the safetensors format.
fn assemble(
    origin: &str,
    checkpoint: Checkpoint,
    config_json: String,
    tokenizer: Arc<dyn Tokenizer>,
    weights_sha256: [u8; 32],
) -> ModelFiles {
    ModelFiles {
        origin: origin.to_owned(),
        config_sha256: Sha256::digest(&config_json).into(),
        parameters: checkpoint.parameters(),
        stored: checkpoint.formats(),
        tensors: checkpoint.tensors(),
        config_json,
        source: Box::new(checkpoint),
        tokenizer,
        weights_sha256,
        files: Vec::new(),
    }
}
