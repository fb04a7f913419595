//! Mistral: a llama whose positions see only a window.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::decoder::{Decoder, Windowed};
use super::rope_fields::RopeFields;
use super::sizes::Sizes;

/// A Mistral's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MistralConfig {
    /// What it has in common with its relatives.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Function of the gate; `silu` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// How many positions each one sees: 4096 if not given, all if null.
    #[serde(default = "super::usual_window")]
    pub sliding_window: Option<usize>,
    /// Must be absent: layers of different kinds are another architecture's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<String>>,
}

impl MistralConfig {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Decoder, String> {
        if self.layer_types.is_some() {
            return Err("layer_types is not supported for mistral".to_owned());
        }
        if self.sizes.num_key_value_heads.is_none() {
            return Err("num_key_value_heads is missing".to_owned());
        }
        if self.sizes.attention_bias == Some(true) {
            return Err("attention_bias is not supported for mistral".to_owned());
        }
        Ok(Decoder {
            activation: Activation::parse("hidden_act", self.hidden_act.as_deref().unwrap_or("silu"))?,
            windowed: if self.sliding_window.is_some() { Windowed::Always } else { Windowed::Never },
            window: super::checked_window(self.sliding_window)?,
            ..self.sizes.decoder(RopeFields::resolve)?
        })
    }
}
