//! Phi-3: a llama with queries, keys and values in one matrix, gate and up in another, and long rotary positions.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::decoder::{Decoder, Windowed};
use super::rope_fields::RopeDefaults;
use super::sizes::Sizes;

/// A Phi-3's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phi3Config {
    /// What it has in common with its relatives.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Function of the gate; `silu` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// How many positions each one sees; all if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<usize>,
}

impl Phi3Config {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Decoder, String> {
        if self.sizes.attention_bias == Some(true) {
            return Err("attention_bias is not supported for phi3".to_owned());
        }
        Ok(Decoder {
            activation: Activation::parse("hidden_act", self.hidden_act.as_deref().unwrap_or("silu"))?,
            fused: true,
            windowed: if self.sliding_window.is_some() { Windowed::Always } else { Windowed::Never },
            window: super::checked_window(self.sliding_window)?,
            ..self.sizes.decoder(|rope, defaults| rope.resolve(RopeDefaults { partial_allowed: true, ..defaults }))?
        })
    }
}
