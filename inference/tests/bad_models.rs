//! Damaged, foreign and missing models: each is an error of one line that says what is wrong.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

mod common;

use common::{Weights, file, gpt2_config, llama_config, random_weights};
use pot_inference::families::Config;
use pot_inference::{InferenceError, LocalModel, load};

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
    let mut json: serde_json::Value = serde_json::from_str(&config().to_json()).unwrap();
    json[field] = value;
    json.to_string()
}

#[test]
fn the_untouched_model_loads() {
    for config in [config(), Config::Gpt2(gpt2_config())] {
        let bytes = file(&random_weights(&config, 1), Some(&config.to_json()));
        LocalModel::from_bytes("m", &bytes, None).unwrap();
        assert_eq!(Config::parse("m", &config.to_json()).unwrap(), config);
    }
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let whole = file(&weights(), Some(&config().to_json()));
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
    let json = config().to_json();
    let mut w = weights();
    let norm = w.remove("model.norm.weight").unwrap();
    assert_eq!(refuse(&w, &json), "m.safetensors: tensor 'model.norm.weight' is missing");

    w.insert("model.norm.weight".to_owned(), (vec![23], norm.1[..23].to_vec()));
    assert_eq!(refuse(&w, &json), "m.safetensors: tensor 'model.norm.weight' is of shape [23], expected [24]");

    w.insert("model.norm.weight".to_owned(), norm.clone());
    w.insert("model.extra".to_owned(), norm);
    assert_eq!(refuse(&w, &json), "m.safetensors: tensor 'model.extra' does not belong to this architecture");
}

#[test]
fn weights_must_be_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut w = weights();
        w.get_mut("model.layers.1.mlp.up_proj.weight").unwrap().1[5] = bad;
        assert!(refuse(&w, &config().to_json()).contains("up_proj.weight' holds a NaN or infinite weight"));
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
        ("num_attention_heads", 5.into(), "multiple of twice num_attention_heads"),
        ("num_key_value_heads", 3.into(), "multiple of num_key_value_heads"),
        ("hidden_size", u64::MAX.into(), "is outside"),
        ("hidden_size", (-1).into(), "bad model configuration"),
        ("rms_norm_eps", 0.into(), "rms_norm_eps"),
        ("rope_theta", 0.into(), "rope_theta"),
        ("hidden_act", "gelu".into(), "hidden_act other than silu is not supported"),
        ("rope_scaling", serde_json::json!({"factor": 2}), "rope_scaling is not supported"),
        ("attention_bias", true.into(), "attention_bias is not supported"),
        ("head_dim", 8.into(), "head_dim other than"),
        ("sliding_window", 16.into(), "sliding_window is not supported"),
    ] {
        let text = refuse(&w, &edited(field, value));
        assert!(text.contains(expected), "{field}: {text}");
    }
}

#[test]
fn paths_and_names_must_exist() {
    assert!(message(load("no/such/model.safetensors")).starts_with("cannot read 'no/such/model.safetensors'"));
    let folder = tempfile::tempdir().unwrap();
    assert!(message(load(folder.path().to_str().unwrap())).contains("model.safetensors'"));
    assert!(message(load("builtin:nonesuch")).contains("no built-in model 'nonesuch': use one of base"));
}

#[test]
fn a_folder_a_file_and_its_metadata_give_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, file(&weights(), None)).unwrap();
    std::fs::write(folder.path().join("config.json"), config().to_json()).unwrap();
    let by_folder = load(folder.path().to_str().unwrap()).unwrap();
    let by_file = load(path.to_str().unwrap()).unwrap();
    let (a, b) = (pot_inference::LanguageModel::identity(&by_folder), pot_inference::LanguageModel::identity(&by_file));
    assert_eq!((a.weights_sha256, a.config_sha256), (b.weights_sha256, b.config_sha256));

    // The same weights under another configuration are another model, and its identity shows it.
    std::fs::write(folder.path().join("config.json"), edited("rope_theta", 600.into())).unwrap();
    let other = load(path.to_str().unwrap()).unwrap();
    let c = pot_inference::LanguageModel::identity(&other);
    assert_eq!(c.weights_sha256, a.weights_sha256);
    assert_ne!(c.config_sha256, a.config_sha256);
}
