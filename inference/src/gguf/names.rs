//! Hugging Face's names for the tensors of GGUF files, and what the conversion did to their values.

use super::Architecture;

/// What the conversion to GGUF did to a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    None,
    /// The rows of each head were reordered: first and second half alternate, for rotations of neighbours.
    Interleaved { heads: usize },
    /// The rows were (head, query/key/value, row of the head) and are (query/key/value, head, row of the head).
    Unfused { heads: usize },
    /// 1 was added.
    PlusOne,
    /// Rows and columns were exchanged.
    Transposed,
}

/// Numbers of heads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heads {
    pub(super) query: usize,
    pub(super) key: usize,
}

/// The name of a tensor in Hugging Face's checkpoints, and what was done to it; nothing if the architecture has no
/// such tensor.
pub(super) fn name(architecture: Architecture, name: &str, heads: Heads) -> Option<(String, Change)> {
    match architecture {
        Architecture::Gpt2 => gpt2(name),
        Architecture::GptNeox => gpt_neox(name, heads),
        _ => llama_like(architecture, name, heads),
    }
}

/// Number of the layer, the part of the name after it up to the last dot, and the rest (`weight` or `bias`).
fn in_layer(name: &str) -> Option<(usize, &str, &str)> {
    let (number, rest) = name.strip_prefix("blk.")?.split_once('.')?;
    let layer = number.parse().ok().filter(|n: &usize| n.to_string() == number)?;
    let (part, kind) = rest.rsplit_once('.')?;
    matches!(kind, "weight" | "bias").then_some((layer, part, kind))
}

fn llama_like(architecture: Architecture, name: &str, heads: Heads) -> Option<(String, Change)> {
    use Architecture::{Gemma2, Gemma3, Llama, Phi3, Qwen3};
    let gemma = matches!(architecture, Gemma2 | Gemma3);
    let norm = if gemma { Change::PlusOne } else { Change::None };
    match name {
        "token_embd.weight" => return Some(("model.embed_tokens.weight".to_owned(), Change::None)),
        "output_norm.weight" => return Some(("model.norm.weight".to_owned(), norm)),
        "output.weight" => return Some(("lm_head.weight".to_owned(), Change::None)),
        _ => {}
    }
    let (layer, part, kind) = in_layer(name)?;
    let interleaved = |heads: usize| if architecture == Llama { Change::Interleaved { heads } } else { Change::None };
    let (to, change) = match part {
        "attn_norm" => ("input_layernorm", norm),
        "ffn_norm" if gemma => ("pre_feedforward_layernorm", norm),
        "ffn_norm" => ("post_attention_layernorm", norm),
        "post_attention_norm" if gemma => ("post_attention_layernorm", norm),
        "post_ffw_norm" if gemma => ("post_feedforward_layernorm", norm),
        "attn_q_norm" if matches!(architecture, Qwen3 | Gemma3) => ("self_attn.q_norm", norm),
        "attn_k_norm" if matches!(architecture, Qwen3 | Gemma3) => ("self_attn.k_norm", norm),
        "attn_qkv" if architecture == Phi3 => ("self_attn.qkv_proj", Change::None),
        "attn_q" if architecture != Phi3 => ("self_attn.q_proj", interleaved(heads.query)),
        "attn_k" if architecture != Phi3 => ("self_attn.k_proj", interleaved(heads.key)),
        "attn_v" if architecture != Phi3 => ("self_attn.v_proj", Change::None),
        "attn_output" => ("self_attn.o_proj", Change::None),
        "ffn_up" if architecture == Phi3 => ("mlp.gate_up_proj", Change::None),
        "ffn_gate" if architecture != Phi3 => ("mlp.gate_proj", Change::None),
        "ffn_up" => ("mlp.up_proj", Change::None),
        "ffn_down" => ("mlp.down_proj", Change::None),
        _ => return None,
    };
    Some((format!("model.layers.{layer}.{to}.{kind}"), change))
}

fn gpt2(name: &str) -> Option<(String, Change)> {
    match name {
        "token_embd.weight" => return Some(("wte.weight".to_owned(), Change::None)),
        "position_embd.weight" => return Some(("wpe.weight".to_owned(), Change::None)),
        "output_norm.weight" => return Some(("ln_f.weight".to_owned(), Change::None)),
        "output_norm.bias" => return Some(("ln_f.bias".to_owned(), Change::None)),
        "output.weight" => return Some(("lm_head.weight".to_owned(), Change::None)),
        _ => {}
    }
    let (layer, part, kind) = in_layer(name)?;
    let turned = if kind == "weight" { Change::Transposed } else { Change::None };
    let (to, change) = match part {
        "attn_norm" => ("ln_1", Change::None),
        "attn_qkv" => ("attn.c_attn", turned),
        "attn_output" => ("attn.c_proj", turned),
        "ffn_norm" => ("ln_2", Change::None),
        "ffn_up" => ("mlp.c_fc", turned),
        "ffn_down" => ("mlp.c_proj", turned),
        _ => return None,
    };
    Some((format!("h.{layer}.{to}.{kind}"), change))
}

fn gpt_neox(name: &str, heads: Heads) -> Option<(String, Change)> {
    match name {
        "token_embd.weight" => return Some(("gpt_neox.embed_in.weight".to_owned(), Change::None)),
        "output_norm.weight" => return Some(("gpt_neox.final_layer_norm.weight".to_owned(), Change::None)),
        "output_norm.bias" => return Some(("gpt_neox.final_layer_norm.bias".to_owned(), Change::None)),
        "output.weight" => return Some(("embed_out.weight".to_owned(), Change::None)),
        _ => {}
    }
    let (layer, part, kind) = in_layer(name)?;
    let (to, change) = match part {
        "attn_norm" => ("input_layernorm", Change::None),
        "attn_qkv" => ("attention.query_key_value", Change::Unfused { heads: heads.query }),
        "attn_output" => ("attention.dense", Change::None),
        "ffn_norm" => ("post_attention_layernorm", Change::None),
        "ffn_up" => ("mlp.dense_h_to_4h", Change::None),
        "ffn_down" => ("mlp.dense_4h_to_h", Change::None),
        _ => return None,
    };
    Some((format!("gpt_neox.layers.{layer}.{to}.{kind}"), change))
}

impl Change {
    /// For every row in Hugging Face's order the row in the file, if rows were reordered.
    ///
    /// # Errors
    /// A sentence when the rows are not a multiple of what the heads need.
    pub(super) fn rows(self, rows: usize) -> Result<Option<Vec<usize>>, String> {
        let (heads, parts) = match self {
            Self::Interleaved { heads } => (heads, 2),
            Self::Unfused { heads } => (heads, 3),
            Self::None | Self::PlusOne | Self::Transposed => return Ok(None),
        };
        if heads == 0 || !rows.is_multiple_of(heads * parts) {
            return Err(format!("{rows} rows are not {parts} times a multiple of {heads} heads"));
        }
        let each = rows / heads / parts;
        // Hugging Face's row (head, part, i), for which the file has (head, i, part) or (part, head, i).
        let place = |row: usize| {
            let (head, part, i) = (row / (parts * each), row / each % parts, row % each);
            match self {
                Self::Interleaved { .. } => (head * each + i) * parts + part,
                _ => (part * heads + head) * each + i,
            }
        };
        Ok(Some((0..rows).map(place).collect()))
    }
}
