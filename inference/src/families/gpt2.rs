//! GPT-2: `LayerNorm`, learned positions, biases, head tied to the embedding.

use candle_core::{Result as EngineResult, Tensor};
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::attention::{Attention, split_heads};
use super::ends::{Embedding, Head};
use super::linear::Linear;
use super::norm::Norm;
use super::plan::{Layer, Plan, Weights, shared};
use super::stack::Stack;
use crate::InferenceError;
use crate::weights::LinearWeight;

/// A GPT-2's `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gpt2Config {
    /// Number of tokens.
    pub vocab_size: usize,
    /// Longest sequence.
    pub n_positions: usize,
    /// Width of the residual stream.
    pub n_embd: usize,
    /// Number of layers.
    pub n_layer: usize,
    /// Heads.
    pub n_head: usize,
    /// Width inside the feed-forward layers; four times `n_embd` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_inner: Option<usize>,
    /// Added to the variance in `LayerNorm`.
    pub layer_norm_epsilon: f64,
    /// Function inside the feed-forward layers; `gelu_new` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_function: Option<String>,
    /// Must be absent or true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_attn_weights: Option<bool>,
    /// Must be absent or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_attn_by_inverse_layer_idx: Option<bool>,
    /// Whether the head is the embedding table; it is if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_word_embeddings: Option<bool>,
}

impl Gpt2Config {
    /// The plan of the model, or what is impossible or not implemented.
    pub(super) fn plan(&self) -> Result<Gpt2, String> {
        super::in_range(&[
            ("vocab_size", self.vocab_size),
            ("n_positions", self.n_positions),
            ("n_embd", self.n_embd),
            ("n_layer", self.n_layer),
            ("n_head", self.n_head),
            ("n_inner", self.n_inner.unwrap_or(1)),
        ])?;
        if !self.n_embd.is_multiple_of(self.n_head) {
            return Err("n_embd must be a multiple of n_head".to_owned());
        }
        super::check_eps("layer_norm_epsilon", self.layer_norm_epsilon)?;
        let unsupported = [
            ("scale_attn_weights = false", self.scale_attn_weights == Some(false)),
            ("scale_attn_by_inverse_layer_idx", self.scale_attn_by_inverse_layer_idx == Some(true)),
        ];
        if let Some((what, _)) = unsupported.iter().find(|(_, there)| *there) {
            return Err(format!("{what} is not supported"));
        }
        let activation = self.activation_function.as_deref().unwrap_or("gelu_new");
        Ok(Gpt2 {
            vocabulary: self.vocab_size,
            positions: self.n_positions,
            width: self.n_embd,
            inner: self.n_inner.unwrap_or(4 * self.n_embd),
            layers: self.n_layer,
            heads: self.n_head,
            eps: self.layer_norm_epsilon,
            activation: Activation::parse("activation_function", activation)?,
            tied: self.tie_word_embeddings.unwrap_or(true),
        })
    }
}

/// The settings of one model.
pub(super) struct Gpt2 {
    vocabulary: usize,
    positions: usize,
    width: usize,
    inner: usize,
    layers: usize,
    heads: usize,
    eps: f64,
    activation: Activation,
    tied: bool,
}

const HEAD: &str = "lm_head";

/// Some files put the whole model under `transformer.`, others do not.
fn full(weights: &Weights<'_>, name: &str) -> String {
    let prefix = if weights.has("transformer.wte.weight") { "transformer." } else { "" };
    format!("{prefix}{name}")
}

/// A map whose weight is stored with its inputs first.
fn dense(weights: &mut Weights<'_>, name: &str, inputs: usize, outputs: usize) -> Result<Linear, InferenceError> {
    let weight = weights.take(&format!("{name}.weight"), &[inputs, outputs])?.t()?;
    let bias = weights.take(&format!("{name}.bias"), &[outputs])?;
    Ok(Linear::new(LinearWeight::Dense(weight), Some(bias)))
}

impl Gpt2 {
    fn table(&self, weights: &mut Weights<'_>) -> Result<LinearWeight, InferenceError> {
        weights.matrix(&full(weights, "wte.weight"), self.vocabulary, self.width)
    }
}

impl Plan for Gpt2 {
    fn layers(&self) -> usize {
        self.layers
    }

    fn width(&self) -> usize {
        self.width
    }

    fn embedding(&self, weights: &mut Weights<'_>) -> Result<Embedding, InferenceError> {
        let table = self.table(weights)?;
        let positions = weights.take(&full(weights, "wpe.weight"), &[self.positions, self.width])?;
        Ok(Embedding { table, positions: Some(positions), scale: 1.0 })
    }

    fn layer(&self, index: usize, weights: &mut Weights<'_>) -> Result<Box<dyn Layer>, InferenceError> {
        let (width, inner) = (self.width, self.inner);
        let layer = full(weights, &format!("h.{index}"));
        let name = |part: &str| format!("{layer}.{part}");
        Ok(Box::new(Block {
            heads: self.heads,
            activation: self.activation,
            attention: Attention::scaled(super::real(width / self.heads)),
            norm_1: weights.layer_norm(&name("ln_1"), width, self.eps)?,
            qkv: dense(weights, &name("attn.c_attn"), width, 3 * width)?,
            out: dense(weights, &name("attn.c_proj"), width, width)?,
            norm_2: weights.layer_norm(&name("ln_2"), width, self.eps)?,
            up: dense(weights, &name("mlp.c_fc"), width, inner)?,
            down: dense(weights, &name("mlp.c_proj"), inner, width)?,
        }))
    }

    fn head(&self, weights: &mut Weights<'_>, embedding: Option<&Embedding>) -> Result<Head, InferenceError> {
        let norm = weights.layer_norm(&full(weights, "ln_f"), self.width, self.eps)?;
        let out = match embedding {
            Some(embedding) if self.tied => Linear::new(shared(&embedding.table), None),
            _ if self.tied => Linear::new(self.table(weights)?, None),
            _ => weights.linear(HEAD, self.vocabulary, self.width, false)?,
        };
        Ok(Head { norm, out, cap: None })
    }

    fn harmless(&self, tensor: &str) -> bool {
        let kept = [".attn.bias", ".attn.masked_bias"];
        kept.iter().any(|end| tensor.ends_with(end)) || (self.tied && tensor.strip_suffix(".weight") == Some(HEAD))
    }
}

struct Block {
    heads: usize,
    activation: Activation,
    attention: Attention,
    norm_1: Norm,
    qkv: Linear,
    out: Linear,
    norm_2: Norm,
    up: Linear,
    down: Linear,
}

impl Layer for Block {
    fn forward(&self, x: &Tensor, stack: &Stack) -> EngineResult<Tensor> {
        let qkv = self.qkv.forward(&self.norm_1.forward(x)?)?;
        let width = qkv.dim(2)? / 3;
        let part = |i: usize| qkv.narrow(2, i * width, width);
        let split = |x: &Tensor| split_heads(x, self.heads);
        let mixed = stack.each([&part(0)?, &part(1)?, &part(2)?], |q, k, v| {
            self.attention.forward(&split(q)?, &split(k)?, &split(v)?)
        })?;
        let x = (x + self.out.forward(&mixed)?)?;
        let inner = self.activation.forward(&self.up.forward(&self.norm_2.forward(&x)?)?)?;
        x + self.down.forward(&inner)?
    }
}
