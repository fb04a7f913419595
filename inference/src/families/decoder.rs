//! The decoder of the llama line: `RMSNorm`, rotary positions, grouped queries, gated feed-forward layers. The families
//! differ in the settings of one [`Decoder`] each.

use candle_core::{Result as EngineResult, Tensor};

use super::activation::Activation;
use super::attention::{Attention, split_heads};
use super::ends::{Embedding, Head};
use super::linear::{Linear, Maps};
use super::norm::Norm;
use super::plan::{Layer, Plan, Weights, shared};
use super::rope::Rope;
use super::stack::Stack;
use crate::InferenceError;

/// Which layers see only a window of positions.
#[derive(Clone, Debug, PartialEq)]
pub enum Windowed {
    /// None.
    Never,
    /// All.
    Always,
    /// This one, counted from 0, and all after it.
    From(usize),
    /// All but every so many-th, counted from 1.
    AllButEvery(usize),
    /// As listed.
    Listed(Vec<bool>),
}

impl Windowed {
    /// What a configuration's `layer_types` say of `layers` layers.
    ///
    /// # Errors
    /// A sentence that names a type that is not implemented or a wrong number of them.
    pub fn parse(layer_types: &[String], layers: usize) -> Result<Self, String> {
        if layer_types.len() != layers {
            return Err(format!("layer_types lists {} layers, num_hidden_layers is {layers}", layer_types.len()));
        }
        let kind = |name: &String| match name.as_str() {
            "full_attention" => Ok(false),
            "sliding_attention" => Ok(true),
            other => Err(format!("layer type '{other}' is not supported")),
        };
        layer_types.iter().map(kind).collect::<Result<_, _>>().map(Self::Listed)
    }

    /// Whether any layer of a model may have a window.
    pub fn any(&self) -> bool {
        match self {
            Self::Never => false,
            Self::Always | Self::From(_) | Self::AllButEvery(_) => true,
            Self::Listed(list) => list.contains(&true),
        }
    }

    fn at(&self, layer: usize) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::From(first) => layer >= *first,
            Self::AllButEvery(n) => !(layer + 1).is_multiple_of(*n),
            Self::Listed(list) => list.get(layer).copied().unwrap_or(false),
        }
    }
}

/// The settings of one model.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
pub struct Decoder {
    /// Number of tokens.
    pub vocabulary: usize,
    /// Width of the residual stream.
    pub width: usize,
    /// Width inside the feed-forward layers.
    pub inner: usize,
    /// Number of layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub key_value_heads: usize,
    /// Width of a head.
    pub head: usize,
    /// Added to the mean square in `RMSNorm`.
    pub eps: f64,
    /// Whether the head is the embedding table.
    pub tied: bool,
    /// Whether queries, keys and values have biases.
    pub qkv_bias: bool,
    /// Whether the output of attention has a bias.
    pub out_bias: bool,
    /// Whether the feed-forward maps have biases.
    pub inner_bias: bool,
    /// Whether queries, keys and values are one matrix, and so gate and up.
    pub fused: bool,
    /// Whether each head's query and key are normalised.
    pub head_norms: bool,
    /// Whether what attention and feed-forward layers add is normalised too.
    pub outer_norms: bool,
    /// Whether the weights of norms are stored less 1.
    pub norms_from_zero: bool,
    /// Function of the gate.
    pub activation: Activation,
    /// What embeddings are multiplied by.
    pub embedding_scale: f64,
    /// Attention in layers without a window.
    pub attention: Attention,
    /// Cap of the logits.
    pub logit_cap: Option<f64>,
    /// Which layers have a window.
    pub windowed: Windowed,
    /// How many positions one sees in layers with a window.
    pub window: Option<usize>,
    /// Rotation in layers without a window.
    pub rope: Rope,
    /// Rotation in layers with a window.
    pub window_rope: Rope,
}

const TABLE: &str = "model.embed_tokens.weight";
const HEAD: &str = "lm_head";

impl Decoder {
    fn norm(&self, weights: &mut Weights<'_>, name: &str, width: usize) -> Result<Norm, InferenceError> {
        let weight = weights.take(&format!("{name}.weight"), &[width])?;
        let weight = if self.norms_from_zero { (weight + 1.0)? } else { weight };
        Ok(Norm::new(weight, None, self.eps))
    }

    /// The maps `apart` of layer `index`, given by names and outputs, or the one matrix that holds them all.
    fn maps<const N: usize>(
        &self,
        weights: &mut Weights<'_>,
        index: usize,
        together: &str,
        apart: [(&str, usize); N],
        bias: bool,
    ) -> Result<Maps<N>, InferenceError> {
        let name = |part: &str| format!("model.layers.{index}.{part}");
        let outputs = apart.map(|(_, n)| n);
        if self.fused {
            let map = weights.linear(&name(together), outputs.iter().sum(), self.width, bias)?;
            return Ok(Maps::Together(map, outputs));
        }
        let mut maps = Vec::new();
        for (part, n) in apart {
            maps.push(weights.linear(&name(part), n, self.width, bias)?);
        }
        Ok(Maps::Apart(maps))
    }
}

impl Plan for Decoder {
    fn layers(&self) -> usize {
        self.layers
    }

    fn width(&self) -> usize {
        self.width
    }

    fn embedding(&self, weights: &mut Weights<'_>) -> Result<Embedding, InferenceError> {
        let table = weights.matrix(TABLE, self.vocabulary, self.width)?;
        Ok(Embedding { table, positions: None, scale: self.embedding_scale })
    }

    fn layer(&self, index: usize, weights: &mut Weights<'_>) -> Result<Box<dyn Layer>, InferenceError> {
        let (width, inner) = (self.width, self.inner);
        let (queries, narrow) = (self.heads * self.head, self.key_value_heads * self.head);
        let name = |part: &str| format!("model.layers.{index}.{part}");
        let windowed = self.windowed.at(index);
        let attention_norm = self.norm(weights, &name("input_layernorm"), width)?;
        let apart = [("self_attn.q_proj", queries), ("self_attn.k_proj", narrow), ("self_attn.v_proj", narrow)];
        let qkv = self.maps(weights, index, "self_attn.qkv_proj", apart, self.qkv_bias)?;
        let out = weights.linear(&name("self_attn.o_proj"), width, queries, self.out_bias)?;
        let after = self.norm(weights, &name("post_attention_layernorm"), width)?;
        // With outer norms, the norm after attention is about what attention adds; without, about what comes next.
        let (inner_norm, outer_norms) = if self.outer_norms {
            let before = self.norm(weights, &name("pre_feedforward_layernorm"), width)?;
            (before, Some((after, self.norm(weights, &name("post_feedforward_layernorm"), width)?)))
        } else {
            (after, None)
        };
        let apart = [("mlp.gate_proj", inner), ("mlp.up_proj", inner)];
        let gate_up = self.maps(weights, index, "mlp.gate_up_proj", apart, self.inner_bias)?;
        let down = weights.linear(&name("mlp.down_proj"), width, inner, self.inner_bias)?;
        let head_norms = if self.head_norms {
            let query = self.norm(weights, &name("self_attn.q_norm"), self.head)?;
            Some((query, self.norm(weights, &name("self_attn.k_norm"), self.head)?))
        } else {
            None
        };
        Ok(Box::new(Block {
            heads: self.heads,
            key_value_heads: self.key_value_heads,
            attention: Attention { window: if windowed { self.window } else { None }, ..self.attention },
            rope: if windowed { self.window_rope.clone() } else { self.rope.clone() },
            activation: self.activation,
            attention_norm,
            qkv,
            head_norms,
            out,
            inner_norm,
            gate_up,
            down,
            outer_norms,
        }))
    }

    fn head(&self, weights: &mut Weights<'_>, embedding: Option<&Embedding>) -> Result<Head, InferenceError> {
        let norm = self.norm(weights, "model.norm", self.width)?;
        let out = match embedding {
            Some(embedding) if self.tied => Linear::new(shared(&embedding.table), None),
            _ if self.tied => Linear::new(weights.matrix(TABLE, self.vocabulary, self.width)?, None),
            _ => weights.linear(HEAD, self.vocabulary, self.width, false)?,
        };
        Ok(Head { norm, out, cap: self.logit_cap })
    }

    fn harmless(&self, tensor: &str) -> bool {
        tensor.ends_with("rotary_emb.inv_freq") || (self.tied && tensor.strip_suffix(".weight") == Some(HEAD))
    }
}

struct Block {
    heads: usize,
    key_value_heads: usize,
    attention: Attention,
    rope: Rope,
    activation: Activation,
    attention_norm: Norm,
    qkv: Maps<3>,
    head_norms: Option<(Norm, Norm)>,
    out: Linear,
    inner_norm: Norm,
    gate_up: Maps<2>,
    down: Linear,
    outer_norms: Option<(Norm, Norm)>,
}

impl Block {
    /// Attention of one sequence.
    fn mix(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> EngineResult<Tensor> {
        let rotation = self.rope.rotation(q.dim(1)?, q.device())?;
        let (mut q, mut k) = (split_heads(q, self.heads)?, split_heads(k, self.key_value_heads)?);
        if let Some((query, key)) = &self.head_norms {
            (q, k) = (query.forward(&q)?, key.forward(&k)?);
        }
        let v = split_heads(v, self.key_value_heads)?;
        self.attention.forward(&rotation.apply(&q)?, &rotation.apply(&k)?, &v)
    }
}

impl Layer for Block {
    fn forward(&self, x: &Tensor, stack: &Stack) -> EngineResult<Tensor> {
        let [q, k, v] = self.qkv.forward(&self.attention_norm.forward(x)?)?;
        let mut added = self.out.forward(&stack.each([&q, &k, &v], |q, k, v| self.mix(q, k, v))?)?;
        if let Some((norm, _)) = &self.outer_norms {
            added = norm.forward(&added)?;
        }
        let x = (x + added)?;

        let [gate, up] = self.gate_up.forward(&self.inner_norm.forward(&x)?)?;
        let mut added = self.down.forward(&(self.activation.forward(&gate)? * up)?)?;
        if let Some((_, norm)) = &self.outer_norms {
            added = norm.forward(&added)?;
        }
        x + added
    }
}
