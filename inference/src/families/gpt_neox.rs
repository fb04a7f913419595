//! GPT-NeoX and Pythia: `LayerNorm`, biases, rotary positions on a part of each head, attention and feed-forward layer
//! side by side.

use candle_core::{Result as EngineResult, Tensor};
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::attention::{Attention, split_heads};
use super::ends::{Embedding, Head};
use super::linear::Linear;
use super::norm::Norm;
use super::plan::{Layer, Plan, Weights, shared};
use super::rope::Rope;
use super::rope_fields::{RopeDefaults, RopeFields};
use super::stack::Stack;
use crate::InferenceError;

/// A GPT-NeoX's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GptNeoxConfig {
    /// Number of tokens.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width inside the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Heads.
    pub num_attention_heads: usize,
    /// Longest sequence.
    pub max_position_embeddings: usize,
    /// Added to the variance in `LayerNorm`; 1e-5 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_norm_eps: Option<f64>,
    /// Function inside the feed-forward layers; `gelu` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden_act: Option<String>,
    /// Whether attention and feed-forward layer see the same input; they do if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_parallel_residual: Option<bool>,
    /// Whether the maps of attention have biases; they have if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention_bias: Option<bool>,
    /// Whether the head is the embedding table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_word_embeddings: Option<bool>,
    /// Base of the frequencies, in the older spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotary_emb_base: Option<f64>,
    /// Which part of a head is turned, in the older spelling; a quarter if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotary_pct: Option<f64>,
    /// Rotary positions.
    #[serde(flatten)]
    pub rope: RopeFields,
}

impl GptNeoxConfig {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<GptNeox, String> {
        super::in_range(&[
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("max_position_embeddings", self.max_position_embeddings),
        ])?;
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err("hidden_size must be a multiple of num_attention_heads".to_owned());
        }
        let eps = self.layer_norm_eps.unwrap_or(1e-5);
        super::check_eps("layer_norm_eps", eps)?;
        let one = |name: &str, a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) if a.to_bits() != b.to_bits() => {
                Err(format!("{name} is given twice, as {a} and as {b}"))
            }
            (a, b) => Ok(a.or(b)),
        };
        let fields = RopeFields {
            rope_theta: one("rotary_emb_base", self.rotary_emb_base, self.rope.rope_theta)?,
            partial_rotary_factor: one("rotary_pct", self.rotary_pct, self.rope.partial_rotary_factor)?,
            ..self.rope.clone()
        };
        let head = self.hidden_size / self.num_attention_heads;
        let rope = fields.resolve(RopeDefaults {
            head,
            theta: 10_000.0,
            partial: 0.25,
            partial_allowed: true,
            positions: self.max_position_embeddings,
        })?;
        Ok(GptNeox {
            vocabulary: self.vocab_size,
            width: self.hidden_size,
            inner: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            eps,
            activation: Activation::parse("hidden_act", self.hidden_act.as_deref().unwrap_or("gelu"))?,
            parallel: self.use_parallel_residual.unwrap_or(true),
            attention_bias: self.attention_bias.unwrap_or(true),
            tied: self.tie_word_embeddings.unwrap_or(false),
            attention: Attention::scaled(super::real(head)),
            rope,
        })
    }
}

/// The settings of one model.
pub(super) struct GptNeox {
    vocabulary: usize,
    width: usize,
    inner: usize,
    layers: usize,
    heads: usize,
    eps: f64,
    activation: Activation,
    parallel: bool,
    attention_bias: bool,
    tied: bool,
    attention: Attention,
    rope: Rope,
}

const TABLE: &str = "gpt_neox.embed_in.weight";
const HEAD: &str = "embed_out";

impl Plan for GptNeox {
    fn layers(&self) -> usize {
        self.layers
    }

    fn width(&self) -> usize {
        self.width
    }

    fn embedding(&self, weights: &mut Weights<'_>) -> Result<Embedding, InferenceError> {
        let table = weights.matrix(TABLE, self.vocabulary, self.width)?;
        Ok(Embedding { table, positions: None, scale: 1.0 })
    }

    fn layer(&self, index: usize, weights: &mut Weights<'_>) -> Result<Box<dyn Layer>, InferenceError> {
        let (width, inner) = (self.width, self.inner);
        let name = |part: &str| format!("gpt_neox.layers.{index}.{part}");
        Ok(Box::new(Block {
            heads: self.heads,
            activation: self.activation,
            parallel: self.parallel,
            attention: self.attention,
            rope: self.rope.clone(),
            attention_norm: weights.layer_norm(&name("input_layernorm"), width, self.eps)?,
            inner_norm: weights.layer_norm(&name("post_attention_layernorm"), width, self.eps)?,
            qkv: weights.linear(&name("attention.query_key_value"), 3 * width, width, self.attention_bias)?,
            out: weights.linear(&name("attention.dense"), width, width, self.attention_bias)?,
            up: weights.linear(&name("mlp.dense_h_to_4h"), inner, width, true)?,
            down: weights.linear(&name("mlp.dense_4h_to_h"), width, inner, true)?,
        }))
    }

    fn head(&self, weights: &mut Weights<'_>, embedding: Option<&Embedding>) -> Result<Head, InferenceError> {
        let norm = weights.layer_norm("gpt_neox.final_layer_norm", self.width, self.eps)?;
        let out = match embedding {
            Some(embedding) if self.tied => Linear::new(shared(&embedding.table), None),
            _ if self.tied => Linear::new(weights.matrix(TABLE, self.vocabulary, self.width)?, None),
            _ => weights.linear(HEAD, self.vocabulary, self.width, false)?,
        };
        Ok(Head { norm, out, cap: None })
    }

    fn harmless(&self, tensor: &str) -> bool {
        let kept = [".attention.bias", ".attention.masked_bias", "rotary_emb.inv_freq"];
        kept.iter().any(|end| tensor.ends_with(end)) || (self.tied && tensor.strip_suffix(".weight") == Some(HEAD))
    }
}

struct Block {
    heads: usize,
    activation: Activation,
    parallel: bool,
    attention: Attention,
    rope: Rope,
    attention_norm: Norm,
    inner_norm: Norm,
    qkv: Linear,
    out: Linear,
    up: Linear,
    down: Linear,
}

impl Layer for Block {
    fn forward(&self, x: &Tensor, stack: &Stack) -> EngineResult<Tensor> {
        // Query, key and value of one head lie side by side.
        let qkv = self.qkv.forward(&self.attention_norm.forward(x)?)?;
        let (batch, positions, width) = qkv.dims3()?;
        let (width, head) = (width / 3, width / 3 / self.heads);
        let qkv = qkv.reshape((batch, positions, self.heads, 3, head))?;
        let part = |i: usize| qkv.narrow(3, i, 1)?.reshape((batch, positions, width));
        let mixed = stack.each([&part(0)?, &part(1)?, &part(2)?], |q, k, v| {
            let rotation = self.rope.rotation(q.dim(1)?, q.device())?;
            let split = |x: &Tensor| split_heads(x, self.heads);
            self.attention.forward(&rotation.apply(&split(q)?)?, &rotation.apply(&split(k)?)?, &split(v)?)
        })?;
        let attended = (x + self.out.forward(&mixed)?)?;
        let seen = if self.parallel { x } else { &attended };
        let inner = self.activation.forward(&self.up.forward(&self.inner_norm.forward(seen)?)?)?;
        attended + self.down.forward(&inner)?
    }
}
