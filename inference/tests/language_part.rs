//! The language model in a Gemma 3 that also sees pictures: which tensors and fields are taken, left aside and refused.
//! Its logits are compared with those of `transformers` in `forward_reference.rs`.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::files;
use pot_inference::families::Config;
use pot_inference::weights::Checkpoint;
use pot_inference::{InferenceError, LanguageModel, LoadOptions, LocalModel, ModelFiles, ModelIdentity};
use safetensors::{SafeTensors, tensor::TensorView};
use serde_json::{Value, json};

fn read(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/gemma3").join(name)).unwrap()
}

fn config() -> Value {
    serde_json::from_slice(&read("config.older.json")).unwrap()
}

/// The weights, each under the name that `rename` gives it, or left out.
fn renamed(rename: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let bytes = read("model.safetensors");
    let all = SafeTensors::deserialize(&bytes).unwrap();
    let tensors: BTreeMap<String, TensorView<'_>> =
        all.tensors().into_iter().filter_map(|(name, view)| Some((rename(&name)?, view))).collect();
    safetensors::serialize(tensors, None).unwrap()
}

fn load(config: &Value, weights: Vec<u8>) -> Result<LocalModel, InferenceError> {
    LocalModel::from_files(files("gemma3", &config.to_string(), weights), &LoadOptions::default())
}

fn digest(model: &LocalModel) -> [u8; 32] {
    model.log_probabilities(&[2, 5, 9, 33, 70, 71, 72, 1]).unwrap().digest()
}

#[test]
fn both_namings_are_one_model_and_pictures_are_left_aside() {
    let published = load(&config(), read("model.safetensors")).unwrap();
    let newer = renamed(|name| {
        let moved = name.strip_prefix("language_model.model.").map(|rest| format!("model.language_model.{rest}"));
        Some(moved.unwrap_or_else(|| format!("model.{name}")))
    });
    let newer = load(&config(), newer).unwrap();
    let blind = load(&config(), renamed(|name| name.starts_with("language_model.").then(|| name.to_owned()))).unwrap();
    assert_eq!(digest(&published), digest(&newer));
    assert_eq!(digest(&published), digest(&blind));
    let parameters = |model: &LocalModel| {
        let ModelIdentity::Weights(identity) = model.identity() else { panic!("weights") };
        assert_eq!(identity.architecture, "gemma3_text");
        identity.parameters
    };
    assert_eq!(parameters(&published), parameters(&blind));
}

#[test]
fn a_head_of_its_own_is_found_under_both_names() {
    let mut config = config();
    config["tie_word_embeddings"] = json!(false);
    let with = |head: &str| {
        let bytes = read("model.safetensors");
        let all = SafeTensors::deserialize(&bytes).unwrap();
        let table = "language_model.model.embed_tokens.weight";
        let mut tensors: BTreeMap<String, TensorView<'_>> = all.tensors().into_iter().collect();
        tensors.insert(head.to_owned(), all.tensor(table).unwrap());
        load(&config, safetensors::serialize(tensors, None).unwrap())
    };
    let tied = digest(&load(&self::config(), read("model.safetensors")).unwrap());
    assert_eq!(digest(&with("language_model.lm_head.weight").unwrap()), tied);
    assert_eq!(digest(&with("lm_head.weight").unwrap()), tied);
    let missing = load(&config, read("model.safetensors")).err().unwrap().to_string();
    assert!(missing.contains("tensor 'lm_head.weight' is missing"), "{missing}");
}

#[test]
fn tensors_that_are_of_neither_part_are_refused() {
    let norm = "language_model.model.norm.weight";
    for stray in [
        "model.norm.weight",
        "norm.weight",
        "audio_tower.norm.weight",
        "language_model.norm.weight",
        "language_model.model.extra.weight",
        "model.language_model.norm.weight",
        "vision_towers.norm.weight",
        "lm_head_2.weight",
    ] {
        let bytes = read("model.safetensors");
        let all = SafeTensors::deserialize(&bytes).unwrap();
        let mut tensors: BTreeMap<String, TensorView<'_>> = all.tensors().into_iter().collect();
        tensors.insert(stray.to_owned(), all.tensor(norm).unwrap());
        let error = load(&config(), safetensors::serialize(tensors, None).unwrap()).err().expect(stray).to_string();
        assert!(error.contains("does not belong to this architecture"), "{stray}: {error}");
    }
    let without = renamed(|name| (name != norm).then(|| name.to_owned()));
    assert!(load(&config(), without).err().unwrap().to_string().contains("tensor 'model.norm.weight' is missing"));
}

fn part_of(config: &Value) -> Result<ModelFiles, String> {
    let weights = Checkpoint::read("gemma3", read("model.safetensors")).unwrap();
    let files = ModelFiles {
        config_json: config.to_string(),
        ..files("gemma3", r#"{"model_type": "llama"}"#, read("model.safetensors"))
    };
    ModelFiles { tensors: weights.tensors(), ..files }.language_model().map_err(|e| e.to_string())
}

#[test]
fn what_the_published_files_leave_out_is_what_the_library_takes() {
    let bare = json!({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}, "vision_config": {}});
    let part = part_of(&bare).unwrap().config_json;
    let Config::Gemma3(parsed) = Config::parse("c", &part).unwrap() else { panic!("gemma3") };
    let sizes = &parsed.fields.sizes;
    assert_eq!((sizes.vocab_size, sizes.hidden_size, sizes.intermediate_size), (262_208, 2304, 9216));
    assert_eq!((sizes.num_hidden_layers, sizes.num_attention_heads, sizes.num_key_value_heads), (26, 8, Some(4)));
    assert_eq!((sizes.head_dim, sizes.max_position_embeddings), (Some(256), 131_072));
    assert!((sizes.rms_norm_eps - 1e-6).abs() < 1e-18);
    // The rest is what the family takes by itself: 4096 positions in a window, every sixth layer without one, and so on.
    assert_eq!((parsed.fields.sliding_window, sizes.tie_word_embeddings), (Some(4096), Some(true)));
}

#[test]
fn configurations_that_are_not_understood_are_refused() {
    for (pointer, value, says) in [
        ("/text_config", Value::Null, "text_config is missing"),
        ("/text_config", json!([1]), "text_config is missing, or no object"),
        ("/text_config/model_type", json!("llama"), "text_config.model_type is not"),
        ("/text_config/final_logit_softcapping", json!(30.0), "final_logit_softcapping is not supported"),
        ("/text_config/tie_word_embeddings", json!(false), "tie_word_embeddings is not the same"),
        ("/quantization_config", json!({"bits": 4}), "quantization_config is not supported"),
        ("/use_bidirectional_attention", json!(true), "use_bidirectional_attention is not supported"),
        ("/logit_scale", json!(0.5), "logit_scale is not supported"),
    ] {
        let mut config = config();
        config["tie_word_embeddings"] = json!(true);
        match pointer.rsplit_once('/').unwrap() {
            ("", field) => config[field] = value,
            (_, field) => config["text_config"][field] = value,
        }
        let error = part_of(&config).err().expect(pointer);
        assert!(error.contains(says), "{pointer}: {error}");
    }
    // What is inside is refused as it is in any other configuration.
    for (field, value) in [
        ("quantization_config", json!({"bits": 4})),
        ("use_bidirectional_attention", json!(true)),
        ("attn_logit_softcapping", json!(50.0)),
        ("rope_scaling", json!({"rope_type": "yarn", "factor": 8.0})),
        ("vision_config", json!({})),
    ] {
        let mut config = config();
        config["text_config"][field] = value;
        let part = part_of(&config).unwrap().config_json;
        let error = Config::parse("c", &part).expect_err(field).to_string();
        assert!(error.contains("not supported"), "{field}: {error}");
    }
    let mut null = config();
    null["text_config"]["head_dim"] = Value::Null;
    assert!(Config::parse("c", &part_of(&null).unwrap().config_json).is_err());
}
