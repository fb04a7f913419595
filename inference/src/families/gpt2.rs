//! GPT-2 style: `LayerNorm`, learned positions, GELU in its tanh form, biases, head tied to the embedding.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::attention::{attend, split_heads};
use super::fused::gelu;
use super::linear::{embed, linear, product};
use super::norm::layer_norm;
use crate::InferenceError;
use crate::weights::Source;

/// The sizes of a GPT-2-style model, under the names that its usual `config.json` has.
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
    /// Must be absent or `gelu_new`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_function: Option<String>,
    /// Must be absent or true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_attn_weights: Option<bool>,
    /// Must be absent or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_attn_by_inverse_layer_idx: Option<bool>,
    /// Must be absent or true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_word_embeddings: Option<bool>,
}

impl Gpt2Config {
    fn inner(&self) -> usize {
        self.n_inner.unwrap_or(4 * self.n_embd)
    }

    /// What is impossible or not implemented, if anything.
    pub(super) fn check(&self) -> Result<(), String> {
        let sizes = [
            ("n_positions", self.n_positions),
            ("n_embd", self.n_embd),
            ("n_layer", self.n_layer),
            ("n_head", self.n_head),
            ("n_inner", self.n_inner.unwrap_or(1)),
        ];
        super::in_range(&sizes)?;
        if !self.n_embd.is_multiple_of(self.n_head) {
            return Err("n_embd must be a multiple of n_head".to_owned());
        }
        if !(self.layer_norm_epsilon > 0.0 && self.layer_norm_epsilon < 1.0) {
            return Err("layer_norm_epsilon must lie in 0..1".to_owned());
        }
        let unsupported = [
            (
                "activation_function other than gelu_new",
                self.activation_function.as_deref().is_some_and(|a| a != "gelu_new"),
            ),
            ("scale_attn_weights = false", self.scale_attn_weights == Some(false)),
            ("scale_attn_by_inverse_layer_idx", self.scale_attn_by_inverse_layer_idx == Some(true)),
            ("tie_word_embeddings = false", self.tie_word_embeddings == Some(false)),
        ];
        match unsupported.iter().find(|(_, there)| *there) {
            Some((what, _)) => Err(format!("{what} is not supported")),
            None => Ok(()),
        }
    }
}

/// A weight matrix of shape (in, out) and its bias.
struct Dense {
    weight: Tensor,
    bias: Tensor,
}

impl Dense {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        product(x, &self.weight)?.broadcast_add(&self.bias)
    }
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
}

struct Layer {
    norm_1: Norm,
    attention: Dense,
    attention_out: Dense,
    norm_2: Norm,
    inner: Dense,
    outer: Dense,
}

/// A GPT-2-style model.
pub struct Gpt2 {
    config: Gpt2Config,
    tokens: Tensor,
    positions: Tensor,
    layers: Vec<Layer>,
    norm: Norm,
}

fn pair(
    source: &mut dyn Source,
    name: &str,
    weight: &[usize],
    bias: usize,
) -> Result<(Tensor, Tensor), InferenceError> {
    Ok((source.take(&format!("{name}.weight"), weight)?, source.take(&format!("{name}.bias"), &[bias])?))
}

fn dense(source: &mut dyn Source, name: &str, inputs: usize, outputs: usize) -> Result<Dense, InferenceError> {
    pair(source, name, &[inputs, outputs], outputs).map(|(weight, bias)| Dense { weight, bias })
}

fn norm(source: &mut dyn Source, name: &str, width: usize) -> Result<Norm, InferenceError> {
    pair(source, name, &[width], width).map(|(weight, bias)| Norm { weight, bias })
}

impl Gpt2 {
    /// Takes the weights under their usual names.
    ///
    /// # Errors
    /// [`InferenceError`] when a weight is missing or does not fit.
    pub fn build(config: &Gpt2Config, source: &mut dyn Source) -> Result<Self, InferenceError> {
        let (width, inner) = (config.n_embd, config.inner());
        let tokens = source.take("wte.weight", &[config.vocab_size, width])?;
        let positions = source.take("wpe.weight", &[config.n_positions, width])?;
        let mut layers = Vec::new();
        for i in 0..config.n_layer {
            let name = |part: &str| format!("h.{i}.{part}");
            layers.push(Layer {
                norm_1: norm(source, &name("ln_1"), width)?,
                attention: dense(source, &name("attn.c_attn"), width, 3 * width)?,
                attention_out: dense(source, &name("attn.c_proj"), width, width)?,
                norm_2: norm(source, &name("ln_2"), width)?,
                inner: dense(source, &name("mlp.c_fc"), width, inner)?,
                outer: dense(source, &name("mlp.c_proj"), inner, width)?,
            });
        }
        let norm = norm(source, "ln_f", width)?;
        Ok(Self { config: config.clone(), tokens, positions, layers, norm })
    }

    /// See [`super::Network::forward`].
    ///
    /// # Errors
    /// The engine's error when a token or the length is out of range.
    pub fn forward(&self, tokens: &Tensor) -> candle_core::Result<Tensor> {
        let c = &self.config;
        let (_, positions) = tokens.dims2()?;
        let normed = |x: &Tensor, n: &Norm| layer_norm(x, &n.weight, &n.bias, c.layer_norm_epsilon);
        let mut x = embed(tokens, &self.tokens)?.broadcast_add(&self.positions.narrow(0, 0, positions)?)?;
        for layer in &self.layers {
            let qkv = layer.attention.forward(&normed(&x, &layer.norm_1)?)?;
            let part = |i: usize| split_heads(&qkv.narrow(2, i * c.n_embd, c.n_embd)?, c.n_head);
            let mixed = attend(&part(0)?, &part(1)?, &part(2)?)?;
            x = (x + layer.attention_out.forward(&mixed)?)?;

            let inner = gelu(&layer.inner.forward(&normed(&x, &layer.norm_2)?)?)?;
            x = (x + layer.outer.forward(&inner)?)?;
        }
        linear(&normed(&x, &self.norm)?, &self.tokens)
    }
}
