//! GGUF files: one file with weights, configuration and tokenizer.

mod config;
mod header;
mod llama3;
mod names;
mod source;
mod types;
mod value;

pub(crate) use value::Values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::files::{Content, ModelFiles};
use crate::load::Kernel;
use crate::{InferenceError, tokenizer};
use header::Header;
use source::{Entry, GgufSource};

/// The architectures that are known, after `general.architecture`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Architecture {
    Gpt2,
    GptNeox,
    Llama,
    Qwen2,
    Qwen3,
    Phi3,
    Gemma2,
    Gemma3,
}

impl Architecture {
    const ALL: [(&str, Self); 8] = [
        ("gpt2", Self::Gpt2),
        ("gptneox", Self::GptNeox),
        ("llama", Self::Llama),
        ("qwen2", Self::Qwen2),
        ("qwen3", Self::Qwen3),
        ("phi3", Self::Phi3),
        ("gemma2", Self::Gemma2),
        ("gemma3", Self::Gemma3),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, architecture)| *architecture)
    }

    /// The name under which the file's keys begin.
    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

/// Tensors that stand for numbers of the configuration.
const IN_CONFIG: &[&str] = &["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];

/// A GGUF file, opened: where it lies in errors, its content and its length in bytes.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) data: Box<dyn Content>,
    pub(crate) length: u64,
}

/// Opens a GGUF file whose SHA-256 is known.
///
/// # Errors
/// [`InferenceError`] when it is damaged, or says something that is not understood.
pub(crate) fn open(
    origin: &str,
    mut file: Opened,
    kernel: Kernel,
    weights_sha256: [u8; 32],
) -> Result<ModelFiles, InferenceError> {
    let bad = |reason: String| InferenceError::Gguf { origin: origin.to_owned(), reason };
    let Header { values, tensors } = header::read(&mut *file.data, file.length).map_err(bad)?;
    if values.whole("split.count").map_err(bad)?.is_some_and(|n| n > 1) {
        return Err(bad("it is one of several files of a model: join them with llama.cpp's gguf-split".to_owned()));
    }
    let name = values.text("general.architecture").map_err(bad)?.unwrap_or("none given").to_owned();
    let architecture = Architecture::named(&name)
        .ok_or_else(|| InferenceError::UnknownArchitecture { origin: origin.to_owned(), architecture: name })?;
    let heads = config::heads(architecture, &values).map_err(bad)?;
    let mut source = GgufSource::new(origin, file.path, file.data, kernel);
    let mut numbers = BTreeMap::new();
    for (name, info) in tensors {
        if IN_CONFIG.contains(&name.as_str()) {
            let shape = info.shape.clone();
            source.entries.insert(name.clone(), Entry { info, change: names::Change::None });
            let tensor = crate::Source::take(&mut source, &name, &shape)?;
            source.entries.remove(&name);
            numbers.insert(name, tensor.flatten_all()?.to_vec1::<f32>()?);
            continue;
        }
        let (to, change) = names::name(architecture, &name, heads)
            .ok_or_else(|| InferenceError::UnexpectedTensor { origin: origin.to_owned(), tensor: name })?;
        // Names are translated one to one, so nothing is replaced.
        source.entries.insert(to, Entry { info, change });
    }
    let shapes: BTreeMap<String, Vec<usize>> = source.entries.iter().map(|(n, e)| (n.clone(), e.shape())).collect();
    let config_json = config::json(architecture, &values, &shapes, &numbers).map_err(bad)?;
    let rows = config::embedding_rows(&shapes).map_err(bad)?;
    let tokenizer = tokenizer::gguf::read(&values)
        .map_err(|reason| InferenceError::Tokenizer { origin: origin.to_owned(), reason })?;
    tokenizer::fits(origin, tokenizer.as_ref(), rows)?;
    let stored: BTreeSet<_> = source.entries.values().map(|entry| entry.info.stored.name()).collect();
    Ok(ModelFiles {
        origin: origin.to_owned(),
        config_sha256: Sha256::digest(&config_json).into(),
        config_json,
        parameters: shapes.values().map(|shape| shape.iter().map(|&n| n as u64).product::<u64>()).sum(),
        stored: stored.into_iter().collect::<Vec<_>>().join("+"),
        tensors: shapes.into_iter().collect(),
        source: Box::new(source),
        tokenizer,
        weights_sha256,
        files: Vec::new(),
    })
}
