//! Gemma 3, text only: Gemma 2 without capped scores, with normalised queries and keys, and with rotary positions of two
//! kinds: slow ones in every sixth layer, which sees everything, and usual ones in the others, which have a window.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decoder::{Decoder, Windowed};
use super::gemma2::GemmaFields;
use super::rope::Rope;
use super::rope_fields::{RopeDefaults, RopeFields};

/// A Gemma 3's `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gemma3Config {
    /// What it has in common with Gemma 2.
    #[serde(flatten)]
    pub fields: GemmaFields,
    /// Every so many-th layer has no window; 6 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window_pattern: Option<usize>,
    /// The same under the name that `transformers` also saves it by.
    #[serde(default, rename = "_sliding_window_pattern", skip_serializing_if = "Option::is_none")]
    pub saved_pattern: Option<usize>,
    /// Base of the frequencies in layers with a window; 10000 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_local_base_freq: Option<f64>,
    /// Must be absent: Gemma 3 has no capped scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attn_logit_softcapping: Option<f64>,
    /// Cap of the logits; none if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_logit_softcapping: Option<f64>,
}

impl Gemma3Config {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Decoder, String> {
        if self.attn_logit_softcapping.is_some() {
            return Err("attn_logit_softcapping is not supported for gemma3_text".to_owned());
        }
        let every = match (self.sliding_window_pattern, self.saved_pattern) {
            (Some(a), Some(b)) if a != b => return Err("sliding_window_pattern is given twice".to_owned()),
            (given, saved) => given.or(saved).unwrap_or(6),
        };
        if every == 0 {
            return Err("sliding_window_pattern must be at least 1".to_owned());
        }
        let plan = self.fields.plan(Windowed::AllButEvery(every), |rope, defaults| {
            let theta = 1_000_000.0;
            rotation(rope, "full_attention", RopeDefaults { theta, ..defaults })
        })?;
        let fields = RopeFields { rope_theta: self.rope_local_base_freq, ..self.fields.sizes.rope.clone() };
        Ok(Decoder {
            head_norms: true,
            logit_cap: super::checked_cap("final_logit_softcapping", self.final_logit_softcapping)?,
            window_rope: rotation(&fields, "sliding_attention", self.fields.sizes.rope_defaults())?,
            ..plan
        })
    }
}

/// The rotation in layers of one kind: from its own entry in the newer spelling; in the older one, only layers without a
/// window are stretched.
fn rotation(fields: &RopeFields, kind: &'static str, defaults: RopeDefaults) -> Result<Rope, String> {
    let kinds = ["full_attention", "sliding_attention"];
    let (name, object) = fields.object()?;
    if object.keys().any(|key| kinds.contains(&key.as_str())) {
        if let Some(other) = object.keys().find(|key| !kinds.contains(&key.as_str())) {
            return Err(format!("{name}.{other} is not supported"));
        }
        return match object.get(kind) {
            None | Some(Value::Null) => fields.resolve_object(kind, &Map::new(), defaults),
            Some(Value::Object(entry)) => fields.resolve_object(kind, entry, defaults),
            Some(_) => Err(format!("{name}.{kind} must be an object")),
        };
    }
    let entry = if kind == "full_attention" { object } else { Map::new() };
    fields.resolve_object(name, &entry, defaults)
}
