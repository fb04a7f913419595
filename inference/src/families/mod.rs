//! The model families, one file each, and the pieces they share.
//!
//! A family is built from any [`Source`](crate::weights::Source), so that scoring and training run the same forward
//! pass. Token tensors have the shape (batch, positions), logits (batch, positions, vocabulary).

pub mod attention;
pub mod fused;
pub mod gpt2;
pub mod linear;
pub mod llama;
pub mod norm;
pub mod rope;

use candle_core::Tensor;

use crate::InferenceError;
use crate::weights::Source;

/// The configuration of one model, as in its file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Config {
    /// `RMSNorm`, `RoPE`, `SwiGLU`.
    Llama(llama::LlamaConfig),
    /// `LayerNorm`, learned positions, GELU.
    Gpt2(gpt2::Gpt2Config),
}

/// What every configuration says, whatever its family.
#[derive(serde::Deserialize)]
struct Common {
    model_type: String,
    tokenizer: Option<String>,
}

impl Config {
    /// Reads a configuration in JSON; `origin` names the file in errors.
    ///
    /// # Errors
    /// [`InferenceError`] when it is no JSON, lacks a field, contradicts itself, or asks for a family, tokenizer or
    /// variant that is not implemented.
    pub fn parse(origin: &str, json: &str) -> Result<Self, InferenceError> {
        let bad = |reason: String| InferenceError::Config { origin: origin.to_owned(), reason };
        let common: Common = serde_json::from_str(json).map_err(|e| bad(e.to_string()))?;
        let config = match common.model_type.as_str() {
            "llama" => serde_json::from_str(json).map(Self::Llama).map_err(|e| bad(e.to_string()))?,
            "gpt2" => serde_json::from_str(json).map(Self::Gpt2).map_err(|e| bad(e.to_string()))?,
            other => {
                return Err(InferenceError::UnknownArchitecture {
                    origin: origin.to_owned(),
                    architecture: other.to_owned(),
                });
            }
        };
        let tokenizer = common.tokenizer.unwrap_or_else(|| "none given".to_owned());
        if tokenizer != crate::tokenizer::NAME {
            return Err(InferenceError::UnknownTokenizer { origin: origin.to_owned(), tokenizer });
        }
        match &config {
            Self::Llama(c) => c.check(),
            Self::Gpt2(c) => c.check(),
        }
        .map_err(bad)?;
        if config.vocabulary() != crate::tokenizer::VOCABULARY {
            return Err(bad(format!(
                "vocab_size is {}, the tokenizer '{}' has {}",
                config.vocabulary(),
                crate::tokenizer::NAME,
                crate::tokenizer::VOCABULARY
            )));
        }
        Ok(config)
    }

    /// The configuration in JSON, as [`Config::parse`] reads it.
    pub fn to_json(&self) -> String {
        let (name, fields) = match self {
            Self::Llama(c) => ("llama", serde_json::to_value(c)),
            Self::Gpt2(c) => ("gpt2", serde_json::to_value(c)),
        };
        let mut json = fields.unwrap_or_default();
        if let Some(object) = json.as_object_mut() {
            object.insert("model_type".to_owned(), name.into());
            object.insert("tokenizer".to_owned(), crate::tokenizer::NAME.into());
        }
        json.to_string()
    }

    /// Name of the family.
    pub fn architecture(&self) -> &'static str {
        match self {
            Self::Llama(_) => "llama",
            Self::Gpt2(_) => "gpt2",
        }
    }

    /// Number of tokens.
    pub fn vocabulary(&self) -> usize {
        match self {
            Self::Llama(c) => c.vocab_size,
            Self::Gpt2(c) => c.vocab_size,
        }
    }

    /// Longest sequence in tokens.
    pub fn max_positions(&self) -> usize {
        match self {
            Self::Llama(c) => c.max_position_embeddings,
            Self::Gpt2(c) => c.n_positions,
        }
    }
}

/// A model of any family, ready to run.
pub enum Network {
    /// Llama style.
    Llama(llama::Llama),
    /// GPT-2 style.
    Gpt2(gpt2::Gpt2),
}

impl Network {
    /// Builds the model of `config` from the weights of `source`.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit.
    pub fn build(config: &Config, source: &mut dyn Source) -> Result<Self, InferenceError> {
        Ok(match config {
            Config::Llama(c) => Self::Llama(llama::Llama::build(c, source)?),
            Config::Gpt2(c) => Self::Gpt2(gpt2::Gpt2::build(c, source)?),
        })
    }

    /// Logits of all positions of each sequence of `tokens`, every position seeing only itself and those before it.
    ///
    /// # Errors
    /// The engine's error when a token or the length is out of range.
    pub fn forward(&self, tokens: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Llama(m) => m.forward(tokens),
            Self::Gpt2(m) => m.forward(tokens),
        }
    }
}

/// The largest size of anything in a configuration: keeps products of two sizes far from overflow.
const LARGEST: usize = 1 << 24;

fn in_range(sizes: &[(&str, usize)]) -> Result<(), String> {
    match sizes.iter().find(|(_, n)| !(1..=LARGEST).contains(n)) {
        Some((name, n)) => Err(format!("{name} = {n} is outside 1..={LARGEST}")),
        None => Ok(()),
    }
}
