//! The language model inside a model that also sees pictures: Gemma 3 from 4B on is published like this.
//!
//! Texts go through the language model alone, so what belongs to pictures is left aside by its known names, and any
//! other tensor is still refused as one of another architecture.

use candle_core::Tensor;
use serde_json::{Map, Value, json};

use super::ModelFiles;
use crate::weights::{LinearWeight, Source};
use crate::{InferenceError, families};

/// `model_type` of the whole.
const WHOLE: &str = "gemma3";
/// `model_type` of the language model in it.
const PART: &str = "gemma3_text";

/// Beginnings of the names of tensors that only pictures pass through.
const PICTURES: [&str; 4] =
    ["vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector."];

/// Beginnings of the names of the language model's tensors: as published, and as newer versions of `transformers` name
/// them.
const LANGUAGE: [&str; 2] = ["language_model.model.", "model.language_model."];

/// The same in a folder of the language model alone.
const ALONE: &str = "model.";

/// The head under its names.
const HEADS: [&str; 2] = ["language_model.lm_head.", "lm_head."];

/// Fields of the whole that are read here, or say nothing about texts.
const OF_THE_WHOLE: [&str; 8] = [
    "boi_token_index",
    "eoi_token_index",
    "image_token_index",
    "mm_tokens_per_image",
    "text_config",
    "tie_word_embeddings",
    "tokenizer",
    "vision_config",
];

/// `files`, or the language model in them if they are of a model that also sees pictures.
///
/// # Errors
/// [`InferenceError::Config`] when such a configuration contradicts itself or asks for what is not implemented.
pub(super) fn only(files: ModelFiles) -> Result<ModelFiles, InferenceError> {
    let Some(config_json) = config_of(&files.origin, &files.config_json)? else { return Ok(files) };
    let names = Names::of(&files);
    let tensors = files.tensors.iter().filter(|(name, _)| !PICTURES.iter().any(|p| name.starts_with(p)));
    let tensors: Vec<_> = tensors.map(|(name, shape)| (names.alone(name), shape.clone())).collect();
    let count = |shape: &[usize]| shape.iter().map(|&n| n as u64).product::<u64>();
    Ok(ModelFiles {
        config_json,
        parameters: tensors.iter().map(|(_, shape)| count(shape)).sum(),
        tensors,
        source: Box::new(Language { names, whole: files.source }),
        ..files
    })
}

/// The configuration of the language model in that of the whole; nothing if that is not of such a model.
///
/// # Errors
/// As [`only`].
pub(super) fn config_of(origin: &str, config_json: &str) -> Result<Option<String>, InferenceError> {
    let bad = |reason: String| InferenceError::Config { origin: origin.to_owned(), reason };
    let whole: Map<String, Value> = serde_json::from_str(config_json).map_err(|e| bad(e.to_string()))?;
    if whole.get("model_type").and_then(Value::as_str) != Some(WHOLE) {
        return Ok(None);
    }
    config(whole).map(|part| Some(Value::Object(part).to_string())).map_err(bad)
}

/// The configuration of the language model, with what the published files leave out.
fn config(mut whole: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let Some(Value::Object(mut part)) = whole.remove("text_config") else {
        return Err("text_config is missing, or no object".to_owned());
    };
    if part.get("model_type").is_some_and(|kind| kind != PART) {
        return Err(format!("text_config.model_type is not '{PART}'"));
    }
    if let Some(name) = families::unknown(&whole, |name| OF_THE_WHOLE.contains(&name)) {
        return Err(format!("{name} is not supported"));
    }
    // The library reads this field in the language model's own class only.
    if part.get("final_logit_softcapping").is_some_and(|cap| !cap.is_null()) {
        return Err("text_config.final_logit_softcapping is not supported where pictures are seen too".to_owned());
    }
    // Whether the head is the embedding is said outside.
    let given = |object: &Map<String, Value>| object.get("tie_word_embeddings").filter(|v| !v.is_null()).cloned();
    let tied = match (given(&whole), given(&part)) {
        (Some(outside), Some(inside)) if outside != inside => {
            return Err("tie_word_embeddings is not the same in text_config and beside it".to_owned());
        }
        (outside, inside) => outside.or(inside).unwrap_or(true.into()),
    };
    part.insert("tie_word_embeddings".to_owned(), tied);
    part.insert("model_type".to_owned(), PART.into());
    if let Some(tokenizer) = whole.remove("tokenizer") {
        part.insert("tokenizer".to_owned(), tokenizer);
    }
    for (name, value) in defaults() {
        part.entry(name).or_insert(value);
    }
    Ok(part)
}

/// `Gemma3TextConfig` of `transformers` 5.24, the fields that families here want to be given.
fn defaults() -> [(&'static str, Value); 9] {
    [
        ("vocab_size", json!(262_208)),
        ("hidden_size", json!(2304)),
        ("intermediate_size", json!(9216)),
        ("num_hidden_layers", json!(26)),
        ("num_attention_heads", json!(8)),
        ("num_key_value_heads", json!(4)),
        ("head_dim", json!(256)),
        ("max_position_embeddings", json!(131_072)),
        ("rms_norm_eps", json!(1e-6)),
    ]
}

/// How the language model's tensors are called in the files.
struct Names {
    language: &'static str,
    head: &'static str,
}

impl Names {
    fn of(files: &ModelFiles) -> Self {
        let used = |beginnings: [&'static str; 2]| {
            let begins = |beginning: &&str| files.tensors.iter().any(|(name, _)| name.starts_with(*beginning));
            beginnings.into_iter().find(begins).unwrap_or(beginnings[0])
        };
        Self { language: used(LANGUAGE), head: used(HEADS) }
    }

    /// The name in a folder of the language model alone. Names that are not understood stay as they are, and so are
    /// refused; one that would be taken for another is marked.
    fn alone(&self, name: &str) -> String {
        if let Some(rest) = name.strip_prefix(self.language) {
            return format!("{ALONE}{rest}");
        }
        if let Some(rest) = name.strip_prefix(self.head) {
            return format!("lm_head.{rest}");
        }
        if name.starts_with(ALONE) || name.starts_with("lm_head.") { format!("stray {name}") } else { name.to_owned() }
    }

    /// The name in the files.
    fn whole(&self, name: &str) -> String {
        if let Some(rest) = name.strip_prefix(ALONE) {
            return format!("{}{rest}", self.language);
        }
        name.strip_prefix("lm_head.").map_or_else(|| name.to_owned(), |rest| format!("{}{rest}", self.head))
    }
}

/// The weights under the names of the language model alone.
struct Language {
    names: Names,
    whole: Box<dyn Source>,
}

impl Source for Language {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        self.whole.take(&self.names.whole(name), shape)
    }

    fn has(&self, name: &str) -> bool {
        self.whole.has(&self.names.whole(name))
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        self.whole.linear(&self.names.whole(name), outputs, inputs)
    }

    fn unchanged(&self) -> Result<(), InferenceError> {
        self.whole.unchanged()
    }

    fn linear_bytes(&self, name: &str, outputs: usize, inputs: usize) -> u64 {
        self.whole.linear_bytes(&self.names.whole(name), outputs, inputs)
    }
}
