//! The fields that configurations of the llama line have in common.

use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::attention::Attention;
use super::decoder::{Decoder, Windowed};
use super::rope::Rope;
use super::rope_fields::{RopeDefaults, RopeFields};

/// Sizes under the names that the usual `config.json` has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sizes {
    /// Number of tokens.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width inside the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Query heads.
    pub num_attention_heads: usize,
    /// Key and value heads; as many as query heads if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_key_value_heads: Option<usize>,
    /// Width of a head; that of the residual stream divided by the heads if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_dim: Option<usize>,
    /// Longest sequence.
    pub max_position_embeddings: usize,
    /// Added to the mean square in `RMSNorm`.
    pub rms_norm_eps: f64,
    /// Whether the head is the embedding table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_word_embeddings: Option<bool>,
    /// Whether the maps of attention have biases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention_bias: Option<bool>,
    /// Rotary positions.
    #[serde(flatten)]
    pub rope: RopeFields,
}

impl Sizes {
    /// Width of a head.
    pub(super) fn head(&self) -> usize {
        self.head_dim.unwrap_or(self.hidden_size / self.num_attention_heads.max(1))
    }

    /// What a family usually knows about its rotary positions beside the fields.
    pub(super) fn rope_defaults(&self) -> RopeDefaults {
        RopeDefaults {
            head: self.head(),
            theta: 10_000.0,
            partial: 1.0,
            partial_allowed: false,
            positions: self.max_position_embeddings,
        }
    }

    /// The plan of a llama of these sizes with the rotation that `rope` makes of the fields, for the family to change
    /// where it differs.
    pub(super) fn decoder(
        &self,
        rope: impl FnOnce(&RopeFields, RopeDefaults) -> Result<Rope, String>,
    ) -> Result<Decoder, String> {
        let key_value_heads = self.num_key_value_heads.unwrap_or(self.num_attention_heads);
        super::in_range(&[
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("num_key_value_heads", key_value_heads),
            ("head_dim", self.head()),
            ("max_position_embeddings", self.max_position_embeddings),
        ])?;
        if self.head_dim.is_none() && !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err("hidden_size must be a multiple of num_attention_heads, or head_dim be given".to_owned());
        }
        if !self.num_attention_heads.is_multiple_of(key_value_heads) {
            return Err("num_attention_heads must be a multiple of num_key_value_heads".to_owned());
        }
        super::check_eps("rms_norm_eps", self.rms_norm_eps)?;
        let rope = rope(&self.rope, self.rope_defaults())?;
        Ok(Decoder {
            vocabulary: self.vocab_size,
            width: self.hidden_size,
            inner: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            key_value_heads,
            head: self.head(),
            eps: self.rms_norm_eps,
            tied: self.tie_word_embeddings.unwrap_or(false),
            qkv_bias: self.attention_bias.unwrap_or(false),
            out_bias: self.attention_bias.unwrap_or(false),
            inner_bias: false,
            fused: false,
            head_norms: false,
            outer_norms: false,
            norms_from_zero: false,
            activation: Activation::Silu,
            embedding_scale: 1.0,
            attention: Attention::scaled(super::real(self.head())),
            logit_cap: None,
            windowed: Windowed::Never,
            window: None,
            rope: rope.clone(),
            window_rope: rope,
        })
    }
}
