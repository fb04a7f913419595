//! Hugging Face's `config.json` from the keys of a GGUF file.
//!
//! Every key of the architecture is either translated, known to decide nothing, or refused by its name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Architecture;
use super::llama3;
use super::names::Heads;
use super::value::Values;

/// Keys of an architecture that decide nothing about how logits are computed from the tensors in the file.
const HARMLESS: &[&str] = &["vocab_size", "tensor_data_layout", "rope.scaling.finetuned"];

/// The keys of one architecture, remembering which were read.
struct Keys<'a> {
    architecture: Architecture,
    values: &'a Values,
    read: RefCell<BTreeSet<String>>,
}

impl<'a> Keys<'a> {
    fn new(architecture: Architecture, values: &'a Values) -> Self {
        Self { architecture, values, read: RefCell::default() }
    }

    fn key(&self, key: &str) -> String {
        let full = format!("{}.{key}", self.architecture.name());
        self.read.borrow_mut().insert(full.clone());
        full
    }

    fn whole(&self, key: &str) -> Result<Option<u64>, String> {
        self.values.whole(&self.key(key))
    }

    fn fraction(&self, key: &str) -> Result<Option<f64>, String> {
        self.values.fraction(&self.key(key))
    }

    fn needed(&self, key: &str) -> Result<u64, String> {
        self.whole(key)?.ok_or_else(|| format!("{} is missing", self.key(key)))
    }

    fn needed_fraction(&self, key: &str) -> Result<f64, String> {
        self.fraction(key)?.ok_or_else(|| format!("{} is missing", self.key(key)))
    }

    /// Refuses keys that nobody has read.
    fn finish(&self) -> Result<(), String> {
        let prefix = format!("{}.", self.architecture.name());
        let read = self.read.borrow();
        let unread = |key: &&str| {
            key.strip_prefix(&prefix).is_some_and(|rest| !HARMLESS.contains(&rest) && !read.contains(*key))
        };
        match self.values.keys().find(unread) {
            None => Ok(()),
            Some(key) => Err(format!("{key} is not known, and might change what the model computes")),
        }
    }
}

/// Numbers of query and of key heads.
///
/// # Errors
/// A sentence when they are missing.
pub(super) fn heads(architecture: Architecture, values: &Values) -> Result<Heads, String> {
    let keys = Keys::new(architecture, values);
    let query = keys.needed("attention.head_count")?;
    let key = keys.whole("attention.head_count_kv")?.unwrap_or(query);
    let size = |n: u64| usize::try_from(n).ok().filter(|n| (1..=1 << 16).contains(n));
    match (size(query), size(key)) {
        (Some(query), Some(key)) => Ok(Heads { query, key }),
        _ => Err(format!("{query} and {key} heads are impossible")),
    }
}

/// Rows of the embedding.
///
/// # Errors
/// A sentence when there is none.
pub(super) fn embedding_rows(shapes: &BTreeMap<String, Vec<usize>>) -> Result<usize, String> {
    let names = ["model.embed_tokens.weight", "wte.weight", "gpt_neox.embed_in.weight"];
    let shape = names.iter().find_map(|name| shapes.get(*name));
    shape.and_then(|s| s.first()).copied().ok_or_else(|| "tensor 'token_embd.weight' is missing".to_owned())
}

/// The configuration in JSON. `shapes` are those of the tensors under Hugging Face's names, `numbers` the values of
/// the tensors that belong to the configuration.
///
/// # Errors
/// A sentence when a key is missing, impossible or not known.
pub(super) fn json(
    architecture: Architecture,
    values: &Values,
    shapes: &BTreeMap<String, Vec<usize>>,
    numbers: &BTreeMap<String, Vec<f32>>,
) -> Result<String, String> {
    let keys = Keys::new(architecture, values);
    let mut config = Map::new();
    config.insert("vocab_size".to_owned(), json!(embedding_rows(shapes)?));
    if keys.whole("expert_count")?.is_some_and(|n| n > 0) {
        return Err("models of several experts are not supported".to_owned());
    }
    keys.whole("expert_used_count")?;
    if values.truth(&keys.key("attention.causal"))? == Some(false) {
        return Err("it is no causal language model".to_owned());
    }
    let model = Model { keys: &keys, shapes, numbers };
    match architecture {
        Architecture::Gpt2 => model.gpt2(&mut config)?,
        Architecture::GptNeox => model.gpt_neox(&mut config)?,
        _ => model.llama_like(&mut config)?,
    }
    keys.finish()?;
    Ok(Value::Object(config).to_string())
}

struct Model<'a> {
    keys: &'a Keys<'a>,
    shapes: &'a BTreeMap<String, Vec<usize>>,
    numbers: &'a BTreeMap<String, Vec<f32>>,
}

type Config = Map<String, Value>;

fn set(config: &mut Config, fields: &[(&str, Value)]) {
    config.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
}

impl Model<'_> {
    fn has(&self, name: &str) -> bool {
        self.shapes.contains_key(name)
    }

    /// Refuses tensors of rotary frequencies where none are expected.
    fn no_numbers(&self) -> Result<(), String> {
        match self.numbers.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("tensor '{name}' does not belong to this architecture")),
        }
    }

    fn gpt2(&self, config: &mut Config) -> Result<(), String> {
        let keys = self.keys;
        self.no_numbers()?;
        keys.whole("attention.head_count_kv")?;
        set(
            config,
            &[
                ("model_type", json!("gpt2")),
                ("n_positions", json!(keys.needed("context_length")?)),
                ("n_embd", json!(keys.needed("embedding_length")?)),
                ("n_layer", json!(keys.needed("block_count")?)),
                ("n_head", json!(keys.needed("attention.head_count")?)),
                ("n_inner", json!(keys.needed("feed_forward_length")?)),
                ("layer_norm_epsilon", json!(keys.needed_fraction("attention.layer_norm_epsilon")?)),
                ("activation_function", json!("gelu_new")),
                ("tie_word_embeddings", json!(!self.has("lm_head.weight"))),
            ],
        );
        Ok(())
    }

    fn gpt_neox(&self, config: &mut Config) -> Result<(), String> {
        let keys = self.keys;
        self.no_numbers()?;
        keys.whole("attention.head_count_kv")?;
        let (width, heads) = (keys.needed("embedding_length")?, keys.needed("attention.head_count")?);
        let parallel = keys.values.truth(&keys.key("use_parallel_residual"))?;
        let rotary = keys.needed("rope.dimension_count")?;
        // Conversions of this family write the base only if the model has one of its own.
        let base = keys.fraction("rope.freq_base")?.unwrap_or(10_000.0);
        set(
            config,
            &[
                ("model_type", json!("gpt_neox")),
                ("max_position_embeddings", json!(keys.needed("context_length")?)),
                ("hidden_size", json!(width)),
                ("num_hidden_layers", json!(keys.needed("block_count")?)),
                ("num_attention_heads", json!(heads)),
                ("intermediate_size", json!(keys.needed("feed_forward_length")?)),
                ("layer_norm_eps", json!(keys.needed_fraction("attention.layer_norm_epsilon")?)),
                ("rotary_pct", json!(part(rotary, width, heads)?)),
                ("rotary_emb_base", json!(base)),
                ("use_parallel_residual", json!(parallel.ok_or("gptneox.use_parallel_residual is missing")?)),
                // The file does not say it; Pythia and most others of this family use the exact form.
                ("hidden_act", json!("gelu")),
                ("tie_word_embeddings", json!(!self.has("embed_out.weight"))),
            ],
        );
        Ok(())
    }

    fn llama_like(&self, config: &mut Config) -> Result<(), String> {
        use Architecture::{Gemma2, Gemma3, Phi3};
        let keys = self.keys;
        let architecture = keys.architecture;
        let (width, heads) = (keys.needed("embedding_length")?, keys.needed("attention.head_count")?);
        let key_heads = keys.whole("attention.head_count_kv")?.unwrap_or(heads);
        let (key, value) = (keys.whole("attention.key_length")?, keys.whole("attention.value_length")?);
        let even = width.checked_div(heads).ok_or("the model has no heads")?;
        let head = key.unwrap_or(even);
        if value.unwrap_or(even) != head {
            return Err(format!("keys of length {head} with values of another length are not supported"));
        }
        let window = keys.whole("attention.sliding_window")?.filter(|&n| n > 0);
        let rotary = keys.whole("rope.dimension_count")?.unwrap_or(head);
        if architecture != Phi3 && rotary != head {
            return Err(format!("rotations of {rotary} of the {head} dimensions of a head are not supported"));
        }
        let gemma = matches!(architecture, Gemma2 | Gemma3);
        let default_base = if gemma { Some(if architecture == Gemma2 { 1e4 } else { 1e6 }) } else { None };
        let base = keys.fraction("rope.freq_base")?.or(default_base).unwrap_or(10_000.0);
        set(
            config,
            &[
                ("model_type", json!(self.model_type(window))),
                ("max_position_embeddings", json!(keys.needed("context_length")?)),
                ("hidden_size", json!(width)),
                ("num_hidden_layers", json!(keys.needed("block_count")?)),
                ("num_attention_heads", json!(heads)),
                ("num_key_value_heads", json!(key_heads)),
                ("head_dim", json!(head)),
                ("intermediate_size", json!(keys.needed("feed_forward_length")?)),
                ("rms_norm_eps", json!(keys.needed_fraction("attention.layer_norm_rms_epsilon")?)),
                ("rope_theta", json!(base)),
                ("tie_word_embeddings", json!(!self.has("lm_head.weight"))),
            ],
        );
        if architecture == Phi3 && rotary != head {
            config.insert("partial_rotary_factor".to_owned(), json!(part(rotary, width, heads)?));
        }
        if let (Some(_), Architecture::Qwen2 | Architecture::Qwen3) = (window, architecture) {
            return Err("it has a sliding_window, but does not say in which layers".to_owned());
        }
        if let Some(window) = window {
            config.insert("sliding_window".to_owned(), json!(window));
        }
        if let Some(scaling) = self.scaling(config, base)? {
            config.insert("rope_scaling".to_owned(), scaling);
        }
        if gemma {
            self.gemma(config, width / heads.max(1), head)
        } else {
            config.insert("hidden_act".to_owned(), json!("silu"));
            self.biases(config)
        }
    }

    fn model_type(&self, window: Option<u64>) -> &'static str {
        match self.keys.architecture {
            Architecture::Qwen2 => "qwen2",
            Architecture::Qwen3 => "qwen3",
            Architecture::Phi3 => "phi3",
            Architecture::Gemma2 => "gemma2",
            Architecture::Gemma3 => "gemma3_text",
            // Mistral's files call themselves llama; only a window tells them apart in what they compute.
            _ if window.is_some() => "mistral",
            _ => "llama",
        }
    }

    /// What the Gemma models have beyond the others. What their files leave out is what llama.cpp and the published
    /// configurations agree on.
    fn gemma(&self, config: &mut Config, even: u64, head: u64) -> Result<(), String> {
        let keys = self.keys;
        let second = keys.architecture == Architecture::Gemma2;
        // The largest model of each generation scales by the width of an even share instead of the head's.
        let layers = keys.needed("block_count")?;
        let largest = layers == if second { 46 } else { 62 };
        let pattern = keys.whole("attention.sliding_window_pattern")?.unwrap_or(if second { 2 } else { 6 });
        if second && pattern != 2 {
            return Err(format!("gemma2.attention.sliding_window_pattern = {pattern} is not supported: 2 is"));
        }
        let cap = |key: &str| keys.fraction(key).map(|x| x.filter(|&x| x > 0.0));
        let (attention, last) = (cap("attn_logit_softcapping")?, cap("final_logit_softcapping")?);
        let local = keys.fraction("rope.freq_base_swa")?;
        if second && (attention.is_none() || last.is_none()) {
            return Err("a gemma2 model needs attn_logit_softcapping and final_logit_softcapping".to_owned());
        }
        if second && local.is_some_and(|b| Some(b) != config.get("rope_theta").and_then(Value::as_f64)) {
            return Err("gemma2.rope.freq_base_swa other than gemma2.rope.freq_base is not supported".to_owned());
        }
        if !config.contains_key("sliding_window") {
            return Err(format!("{}.attention.sliding_window is missing", keys.architecture.name()));
        }
        set(
            config,
            &[
                ("hidden_activation", json!("gelu_pytorch_tanh")),
                ("query_pre_attn_scalar", json!(if largest { even } else { head })),
                ("attn_logit_softcapping", json!(attention)),
                ("final_logit_softcapping", json!(last)),
                ("attention_bias", json!(false)),
            ],
        );
        if !second {
            config.insert("sliding_window_pattern".to_owned(), json!(pattern));
            config.insert("rope_local_base_freq".to_owned(), json!(local.unwrap_or(10_000.0)));
        }
        Ok(())
    }

    /// Which biases there are, by the tensors of the first layer.
    fn biases(&self, config: &mut Config) -> Result<(), String> {
        let there = |part: &str| self.has(&format!("model.layers.0.{part}.bias"));
        let (q, k, v) = (there("self_attn.q_proj"), there("self_attn.k_proj"), there("self_attn.v_proj"));
        let (out, inner) = (there("self_attn.o_proj"), there("mlp.up_proj"));
        let qkv = q && k && v;
        if (q || k || v) != qkv {
            return Err("only some of the query, key and value maps have a bias: not supported".to_owned());
        }
        match self.keys.architecture {
            Architecture::Qwen2 if qkv && !out && !inner => {}
            Architecture::Llama if qkv == out => {
                set(config, &[("attention_bias", qkv.into()), ("mlp_bias", inner.into())]);
            }
            Architecture::Qwen3 if qkv == out && !inner => set(config, &[("attention_bias", qkv.into())]),
            Architecture::Phi3 if !qkv && !out && !inner && !there("self_attn.qkv_proj") => {}
            _ => return Err("its maps have other biases than models of this architecture have".to_owned()),
        }
        Ok(())
    }

    /// The scaling of rotary frequencies, as `config.json` has it.
    fn scaling(&self, config: &mut Config, base: f64) -> Result<Option<Value>, String> {
        let keys = self.keys;
        let kind = keys.values.text(&keys.key("rope.scaling.type"))?;
        let linear = keys.fraction("rope.scale_linear")?;
        let factor = keys.fraction("rope.scaling.factor")?.or(linear).filter(|&f| f > 0.0);
        let original = keys.whole("rope.scaling.original_context_length")?;
        let attention = keys.fraction("rope.scaling.attn_factor")?;
        let long = self.numbers.get("rope_factors_long.weight");
        let short = self.numbers.get("rope_factors_short.weight");
        let llama = self.numbers.get("rope_freqs.weight").map(|f| llama3::rule(f, base)).transpose()?.flatten();
        if let (Some(long), Some(short), Architecture::Phi3) = (long, short, keys.architecture) {
            let original = original.ok_or("phi3.rope.scaling.original_context_length is missing")?;
            config.insert("original_max_position_embeddings".to_owned(), json!(original));
            return Ok(Some(self.long(config, long, short, original, attention)?));
        }
        if long.is_some() || short.is_some() || attention.is_some_and(|a| (a - 1.0).abs() > 1e-6) {
            return Err("this scaling of rotary frequencies is not supported".to_owned());
        }
        match (kind, factor, llama) {
            (None | Some("none"), None, scaling) => Ok(scaling),
            (None | Some("none" | "linear"), Some(factor), None) if (factor - 1.0).abs() < 1e-9 => Ok(None),
            (None | Some("linear"), Some(factor), None) => Ok(Some(json!({"rope_type": "linear", "factor": factor}))),
            (Some("yarn"), Some(factor), None) => {
                let original = original.ok_or("rope.scaling.original_context_length is missing")?;
                let yarn = json!({
                    "rope_type": "yarn", "factor": factor, "original_max_position_embeddings": original,
                });
                Ok(Some(yarn))
            }
            (kind, _, _) => Err(format!("rope.scaling.type = '{}' is not supported as it is", kind.unwrap_or("none"))),
        }
    }

    /// Phi-3's scaling by two lists of factors. The factor of attention follows from the lengths by its rule, so one
    /// that says otherwise is refused.
    fn long(
        &self,
        config: &Config,
        long: &[f32],
        short: &[f32],
        original: u64,
        given: Option<f64>,
    ) -> Result<Value, String> {
        let length = config.get("max_position_embeddings").and_then(Value::as_u64).unwrap_or(0);
        let real = |n: u64| u32::try_from(n).map(f64::from).map_err(|_| format!("a length of {n} is impossible"));
        let ratio = real(length)? / real(original)?;
        let rule = if ratio <= 1.0 { 1.0 } else { (1.0 + ratio.ln() / real(original)?.ln()).sqrt() };
        if given.is_some_and(|g| (g - rule).abs() > 1e-4) {
            return Err(format!("{}.rope.scaling.attn_factor is not {rule:.6}", self.keys.architecture.name()));
        }
        let shortest = |list: &[f32]| list.iter().map(|f| f.to_string().parse::<f64>()).collect::<Result<Vec<_>, _>>();
        let list = |list: &[f32]| shortest(list).map_err(|e| e.to_string());
        Ok(json!({"rope_type": "longrope", "long_factor": list(long)?, "short_factor": list(short)?}))
    }
}

/// Which part of a head is rotated.
fn part(rotary: u64, width: u64, heads: u64) -> Result<f64, String> {
    let head = width.checked_div(heads).filter(|&h| h > 0 && rotary <= h).ok_or("heads without width")?;
    let real = |n: u64| u32::try_from(n).map(f64::from).map_err(|e| e.to_string());
    Ok(real(rotary)? / real(head)?)
}
