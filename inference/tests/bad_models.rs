//! Damaged, foreign and missing models: each is an error of one line that says what is wrong.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

mod common;

use common::{Weights, file, gpt2_config, json, llama_config, random_weights};
use pot_inference::families::Config;
use pot_inference::{InferenceError, LoadOptions, LocalModel, ModelIdentity, WeightsIdentity};

fn open(name: &str) -> Result<LocalModel, InferenceError> {
    pot_inference::load(name, &LoadOptions::default())
}

fn identity(model: &LocalModel) -> &WeightsIdentity {
    match pot_inference::LanguageModel::identity(model) {
        ModelIdentity::Weights(identity) => identity,
        other @ ModelIdentity::Endpoint(_) => panic!("{other:?}"),
    }
}

fn config() -> Config {
    Config::Llama(llama_config())
}

fn weights() -> Weights {
    random_weights(&config(), 1)
}

/// The error of building a model from `weights` and a configuration in JSON.
fn refuse(weights: &Weights, config: &str) -> String {
    message(LocalModel::from_bytes("m.safetensors", &file(weights, Some(config)), None))
}

fn message(result: Result<LocalModel, InferenceError>) -> String {
    let text = result.err().expect("an error").to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

/// The configuration with one field replaced.
fn edited(field: &str, value: serde_json::Value) -> String {
    let mut edited: serde_json::Value = serde_json::from_str(&json(&config())).unwrap();
    edited[field] = value;
    edited.to_string()
}

#[test]
fn the_untouched_model_loads() {
    for config in [config(), Config::Gpt2(gpt2_config())] {
        let bytes = file(&random_weights(&config, 1), Some(&json(&config)));
        LocalModel::from_bytes("m", &bytes, None).unwrap();
        assert_eq!(Config::parse("m", &json(&config)).unwrap(), config);
    }
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let whole = file(&weights(), Some(&json(&config())));
    for length in (0..400).chain((400..whole.len()).step_by(997)).chain([whole.len() - 1]) {
        let text = message(LocalModel::from_bytes("m", &whole[..length], None));
        assert!(text.contains("not a complete safetensors file"), "{length}: {text}");
    }
    let mut longer = whole;
    longer.push(0);
    assert!(message(LocalModel::from_bytes("m", &longer, None)).contains("not a complete safetensors file"));
}

#[test]
fn tensors_must_be_there_of_the_right_shape_and_no_others() {
    let given = json(&config());
    let mut w = weights();
    let norm = w.remove("model.norm.weight").unwrap();
    assert_eq!(refuse(&w, &given), "m.safetensors: tensor 'model.norm.weight' is missing");

    w.insert("model.norm.weight".to_owned(), (vec![23], norm.1[..23].to_vec()));
    assert_eq!(refuse(&w, &given), "m.safetensors: tensor 'model.norm.weight' is of shape [23], expected [24]");

    w.insert("model.norm.weight".to_owned(), norm.clone());
    w.insert("model.extra".to_owned(), norm);
    assert_eq!(refuse(&w, &given), "m.safetensors: tensor 'model.extra' does not belong to this architecture");
}

#[test]
fn tensors_that_are_known_to_mean_nothing_are_allowed_and_no_others() {
    let with = |config: &Config, extra: &str| {
        let mut w = random_weights(config, 1);
        w.insert(extra.to_owned(), (vec![1], vec![1.0]));
        LocalModel::from_bytes("m", &file(&w, Some(&json(config))), None).map(drop).map_err(|e| e.to_string())
    };
    let mut tied = llama_config();
    tied.sizes.tie_word_embeddings = Some(true);
    let (apart, tied, gpt2) = (config(), Config::Llama(tied), Config::Gpt2(gpt2_config()));
    assert_eq!(with(&apart, "model.layers.0.self_attn.rotary_emb.inv_freq"), Ok(()));
    assert_eq!(with(&tied, "lm_head.weight"), Ok(()));
    assert_eq!(with(&gpt2, "h.1.attn.bias"), Ok(()));
    assert_eq!(with(&gpt2, "h.1.attn.masked_bias"), Ok(()));
    for (config, extra) in [(&apart, "h.1.attn.bias"), (&gpt2, "h.1.attn.c_attn.extra"), (&tied, "lm_head.bias")] {
        assert_eq!(with(config, extra), Err(format!("m: tensor '{extra}' does not belong to this architecture")));
    }
}

#[test]
fn packed_weights_must_be_whole() {
    // Scales without integers are no weight, and integers without scales are none either.
    let mut w = weights();
    w.insert("model.norm.weight.scale".to_owned(), (vec![1], vec![1.0]));
    assert!(refuse(&w, &json(&config())).contains("'model.norm.weight.scale' does not belong"));
    let mut w = weights();
    let norm = w.remove("model.norm.weight").unwrap();
    w.insert("model.norm.weight.q8".to_owned(), norm);
    let text = refuse(&w, &json(&config()));
    assert!(text.contains("tensor 'model.norm.weight' is quantised"), "{text}");
}

#[test]
fn weights_must_be_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut w = weights();
        w.get_mut("model.layers.1.mlp.up_proj.weight").unwrap().1[5] = bad;
        assert!(refuse(&w, &json(&config())).contains("up_proj.weight' holds a NaN or infinite weight"));
    }
}

#[test]
fn configurations_must_be_there_known_and_possible() {
    let w = weights();
    let bare = message(LocalModel::from_bytes("m", &file(&w, None), None));
    assert!(bare.contains("no config.json beside it"), "{bare}");
    assert!(refuse(&w, "{").contains("bad model configuration"));
    assert!(refuse(&w, "{\"model_type\":\"llama\",\"tokenizer\":\"bytes-bos\"}").contains("missing field"));
    for (field, value, expected) in [
        ("model_type", "mamba".into(), "unknown architecture 'mamba'"),
        ("tokenizer", "gpt2-bpe".into(), "unsupported tokenizer 'gpt2-bpe'"),
        ("vocab_size", 256.into(), "the tokenizer 'bytes-bos' has 257"),
        ("num_hidden_layers", 0.into(), "num_hidden_layers = 0 is outside"),
        ("num_hidden_layers", 3.into(), "tensor 'model.layers.2.input_layernorm.weight' is missing"),
        ("num_attention_heads", 5.into(), "must be a multiple of num_attention_heads"),
        ("num_attention_heads", 8.into(), "3 values of each head are turned: their number must be even"),
        ("num_key_value_heads", 3.into(), "multiple of num_key_value_heads"),
        ("hidden_size", u64::MAX.into(), "is outside"),
        ("hidden_size", (-1).into(), "bad model configuration"),
        ("rms_norm_eps", 0.into(), "rms_norm_eps"),
        ("rope_theta", 0.into(), "rope_theta"),
        ("hidden_act", "mish".into(), "hidden_act 'mish' is not supported"),
        ("rope_scaling", serde_json::json!({"factor": 2}), "rope_scaling has no rope_type"),
        ("attention_bias", true.into(), "tensor 'model.layers.0.self_attn.q_proj.bias' is missing"),
        ("mlp_bias", true.into(), "tensor 'model.layers.0.mlp.gate_proj.bias' is missing"),
        ("head_dim", 8.into(), "q_proj.weight' is of shape [24, 24], expected [32, 24]"),
        ("sliding_window", 16.into(), "sliding_window is not supported"),
        ("partial_rotary_factor", serde_json::json!(0.5), "partial_rotary_factor other than 1 is not supported"),
        ("quantization_config", serde_json::json!({"bits": 4}), "quantization_config is not supported"),
        ("text_config", serde_json::json!({}), "text_config is not supported"),
        ("use_bidirectional_attention", true.into(), "use_bidirectional_attention is not supported"),
    ] {
        let text = refuse(&w, &edited(field, value));
        assert!(text.contains(expected), "{field}: {text}");
    }
}

#[test]
fn paths_and_names_must_exist() {
    assert!(message(open("no/such/model.safetensors")).starts_with("cannot read 'no/such/model.safetensors'"));
    let folder = tempfile::tempdir().unwrap();
    assert!(message(open(folder.path().to_str().unwrap())).contains("model.safetensors'"));
    assert!(message(open("builtin:nonesuch")).contains("no built-in model 'nonesuch': use one of base"));
}

#[test]
fn a_folder_a_file_and_its_metadata_give_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, file(&weights(), None)).unwrap();
    std::fs::write(folder.path().join("config.json"), json(&config())).unwrap();
    let by_folder = open(folder.path().to_str().unwrap()).unwrap();
    let by_file = open(path.to_str().unwrap()).unwrap();
    let (a, b) = (identity(&by_folder), identity(&by_file));
    assert_eq!((a.weights_sha256, a.config_sha256), (b.weights_sha256, b.config_sha256));

    // The same weights under another configuration are another model, and its identity shows it.
    std::fs::write(folder.path().join("config.json"), edited("rope_theta", 600.into())).unwrap();
    let other = open(path.to_str().unwrap()).unwrap();
    let c = identity(&other);
    assert_eq!(c.weights_sha256, a.weights_sha256);
    assert_ne!(c.config_sha256, a.config_sha256);
}
