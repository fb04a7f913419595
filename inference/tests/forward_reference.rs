//! Every family against the logits that the `transformers` library computes from the same weights; see
//! `reference/transformers_logits.py`.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

mod common;

use std::path::{Path, PathBuf};

use common::open_folder;
use pot_inference::families::NAMES;
use pot_inference::{LanguageModel, LoadOptions, LocalModel, ModelIdentity};
use safetensors::SafeTensors;
use serde_json::{Value, json};

/// The largest difference of any logit; they are spread over several units.
const TOLERANCE: f32 = 1e-4;

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn words<T>(file: &SafeTensors<'_>, name: &str, of: fn([u8; 4]) -> T) -> Vec<T> {
    file.tensor(name).unwrap().data().chunks_exact(4).map(|b| of(b.try_into().unwrap())).collect()
}

#[test]
fn every_family_gives_the_logits_of_transformers() {
    let mut seen = Vec::new();
    for folder in folders() {
        let bytes = std::fs::read(folder.join("logits.safetensors")).unwrap();
        let reference = SafeTensors::deserialize(&bytes).unwrap();
        for spelling in ["config.json", "config.older.json"] {
            let model = LocalModel::from_files(open_folder(&folder, spelling), &LoadOptions::default()).unwrap();
            for length in [44, 17, 16, 12] {
                let tokens = words(&reference, &format!("tokens.{length}"), u32::from_le_bytes);
                let expected = words(&reference, &format!("logits.{length}"), f32::from_le_bytes);
                let ours = model.log_probabilities(&tokens).unwrap();
                let ours: Vec<f32> = (0..length).flat_map(|t| ours.logits(t).unwrap().to_vec()).collect();
                assert_eq!(ours.len(), expected.len());
                let worst = ours.iter().zip(&expected).fold(0f32, |worst, (a, b)| worst.max((a - b).abs()));
                let spread = expected.iter().fold(0f32, |most, x| most.max(x.abs()));
                assert!(worst < TOLERANCE, "{} {spelling} {length}: {worst} of {spread}", folder.display());
                assert!(spread > 1.0, "{}: {spread}", folder.display());
            }
            let ModelIdentity::Weights(identity) = model.identity() else { panic!("weights") };
            seen.push(identity.architecture.clone());
        }
    }
    // Each family has a reference.
    for name in NAMES {
        assert!(seen.iter().any(|family| family == name), "{name}");
    }
}

/// The same model under a configuration with one field changed.
fn changed(name: &str, field: &str, value: &Value) -> LocalModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    let mut files = open_folder(&folder, "config.older.json");
    let mut config: Value = serde_json::from_str(&files.config_json).unwrap();
    match field.split_once('.') {
        Some((outer, inner)) => config[outer][inner] = value.clone(),
        None => config[field] = value.clone(),
    }
    files.config_json = config.to_string();
    LocalModel::from_files(files, &LoadOptions::default()).unwrap_or_else(|e| panic!("{name} {field} {value}: {e}"))
}

/// The largest difference from the reference.
fn difference(name: &str, model: &LocalModel, length: usize) -> f32 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    let bytes = std::fs::read(folder.join("logits.safetensors")).unwrap();
    let reference = SafeTensors::deserialize(&bytes).unwrap();
    let ours = model.log_probabilities(&words(&reference, &format!("tokens.{length}"), u32::from_le_bytes)).unwrap();
    let expected = words(&reference, &format!("logits.{length}"), f32::from_le_bytes);
    let ours = (0..length).flat_map(|t| ours.logits(t).unwrap().to_vec());
    ours.zip(&expected).fold(0f32, |worst, (a, b)| worst.max((a - b).abs()))
}

#[test]
fn the_references_are_such_that_every_field_counts() {
    let cases = [
        ("gpt2", "activation_function", json!("gelu")),
        ("gpt2", "activation_function", json!("silu")),
        ("gpt2", "layer_norm_epsilon", json!(1e-5)),
        ("gpt_neox", "rotary_pct", json!(0.5)),
        ("gpt_neox", "rotary_emb_base", json!(10_000)),
        ("gpt_neox", "use_parallel_residual", json!(false)),
        ("gpt_neox", "hidden_act", json!("gelu_new")),
        ("gpt_neox", "layer_norm_eps", json!(1e-5)),
        ("gpt_neox_serial", "use_parallel_residual", json!(true)),
        ("gpt_neox_serial", "hidden_act", json!("gelu")),
        ("llama", "rope_theta", json!(400)),
        ("llama", "rms_norm_eps", json!(1e-5)),
        ("llama", "hidden_act", json!("gelu")),
        ("llama", "rope_scaling", Value::Null),
        ("llama", "rope_scaling.factor", json!(4)),
        ("llama", "rope_scaling.low_freq_factor", json!(2)),
        ("llama", "rope_scaling.high_freq_factor", json!(3)),
        ("llama", "rope_scaling.original_max_position_embeddings", json!(64)),
        ("llama_linear", "rope_scaling.factor", json!(2)),
        ("mistral", "sliding_window", json!(8)),
        ("mistral", "sliding_window", Value::Null),
        ("qwen2", "rope_theta", json!(10_000)),
        ("qwen2_window", "sliding_window", json!(6)),
        ("qwen2_window", "max_window_layers", json!(0)),
        ("qwen2_window", "max_window_layers", json!(2)),
        ("qwen2_window", "use_sliding_window", json!(false)),
        ("qwen3", "rope_theta", json!(10_000)),
        ("phi3", "sliding_window", json!(10)),
        ("phi3", "rope_scaling.long_factor", json!([1.5, 2.0, 4.5])),
        ("phi3", "original_max_position_embeddings", json!(32)),
        ("phi3", "original_max_position_embeddings", json!(64)),
        ("gemma2", "attn_logit_softcapping", Value::Null),
        ("gemma2", "attn_logit_softcapping", json!(2.2)),
        ("gemma2", "final_logit_softcapping", Value::Null),
        ("gemma2", "query_pre_attn_scalar", json!(12)),
        ("gemma2", "sliding_window", json!(7)),
        ("gemma2", "layer_types", json!(["full_attention", "sliding_attention", "full_attention"])),
        ("gemma2", "hidden_activation", json!("gelu")),
        ("gemma3_text", "hidden_activation", json!("silu")),
        ("gemma3_text", "rope_theta", json!(40_000)),
        ("gemma3_text", "rope_local_base_freq", json!(300)),
        ("gemma3_text", "rope_scaling.factor", json!(4)),
        ("gemma3_text", "sliding_window_pattern", json!(2)),
        ("gemma3_text", "sliding_window", json!(7)),
        ("gemma3_text", "query_pre_attn_scalar", json!(12)),
        ("gemma3_text", "final_logit_softcapping", json!(30)),
    ];
    for (name, field, value) in &cases {
        let found = difference(name, &changed(name, field, value), 44);
        assert!(found > 2.0 * TOLERANCE, "{name} {field} {value}: {found}");
    }
    // Factors for short sequences count for short ones only, and a window that is not used does not count.
    let short = changed("phi3", "rope_scaling.short_factor", &json!([1.0, 1.1, 1.4]));
    assert!(difference("phi3", &short, 12) > 2.0 * TOLERANCE && difference("phi3", &short, 44) < TOLERANCE);
    assert!(difference("qwen2", &changed("qwen2", "sliding_window", &json!(4)), 44) < TOLERANCE);
    // The first layer with a window is number 28, if nothing else is said.
    assert!(difference("qwen2", &changed("qwen2", "use_sliding_window", &json!(true)), 44) < TOLERANCE);
}
