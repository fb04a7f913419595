//! Models in the safetensors format: one file, or a folder of one or several, with what lies beside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use pot_protocol::text::is_unprintable;

use super::{Manifest, ModelFiles, Progress, RegularFile, assemble, language};
use crate::InferenceError;
use crate::tokenizer::{self, Bytes, Tokenizer, huggingface::HuggingFace};
use crate::weights::{Checkpoint, Part};

/// Largest `config.json`, in bytes.
const MAX_CONFIG: u64 = 1 << 20;
/// Largest index of a model in several files, in bytes.
const MAX_INDEX: u64 = 64 << 20;
/// Largest `tokenizer.json`, in bytes.
const MAX_TOKENIZER: u64 = 256 << 20;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// Opens the safetensors file, or the folder of such, at `path`.
pub(super) fn open(origin: &str, path: &Path, progress: Progress<'_>) -> Result<ModelFiles, InferenceError> {
    let (folder, names, index) = if path.is_dir() {
        let index = if path.join(SINGLE).exists() { None } else { Index::read(path)? };
        if index.is_none() && !path.join(SINGLE).exists() {
            return Err(InferenceError::Files {
                origin: origin.to_owned(),
                reason: format!("there is no '{SINGLE}' and no '{INDEX}' in it: name a file, or a folder that has one"),
            });
        }
        let names = index.as_ref().map_or_else(|| vec![SINGLE.to_owned()], Index::files);
        (path.to_owned(), names, index)
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (path.parent().map(Path::to_owned).unwrap_or_default(), vec![name], None)
    };
    let files = names.iter().map(|name| RegularFile::open(&folder.join(name))).collect::<Result<Vec<_>, _>>()?;
    let weights = Manifest::of(&files.iter().collect::<Vec<_>>(), progress)?;
    let part =
        |file: RegularFile| Part { origin: file.path.display().to_string(), length: file.length, data: Box::new(file) };
    let checkpoint = Checkpoint::open(origin, files.into_iter().map(part).collect())?;
    if let Some(index) = index {
        index.check(origin, &checkpoint)?;
    }
    let beside = folder.join("config.json");
    let beside = if beside.exists() { Some(RegularFile::text(&beside, MAX_CONFIG)?) } else { None };
    let config = config(origin, beside, &checkpoint)?;
    let part = language::config_of(origin, &config)?;
    let tokenizer = tokenizer(origin, Some(&folder), part.as_ref().unwrap_or(&config))?;
    let mut manifest = weights.files().to_vec();
    for name in ["config.json", "tokenizer.json"].map(|name| folder.join(name)).iter().filter(|path| path.is_file()) {
        let file = RegularFile::open(name)?;
        manifest.extend_from_slice(Manifest::of(&[&file], &|_, _| ())?.files());
    }
    let files = Manifest::new(manifest).files().to_vec();
    let all = assemble(origin, checkpoint, config, tokenizer, weights.identity());
    ModelFiles { files, ..all }.language_model()
}

/// The configuration beside the weights, or else that in the file's metadata.
pub(super) fn config(origin: &str, beside: Option<String>, file: &Checkpoint) -> Result<String, InferenceError> {
    beside.or_else(|| file.config().map(str::to_owned)).ok_or_else(|| InferenceError::Config {
        origin: origin.to_owned(),
        reason: "no 'config' in the file's metadata and no config.json beside it".to_owned(),
    })
}

/// What a configuration says about the tokenizer.
#[derive(serde::Deserialize)]
struct Named {
    tokenizer: Option<String>,
}

/// The tokenizer that the configuration names, or else `tokenizer.json` in the folder of the weights, if they have one.
pub(super) fn tokenizer(
    origin: &str,
    folder: Option<&Path>,
    config: &str,
) -> Result<Arc<dyn Tokenizer>, InferenceError> {
    let bad = |reason: String| InferenceError::Config { origin: origin.to_owned(), reason };
    let named: Named = serde_json::from_str(config).map_err(|e| bad(e.to_string()))?;
    match named.tokenizer {
        Some(name) if name == tokenizer::NAME => return Ok(Arc::new(Bytes)),
        Some(tokenizer) => return Err(InferenceError::UnknownTokenizer { origin: origin.to_owned(), tokenizer }),
        None => {}
    }
    let Some(beside) = folder.map(|f| f.join("tokenizer.json")).filter(|path| path.exists()) else {
        return Err(InferenceError::Tokenizer {
            origin: origin.to_owned(),
            reason:
                "there is no tokenizer.json beside the weights: put the model's own there, or make one of its other \
                     tokenizer files with the transformers library"
                    .to_owned(),
        });
    };
    let text = RegularFile::text(&beside, MAX_TOKENIZER)?;
    let tokenizer = HuggingFace::parse(&beside.display().to_string(), &text)?;
    let rows = embedding_rows(origin, config)?;
    tokenizer::fits(origin, &tokenizer, rows)?;
    Ok(Arc::new(tokenizer.within(rows)))
}

/// What a configuration says about the vocabulary, whatever its family.
#[derive(serde::Deserialize)]
struct Vocabulary {
    vocab_size: usize,
}

/// Rows of the embedding, as the configuration says.
fn embedding_rows(origin: &str, config: &str) -> Result<usize, InferenceError> {
    let bad = |reason: String| InferenceError::Config { origin: origin.to_owned(), reason };
    let config: Vocabulary = serde_json::from_str(config).map_err(|e| bad(e.to_string()))?;
    Ok(config.vocab_size)
}

/// `model.safetensors.index.json`: which tensor is in which file.
#[derive(serde::Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
    #[serde(skip)]
    path: PathBuf,
}

impl Index {
    /// Reads the index in `folder`; nothing when there is none.
    fn read(folder: &Path) -> Result<Option<Self>, InferenceError> {
        let path = folder.join(INDEX);
        if !path.exists() {
            return Ok(None);
        }
        let bad = |reason: String| InferenceError::Files { origin: path.display().to_string(), reason };
        let text = RegularFile::text(&path, MAX_INDEX)?;
        let mut index: Self = serde_json::from_str(&text).map_err(|e| bad(format!("no index of weights: {e}")))?;
        if index.weight_map.is_empty() {
            return Err(bad("the index names no weights".to_owned()));
        }
        for (tensor, file) in &index.weight_map {
            let parts: Vec<_> = Path::new(file).components().collect();
            let readable = !file.contains(is_unprintable);
            if !readable || !matches!(parts.as_slice(), [Component::Normal(name)] if name.to_str() == Some(file)) {
                return Err(bad(format!(
                    "it puts tensor '{tensor}' into '{file}', which is no file name in this folder"
                )));
            }
            if !folder.join(file).exists() {
                return Err(bad(format!("it puts tensor '{tensor}' into '{file}', which is not there: fetch it too")));
            }
        }
        index.path = path;
        Ok(Some(index))
    }

    /// The files that it names, each once, sorted.
    fn files(&self) -> Vec<String> {
        self.weight_map.values().collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// Refuses an index that does not name exactly the tensors in the files.
    fn check(&self, origin: &str, checkpoint: &Checkpoint) -> Result<(), InferenceError> {
        let bad = |reason: String| InferenceError::Files { origin: self.path.display().to_string(), reason };
        let places: BTreeMap<&str, &str> = checkpoint.places().collect();
        for (&tensor, &found) in &places {
            match self.weight_map.get(tensor) {
                None => return Err(bad(format!("tensor '{tensor}' is in '{found}', but not in the index"))),
                Some(file) if file != found => {
                    return Err(bad(format!("it puts tensor '{tensor}' into '{file}', but it is in '{found}'")));
                }
                Some(_) => {}
            }
        }
        if let Some(tensor) = self.weight_map.keys().find(|tensor| !places.contains_key(tensor.as_str())) {
            return Err(InferenceError::MissingTensor { origin: origin.to_owned(), tensor: tensor.clone() });
        }
        Ok(())
    }
}
