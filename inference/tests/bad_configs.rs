//! Configurations of every family that say something impossible or not implemented: each is refused by the name of what
//! is wrong, in one line.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

use std::path::Path;

use pot_inference::families::{Config, NAMES};
use serde_json::{Value, json};

/// The configuration of a reference model with one field replaced.
fn parse(name: &str, field: &str, value: &Value) -> Result<Config, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    let text = std::fs::read_to_string(folder.join("config.older.json")).unwrap();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    match field.split_once('.') {
        Some((outer, inner)) => config[outer][inner] = value.clone(),
        None => config[field] = value.clone(),
    }
    Config::parse("here", &config.to_string()).map_err(|e| e.to_string())
}

fn refuse(name: &str, field: &str, value: &Value, expected: &str) {
    let text = parse(name, field, value).expect_err(&format!("{name} {field} {value}"));
    assert!(!text.contains('\n') && text.starts_with("here: "), "{text}");
    assert!(text.contains(expected), "{name} {field} {value}: {text}");
}

#[test]
fn what_changes_the_computation_and_is_not_implemented_is_refused_by_name() {
    let (yes, no) = (json!(true), json!(false));
    for (name, field, value, expected) in [
        ("gpt2", "activation_function", json!("mish"), "activation_function 'mish' is not supported"),
        ("gpt2", "scale_attn_weights", no.clone(), "scale_attn_weights = false is not supported"),
        ("gpt2", "scale_attn_by_inverse_layer_idx", yes.clone(), "scale_attn_by_inverse_layer_idx is not supported"),
        ("gpt2", "add_cross_attention", yes.clone(), "add_cross_attention is not supported"),
        ("gpt2", "n_head", json!(5), "n_embd must be a multiple of n_head"),
        ("gpt_neox", "hidden_act", json!("quick_gelu"), "hidden_act 'quick_gelu' is not supported"),
        ("gpt_neox", "rotary_pct", json!(0.01), "0 values of each head are turned"),
        ("gpt_neox", "rotary_pct", json!(1.5), "partial_rotary_factor must be above 0 and at most 1"),
        ("gpt_neox", "rope_theta", json!(20), "rotary_emb_base is given twice, as 500 and as 20"),
        ("gpt_neox", "rope_scaling", json!({"type": "dynamic", "factor": 2}), "of type 'dynamic' is not supported"),
        ("llama", "rope_scaling.rope_type", json!("yarn"), "rope_scaling of type 'yarn' is not supported"),
        ("llama", "rope_scaling.type", json!("linear"), "rope_type and type contradict each other"),
        // A name out of the file does not break the message's line.
        ("llama", "a\nb", json!(1), "a\\nb is not supported for llama"),
        ("llama", "rope_scaling.mscale", json!(1), "rope_scaling.mscale is not supported"),
        ("llama", "rope_scaling.factor", json!(0), "rope_scaling.factor must be a number above 0"),
        ("llama", "rope_scaling.factor", Value::Null, "rope_scaling.factor is missing"),
        ("llama", "rope_scaling.low_freq_factor", json!(4), "low_freq_factor must be below high_freq_factor"),
        ("llama", "rope_scaling.rope_theta", json!(5), "rope_theta is given twice, as 5 and as 300"),
        ("llama", "rope_parameters", json!({"rope_type": "default"}), "contradict each other"),
        ("llama", "rope_scaling", json!(4), "must be objects"),
        ("llama", "rope_theta", json!(0.5), "rope_theta must be at least 1"),
        ("llama", "head_dim", json!(7), "7 values of each head are turned: their number must be even"),
        ("llama", "head_dim", json!(0), "head_dim = 0 is outside"),
        ("llama", "head_dim", json!(1 << 24), "16777216 values of each head are turned, more than 16384"),
        ("gemma3_text", "head_dim", json!(1 << 15), "32768 values of each head are turned, more than 16384"),
        ("gemma2", "hidden_act", json!("silu"), "hidden_act and hidden_activation contradict each other"),
        ("llama", "is_encoder_decoder", yes.clone(), "is_encoder_decoder is not supported"),
        ("mistral", "sliding_window", json!(0), "sliding_window must be at least 1"),
        ("mistral", "layer_types", json!(vec!["full_attention"; 2]), "layer_types is not supported for mistral"),
        ("mistral", "attention_bias", yes.clone(), "attention_bias is not supported for mistral"),
        ("mistral", "num_key_value_heads", Value::Null, "num_key_value_heads is missing"),
        ("mistral", "num_key_value_heads", json!(3), "must be a multiple of num_key_value_heads"),
        ("qwen2", "layer_types", json!(vec!["sliding_attention"; 2]), "use_sliding_window says there is none"),
        (
            "qwen2",
            "layer_types",
            json!(vec!["full_attention"; 3]),
            "layer_types lists 3 layers, num_hidden_layers is 2",
        ),
        ("qwen2", "layer_types", json!(vec!["linear_attention"; 2]), "layer type 'linear_attention' is not supported"),
        ("qwen3", "head_dim", Value::Null, "head_dim is missing"),
        ("phi3", "rope_scaling.short_factor", json!([1, 1]), "rope_scaling.short_factor must be 3 numbers above 0"),
        ("phi3", "rope_scaling.long_factor", json!([1, 1, -1]), "rope_scaling.long_factor must be 3 numbers above 0"),
        ("phi3", "rope_scaling.long_factor", Value::Null, "rope_scaling.long_factor is missing"),
        ("phi3", "rope_scaling.long_mscale", json!(2), "rope_scaling.long_mscale is not supported"),
        ("gemma2", "attn_logit_softcapping", json!(-1), "attn_logit_softcapping must lie in 0..1000000"),
        ("gemma2", "final_logit_softcapping", json!(0), "final_logit_softcapping must lie in 0..1000000"),
        ("gemma2", "query_pre_attn_scalar", json!(0), "query_pre_attn_scalar must lie in 0..1000000"),
        ("gemma2", "sliding_window", Value::Null, "sliding_window is null, but there are layers with a window"),
        ("gemma2", "use_bidirectional_attention", yes, "use_bidirectional_attention is not supported"),
        ("gemma2", "head_dim", Value::Null, "head_dim and num_key_value_heads must be given"),
        ("gemma3_text", "attn_logit_softcapping", json!(5), "attn_logit_softcapping is not supported"),
        ("gemma3_text", "sliding_window_pattern", json!(0), "sliding_window_pattern must be at least 1"),
        ("gemma3_text", "_sliding_window_pattern", json!(4), "sliding_window_pattern is given twice"),
        ("gemma3_text", "rope_scaling.full_attention", json!({}), "rope_scaling.factor is not supported"),
        ("gemma3_text", "vision_config", json!({}), "vision_config is not supported"),
        ("gemma3_text", "model_type", json!("gemma3"), "unknown architecture 'gemma3'"),
    ] {
        refuse(name, field, &value, expected);
    }
}

#[test]
fn sizes_must_be_possible() {
    for name in NAMES {
        let fields: &[&str] = match name {
            "gpt2" => &["vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "layer_norm_epsilon"],
            "gpt_neox" => &["vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "layer_norm_eps"],
            _ => &["vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"],
        };
        for field in fields {
            for value in [json!(0), json!(-1), json!(u64::MAX), json!("8"), json!([])] {
                assert!(parse(name, field, &value).is_err(), "{name} {field} {value}");
            }
        }
    }
}

#[test]
fn what_does_not_change_the_computation_is_ignored() {
    for name in NAMES {
        for (field, value) in [
            ("use_cache", json!(true)),
            ("torch_dtype", json!("bfloat16")),
            ("initializer_range", json!(0.02)),
            ("attention_dropout", json!(0.1)),
            ("is_encoder_decoder", json!(false)),
            ("quantization_config", Value::Null),
        ] {
            assert!(parse(name, field, &value).is_ok(), "{name} {field}");
        }
    }
}

#[test]
fn a_configuration_survives_the_way_through_json() {
    for name in NAMES {
        let config = parse(name, "use_cache", &json!(true)).unwrap();
        assert_eq!(Config::parse("here", &config.to_json(None)).unwrap(), config, "{name}");
        assert_eq!(config.architecture(), name);
    }
    // A null that means something is kept.
    let open = parse("mistral", "sliding_window", &Value::Null).unwrap();
    assert_eq!(Config::parse("here", &open.to_json(None)).unwrap(), open);
    assert_ne!(open, parse("mistral", "sliding_window", &json!(4096)).unwrap());
}

#[test]
fn a_field_that_no_family_reads_is_refused_unless_it_says_nothing() {
    for name in NAMES {
        let model_type = format!("for {name}");
        for (field, value) in [
            ("residual_multiplier", json!(0.22)),
            ("attention_multiplier", json!(1)),
            ("logit_scale", json!(0.0625)),
            ("num_local_experts", json!(8)),
            ("invented", json!("anything")),
            ("pruned_heads", json!({"0": [1]})),
        ] {
            refuse(name, field, &value, &format!("{field} is not supported {model_type}"));
        }
        for (field, value) in [("invented", Value::Null), ("invented", json!(false)), ("pruned_heads", json!({}))] {
            parse(name, field, &value).unwrap();
        }
        // What training, generation and the keeping of files need.
        for (field, value) in [
            ("architectures", json!(["SomethingForCausalLM"])),
            ("torch_dtype", json!("bfloat16")),
            ("bos_token_id", json!(1)),
            ("pretraining_tp", json!(1)),
            ("unsloth_version", json!("2025.1")),
        ] {
            parse(name, field, &value).unwrap();
        }
    }
}
