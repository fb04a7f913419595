//! The model families, one file each, and the pieces they share.
//!
//! A family is built from any [`Source`](crate::weights::Source), so that scoring and training run the same forward pass. Token tensors have the
//! shape (batch, positions), logits (batch, positions, vocabulary). Configurations are those of Hugging Face's
//! `config.json`; what a field means is what the `transformers` library makes of it, and each family is tested against
//! that library's logits.

pub mod activation;
pub mod attention;
mod checks;
pub mod decoder;
pub mod ends;
pub(crate) mod exp;
pub mod fused;
pub mod gemma2;
pub mod gemma3;
pub mod gpt2;
pub mod gpt_neox;
pub mod linear;
pub mod llama;
pub mod mistral;
mod network;
pub mod norm;
pub mod phi3;
mod plain;
pub mod plan;
pub mod qwen;
pub mod rope;
pub mod rope_fields;
pub mod sizes;
pub mod stack;
mod unread;

pub use network::Network;
pub use plan::{Layer, Plan, Weights};
pub(crate) use unread::unknown;

use checks::{check_eps, checked_cap, checked_window, in_range, real, usual_window};
use serde::Deserialize;

use crate::{InferenceError, tokenizer};

/// The configuration of one model, as in its file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Config {
    /// Llama 2 and 3.
    Llama(llama::LlamaConfig),
    /// Mistral.
    Mistral(mistral::MistralConfig),
    /// Qwen 2 and 2.5.
    Qwen2(qwen::QwenConfig),
    /// Qwen 3.
    Qwen3(qwen::QwenConfig),
    /// Phi-3.
    Phi3(phi3::Phi3Config),
    /// Gemma 2.
    Gemma2(gemma2::Gemma2Config),
    /// Gemma 3, text only.
    Gemma3(gemma3::Gemma3Config),
    /// GPT-2.
    Gpt2(gpt2::Gpt2Config),
    /// GPT-NeoX and Pythia.
    GptNeox(gpt_neox::GptNeoxConfig),
}

/// The values of `model_type` that are supported.
pub const NAMES: [&str; 9] =
    ["llama", "mistral", "qwen2", "qwen3", "phi3", "gemma2", "gemma3_text", "gpt2", "gpt_neox"];

/// What every configuration may say, whatever its family.
#[derive(serde::Deserialize)]
struct Common {
    model_type: String,
    tokenizer: Option<String>,
}

impl Config {
    /// Reads a configuration in JSON; `origin` names the file in errors.
    ///
    /// # Errors
    /// [`InferenceError`] when it is no JSON, lacks a field, contradicts itself, or asks for a family or variant that is
    /// not implemented.
    pub fn parse(origin: &str, json: &str) -> Result<Self, InferenceError> {
        let bad = |reason: String| InferenceError::Config { origin: origin.to_owned(), reason };
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        let value = serde_json::Value::Object(object.clone());
        let common = Common::deserialize(&value).map_err(|e| bad(e.to_string()))?;
        let config = match common.model_type.as_str() {
            "llama" => Deserialize::deserialize(value).map(Self::Llama),
            "mistral" => Deserialize::deserialize(value).map(Self::Mistral),
            "qwen2" => Deserialize::deserialize(value).map(Self::Qwen2),
            "qwen3" => Deserialize::deserialize(value).map(Self::Qwen3),
            "phi3" => Deserialize::deserialize(value).map(Self::Phi3),
            "gemma2" => Deserialize::deserialize(value).map(Self::Gemma2),
            "gemma3_text" => Deserialize::deserialize(value).map(Self::Gemma3),
            "gpt2" => Deserialize::deserialize(value).map(Self::Gpt2),
            "gpt_neox" => Deserialize::deserialize(value).map(Self::GptNeox),
            other => {
                return Err(InferenceError::UnknownArchitecture {
                    origin: origin.to_owned(),
                    architecture: other.to_owned(),
                });
            }
        }
        .map_err(|e| bad(e.to_string()))?;
        let read = config.fields();
        if let Some(name) = unknown(&object, |name| read.contains_key(name)) {
            return Err(bad(format!("{name} is not supported for {}", common.model_type)));
        }
        config.plan(origin)?;
        if common.tokenizer.as_deref() == Some(tokenizer::NAME) && config.vocabulary() != tokenizer::VOCABULARY {
            return Err(bad(format!(
                "vocab_size is {}, the tokenizer '{}' has {}",
                config.vocabulary(),
                tokenizer::NAME,
                tokenizer::VOCABULARY
            )));
        }
        Ok(config)
    }

    /// The configuration in JSON, as [`Config::parse`] reads it, with the name of its tokenizer if that is given.
    pub fn to_json(&self, tokenizer: Option<&str>) -> String {
        let mut object = self.fields();
        object.insert("model_type".to_owned(), self.architecture().into());
        object.extend(tokenizer.map(|name| ("tokenizer".to_owned(), name.into())));
        serde_json::Value::Object(object).to_string()
    }

    /// The fields that the family reads, as far as they are given.
    fn fields(&self) -> serde_json::Map<String, serde_json::Value> {
        let fields = match self {
            Self::Llama(c) => serde_json::to_value(c),
            Self::Mistral(c) => serde_json::to_value(c),
            Self::Qwen2(c) | Self::Qwen3(c) => serde_json::to_value(c),
            Self::Phi3(c) => serde_json::to_value(c),
            Self::Gemma2(c) => serde_json::to_value(c),
            Self::Gemma3(c) => serde_json::to_value(c),
            Self::Gpt2(c) => serde_json::to_value(c),
            Self::GptNeox(c) => serde_json::to_value(c),
        };
        match fields {
            Ok(serde_json::Value::Object(object)) => object,
            _ => serde_json::Map::new(),
        }
    }

    /// How the model is made of weights.
    ///
    /// # Errors
    /// [`InferenceError::Config`] when the configuration contradicts itself or asks for what is not implemented; never
    /// for one that [`Config::parse`] gave.
    pub fn plan(&self, origin: &str) -> Result<Box<dyn Plan>, InferenceError> {
        fn boxed(plan: impl Plan + 'static) -> Box<dyn Plan> {
            Box::new(plan)
        }
        match self {
            Self::Llama(c) => c.plan().map(boxed),
            Self::Mistral(c) => c.plan().map(boxed),
            Self::Qwen2(c) => c.plan_2().map(boxed),
            Self::Qwen3(c) => c.plan_3().map(boxed),
            Self::Phi3(c) => c.plan().map(boxed),
            Self::Gemma2(c) => c.plan().map(boxed),
            Self::Gemma3(c) => c.plan().map(boxed),
            Self::Gpt2(c) => c.plan().map(boxed),
            Self::GptNeox(c) => c.plan().map(boxed),
        }
        .map_err(|reason| InferenceError::Config { origin: origin.to_owned(), reason })
    }

    /// Name of the family.
    pub fn architecture(&self) -> &'static str {
        match self {
            Self::Llama(_) => "llama",
            Self::Mistral(_) => "mistral",
            Self::Qwen2(_) => "qwen2",
            Self::Qwen3(_) => "qwen3",
            Self::Phi3(_) => "phi3",
            Self::Gemma2(_) => "gemma2",
            Self::Gemma3(_) => "gemma3_text",
            Self::Gpt2(_) => "gpt2",
            Self::GptNeox(_) => "gpt_neox",
        }
    }

    /// Number of tokens and longest sequence in tokens.
    fn sizes(&self) -> (usize, usize) {
        let of = |sizes: &sizes::Sizes| (sizes.vocab_size, sizes.max_position_embeddings);
        match self {
            Self::Llama(c) => of(&c.sizes),
            Self::Mistral(c) => of(&c.sizes),
            Self::Qwen2(c) | Self::Qwen3(c) => of(&c.sizes),
            Self::Phi3(c) => of(&c.sizes),
            Self::Gemma2(c) => of(&c.fields.sizes),
            Self::Gemma3(c) => of(&c.fields.sizes),
            Self::Gpt2(c) => (c.vocab_size, c.n_positions),
            Self::GptNeox(c) => (c.vocab_size, c.max_position_embeddings),
        }
    }

    /// Number of tokens.
    pub fn vocabulary(&self) -> usize {
        self.sizes().0
    }

    /// Longest sequence in tokens.
    pub fn max_positions(&self) -> usize {
        self.sizes().1
    }
}
