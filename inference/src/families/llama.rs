//! Llama style: `RMSNorm`, rotary positions, `SwiGLU`, grouped queries, tied or own head.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::attention::{attend, repeat_heads, split_heads};
use super::linear::{embed, linear};
use super::norm::rms_norm;
use super::rope::Rotation;
use crate::InferenceError;
use crate::weights::Source;

/// The sizes of a llama-style model, under the names that its usual `config.json` has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LlamaConfig {
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
    /// Longest sequence.
    pub max_position_embeddings: usize,
    /// Added to the mean square in `RMSNorm`.
    pub rms_norm_eps: f64,
    /// Base of the rotary frequencies.
    #[serde(default = "default_theta")]
    pub rope_theta: f64,
    /// Whether the head is the embedding table.
    #[serde(default)]
    pub tie_word_embeddings: bool,
    /// Must be absent or `silu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Must be absent or the width divided by the heads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_dim: Option<usize>,
    /// Must be absent: scaled rotary positions are not implemented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_scaling: Option<serde_json::Value>,
    /// Must be absent or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention_bias: Option<bool>,
    /// Must be absent or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp_bias: Option<bool>,
    /// Must be absent: attention windows are not implemented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<usize>,
}

fn default_theta() -> f64 {
    10_000.0
}

impl LlamaConfig {
    fn key_value_heads(&self) -> usize {
        self.num_key_value_heads.unwrap_or(self.num_attention_heads)
    }

    fn head(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// What is impossible or not implemented, if anything.
    pub(super) fn check(&self) -> Result<(), String> {
        let sizes = [
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("num_key_value_heads", self.key_value_heads()),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        super::in_range(&sizes)?;
        if !self.hidden_size.is_multiple_of(2 * self.num_attention_heads) {
            return Err("hidden_size must be a multiple of twice num_attention_heads".to_owned());
        }
        if !self.num_attention_heads.is_multiple_of(self.key_value_heads()) {
            return Err("num_attention_heads must be a multiple of num_key_value_heads".to_owned());
        }
        if !(self.rms_norm_eps > 0.0
            && self.rms_norm_eps < 1.0
            && self.rope_theta >= 1.0
            && self.rope_theta.is_finite())
        {
            return Err("rms_norm_eps must lie in 0..1 and rope_theta be at least 1".to_owned());
        }
        let unsupported = [
            ("hidden_act other than silu", self.hidden_act.as_deref().is_some_and(|a| a != "silu")),
            ("head_dim other than hidden_size / num_attention_heads", self.head_dim.is_some_and(|d| d != self.head())),
            ("rope_scaling", self.rope_scaling.is_some()),
            ("attention_bias", self.attention_bias == Some(true)),
            ("mlp_bias", self.mlp_bias == Some(true)),
            ("sliding_window", self.sliding_window.is_some()),
        ];
        match unsupported.iter().find(|(_, there)| *there) {
            Some((what, _)) => Err(format!("{what} is not supported")),
            None => Ok(()),
        }
    }
}

struct Layer {
    input_norm: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    o: Tensor,
    post_norm: Tensor,
    gate: Tensor,
    up: Tensor,
    down: Tensor,
}

/// A llama-style model.
pub struct Llama {
    config: LlamaConfig,
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Tensor,
}

impl Llama {
    /// Takes the weights under their usual names.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit.
    pub fn build(config: &LlamaConfig, source: &mut dyn Source) -> Result<Self, InferenceError> {
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let narrow = config.key_value_heads() * config.head();
        let embedding = source.take("model.embed_tokens.weight", &[config.vocab_size, width])?;
        let mut layers = Vec::new();
        for i in 0..config.num_hidden_layers {
            let mut take = |name: &str, shape: &[usize]| source.take(&format!("model.layers.{i}.{name}.weight"), shape);
            layers.push(Layer {
                input_norm: take("input_layernorm", &[width])?,
                q: take("self_attn.q_proj", &[width, width])?,
                k: take("self_attn.k_proj", &[narrow, width])?,
                v: take("self_attn.v_proj", &[narrow, width])?,
                o: take("self_attn.o_proj", &[width, width])?,
                post_norm: take("post_attention_layernorm", &[width])?,
                gate: take("mlp.gate_proj", &[inner, width])?,
                up: take("mlp.up_proj", &[inner, width])?,
                down: take("mlp.down_proj", &[width, inner])?,
            });
        }
        let norm = source.take("model.norm.weight", &[width])?;
        let head = if config.tie_word_embeddings {
            embedding.clone()
        } else {
            source.take("lm_head.weight", &[config.vocab_size, width])?
        };
        Ok(Self { config: config.clone(), embedding, layers, norm, head })
    }

    /// See [`super::Network::forward`].
    ///
    /// # Errors
    /// The engine's error when a token is out of range.
    pub fn forward(&self, tokens: &Tensor) -> candle_core::Result<Tensor> {
        let c = &self.config;
        let (_, positions) = tokens.dims2()?;
        let rotation = Rotation::new(positions, c.head(), c.rope_theta)?;
        let repeats = c.num_attention_heads / c.key_value_heads();
        let mut x = embed(tokens, &self.embedding)?;
        for layer in &self.layers {
            let h = rms_norm(&x, &layer.input_norm, c.rms_norm_eps)?;
            let q = rotation.apply(&split_heads(&linear(&h, &layer.q)?, c.num_attention_heads)?)?;
            let k = rotation.apply(&split_heads(&linear(&h, &layer.k)?, c.key_value_heads())?)?;
            let v = split_heads(&linear(&h, &layer.v)?, c.key_value_heads())?;
            let mixed = attend(&q, &repeat_heads(&k, repeats)?, &repeat_heads(&v, repeats)?)?;
            x = (x + linear(&mixed, &layer.o)?)?;

            let h = rms_norm(&x, &layer.post_norm, c.rms_norm_eps)?;
            let gated = (linear(&h, &layer.gate)?.silu()? * linear(&h, &layer.up)?)?;
            x = (x + linear(&gated, &layer.down)?)?;
        }
        linear(&rms_norm(&x, &self.norm, c.rms_norm_eps)?, &self.head)
    }
}
