//! What Gemma 2 and Gemma 3 share, and Gemma 2: norms around every block, GELU, scaled embeddings, capped scores and
//! logits, every second layer with a window.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::attention::Attention;
use super::decoder::{Decoder, Windowed};
use super::rope::Rope;
use super::rope_fields::{RopeDefaults, RopeFields};
use super::sizes::Sizes;

/// The fields of a Gemma 2's and Gemma 3's `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GemmaFields {
    /// What it has in common with its relatives.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Function of the gate; GELU with a tanh if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_activation: Option<String>,
    /// The same under the name that its relatives have it by; the library does not read it, so it must not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Scores are divided by its square root; 256 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_pre_attn_scalar: Option<f64>,
    /// How many positions each one sees in layers with a window: 4096 if not given.
    #[serde(default = "super::usual_window")]
    pub sliding_window: Option<usize>,
    /// Which layers have a window; the family's pattern if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<String>>,
}

impl GemmaFields {
    /// The plan but for what differs between the generations.
    pub(super) fn plan(
        &self,
        pattern: Windowed,
        rope: impl FnOnce(&RopeFields, RopeDefaults) -> Result<Rope, String>,
    ) -> Result<Decoder, String> {
        if self.sizes.head_dim.is_none() || self.sizes.num_key_value_heads.is_none() {
            return Err("head_dim and num_key_value_heads must be given".to_owned());
        }
        let plan = self.sizes.decoder(rope)?;
        let scalar = self.query_pre_attn_scalar.unwrap_or(256.0);
        if !(scalar > 0.0 && scalar < 1e6) {
            return Err("query_pre_attn_scalar must lie in 0..1000000".to_owned());
        }
        let windowed = self.layer_types.as_ref().map_or(Ok(pattern), |listed| Windowed::parse(listed, plan.layers))?;
        if windowed.any() && self.sliding_window.is_none() {
            return Err("sliding_window is null, but there are layers with a window".to_owned());
        }
        let activation = self.hidden_activation.as_deref().unwrap_or("gelu_pytorch_tanh");
        if self.hidden_act.as_deref().is_some_and(|name| name != activation) {
            return Err("hidden_act and hidden_activation contradict each other".to_owned());
        }
        Ok(Decoder {
            activation: Activation::parse("hidden_activation", activation)?,
            tied: self.sizes.tie_word_embeddings.unwrap_or(true),
            embedding_scale: super::real(plan.width).sqrt(),
            attention: Attention::scaled(scalar),
            outer_norms: true,
            norms_from_zero: true,
            windowed,
            window: super::checked_window(self.sliding_window)?,
            ..plan
        })
    }
}

/// A Gemma 2's `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gemma2Config {
    /// What it has in common with Gemma 3.
    #[serde(flatten)]
    pub fields: GemmaFields,
    /// Cap of the scores: 50 if not given, none if null.
    #[serde(default = "usual_score_cap")]
    pub attn_logit_softcapping: Option<f64>,
    /// Cap of the logits: 30 if not given, none if null.
    #[serde(default = "usual_logit_cap")]
    pub final_logit_softcapping: Option<f64>,
}

#[allow(clippy::unnecessary_wraps)] // the type of the field
fn usual_score_cap() -> Option<f64> {
    Some(50.0)
}

#[allow(clippy::unnecessary_wraps)] // the type of the field
fn usual_logit_cap() -> Option<f64> {
    Some(30.0)
}

impl Gemma2Config {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Decoder, String> {
        let plan = self.fields.plan(Windowed::AllButEvery(2), RopeFields::resolve)?;
        let cap = super::checked_cap("attn_logit_softcapping", self.attn_logit_softcapping)?;
        Ok(Decoder {
            attention: Attention { cap, ..plan.attention },
            logit_cap: super::checked_cap("final_logit_softcapping", self.final_logit_softcapping)?,
            ..plan
        })
    }
}
