//! Llama 2 and 3, and what follows them: `RMSNorm`, rotary positions, `SwiGLU`, grouped queries, tied or own head.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::decoder::Decoder;
use super::rope_fields::RopeFields;
use super::sizes::Sizes;

/// A llama's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LlamaConfig {
    /// What it has in common with its relatives.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Function of the gate; `silu` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Whether the feed-forward maps have biases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp_bias: Option<bool>,
    /// Must be absent: a llama has no attention windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<usize>,
}

impl LlamaConfig {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Decoder, String> {
        if self.sliding_window.is_some() {
            return Err("sliding_window is not supported for llama".to_owned());
        }
        Ok(Decoder {
            activation: Activation::parse("hidden_act", self.hidden_act.as_deref().unwrap_or("silu"))?,
            inner_bias: self.mlp_bias.unwrap_or(false),
            ..self.sizes.decoder(RopeFields::resolve)?
        })
    }
}
