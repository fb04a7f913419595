//! Qwen2 and 2.5: a llama with biases on queries, keys and values. Qwen3: with normalised queries and keys instead.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::decoder::{Decoder, Windowed};
use super::rope_fields::RopeFields;
use super::sizes::Sizes;

/// A Qwen2's or Qwen3's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QwenConfig {
    /// What it has in common with its relatives.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Function of the gate; `silu` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Whether any layer has a window; none has if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_sliding_window: Option<bool>,
    /// How many positions each one sees in layers with a window: 4096 if not given, all if null.
    #[serde(default = "super::usual_window")]
    pub sliding_window: Option<usize>,
    /// First layer with a window, 28 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_window_layers: Option<usize>,
    /// Which layers have a window, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<String>>,
}

impl QwenConfig {
    /// The plan of a Qwen2, or what is impossible or not implemented.
    pub(super) fn plan_2(&self) -> Result<Decoder, String> {
        // Whatever `attention_bias` says: the family has biases here, and nowhere else.
        Ok(Decoder { qkv_bias: true, out_bias: false, ..self.plan()? })
    }

    /// The plan of a Qwen3, or what is impossible or not implemented.
    pub(super) fn plan_3(&self) -> Result<Decoder, String> {
        if self.sizes.head_dim.is_none() {
            return Err("head_dim is missing".to_owned());
        }
        Ok(Decoder { head_norms: true, ..self.plan()? })
    }

    fn plan(&self) -> Result<Decoder, String> {
        let plan = self.sizes.decoder(RopeFields::resolve)?;
        let used = self.use_sliding_window == Some(true) && self.sliding_window.is_some();
        let windowed = match &self.layer_types {
            Some(listed) => Windowed::parse(listed, plan.layers)?,
            None if used => Windowed::From(self.max_window_layers.unwrap_or(28)),
            None => Windowed::Never,
        };
        if windowed.any() && !used {
            return Err("layer_types lists layers with a window, use_sliding_window says there is none".to_owned());
        }
        Ok(Decoder {
            activation: Activation::parse("hidden_act", self.hidden_act.as_deref().unwrap_or("silu"))?,
            window: if used { super::checked_window(self.sliding_window)? } else { None },
            windowed,
            ..plan
        })
    }
}
