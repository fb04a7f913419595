//! GGUF files: every type of weights, names, what the conversion changed, configurations.
#![allow(clippy::unwrap_used)] // tests may panic

mod gguf_file;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Module, Tensor};
use gguf_file::{File, Value, model, weights};
use pot_inference::files::{self, ModelFiles};
use pot_inference::{InferenceError, Kernel, LinearWeight, LoadOptions};

fn open(file: &File) -> Result<ModelFiles, InferenceError> {
    open_with(file, Kernel::Dequantised)
}

fn open_with(file: &File, kernel: Kernel) -> Result<ModelFiles, InferenceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = file.write(folder.path(), "m.gguf");
    files::open(path.to_str().unwrap(), &LoadOptions { kernel, ..LoadOptions::default() })
}

fn take(files: &mut ModelFiles, name: &str, shape: &[usize]) -> Vec<f32> {
    files.source.take(name, shape).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn config(file: &File) -> serde_json::Value {
    serde_json::from_str(&open(file).unwrap().config_json).unwrap()
}

/// `values` in blocks of a type, by the tensor library.
fn blocks(values: &[f32], columns: usize, dtype: GgmlDType) -> QTensor {
    let tensor = Tensor::from_slice(values, (values.len() / columns, columns), &Device::Cpu).unwrap();
    QTensor::quantize(&tensor, dtype).unwrap()
}

const BLOCK_TYPES: [(u32, GgmlDType, &str); 10] = [
    (2, GgmlDType::Q4_0, "q4_0"),
    (3, GgmlDType::Q4_1, "q4_1"),
    (6, GgmlDType::Q5_0, "q5_0"),
    (7, GgmlDType::Q5_1, "q5_1"),
    (8, GgmlDType::Q8_0, "q8_0"),
    (10, GgmlDType::Q2K, "q2_k"),
    (11, GgmlDType::Q3K, "q3_k"),
    (12, GgmlDType::Q4K, "q4_k"),
    (13, GgmlDType::Q5K, "q5_k"),
    (14, GgmlDType::Q6K, "q6_k"),
];

#[test]
fn every_type_of_weights_is_read() {
    for (number, dtype, name) in BLOCK_TYPES {
        let values = weights(u64::from(number), 3 * 512);
        let stored = blocks(&values, 512, dtype);
        let mut file = model("llama", 64);
        file.add("blk.0.ffn_up.weight", number, &[512, 3], stored.data().unwrap().to_vec());
        let mut files = open(&file).unwrap();
        assert_eq!(files.stored, format!("f32+{name}"));
        let expected: Vec<f32> = stored.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(take(&mut files, "model.layers.0.mlp.up_proj.weight", &[3, 512]), expected, "{name}");
        let far = expected.iter().zip(&values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < 0.6, "{name}: {far}");
        // It can be read again.
        assert_eq!(take(&mut files, "model.layers.0.mlp.up_proj.weight", &[3, 512]), expected, "{name}");
    }
}

#[test]
fn floating_point_weights_are_exact() {
    let halves: Vec<u8> = [0x3c00u16, 0xc100, 0x0001, 0x7bff].iter().flat_map(|b| b.to_le_bytes()).collect();
    let brains: Vec<u8> = [0x3f80u16, 0xc020, 0x4049, 0x0080].iter().flat_map(|b| b.to_le_bytes()).collect();
    let mut file = model("llama", 64);
    file.add("blk.0.attn_norm.weight", 1, &[4], halves).add("blk.0.ffn_norm.weight", 30, &[4], brains);
    let mut files = open(&file).unwrap();
    assert_eq!(files.stored, "bf16+f16+f32");
    let half = take(&mut files, "model.layers.0.input_layernorm.weight", &[4]);
    assert_eq!(half, [1.0, -2.5, 2f32.powi(-24), 65504.0]);
    let brain = take(&mut files, "model.layers.0.post_attention_layernorm.weight", &[4]);
    assert_eq!(brain, [1.0, -2.5, 3.140_625, 2f32.powi(-126)]);
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut file = model("llama", 64);
        file.floats("output_norm.weight", &[2], &[1.0, bad]);
        let error = open(&file).unwrap().source.take("model.norm.weight", &[2]).unwrap_err();
        assert!(error.to_string().contains("'model.norm.weight' holds a NaN or infinite weight"), "{error}");
    }
    // A block whose scale is infinite, read as blocks.
    let mut bytes = blocks(&weights(3, 64), 32, GgmlDType::Q8_0).data().unwrap().to_vec();
    bytes[34..36].copy_from_slice(&0x7c00u16.to_le_bytes());
    let mut file = model("llama", 64);
    file.add("output.weight", 8, &[32, 2], bytes);
    let mut files = open_with(&file, Kernel::Quantised).unwrap();
    assert!(matches!(
        files.source.linear("lm_head.weight", 2, 32).unwrap_err(),
        InferenceError::NotFiniteWeight { tensor, .. } if tensor == "lm_head.weight"
    ));
}

/// The rows of a head as the conversion of llama models writes them: the halves of the head alternate.
fn interleave(weight: &[f32], columns: usize, heads: usize) -> Vec<f32> {
    let head = weight.len() / columns / heads;
    let mut out = Vec::new();
    for h in 0..heads {
        for j in 0..head / 2 {
            for half in 0..2 {
                let row = h * head + half * head / 2 + j;
                out.extend(&weight[row * columns..(row + 1) * columns]);
            }
        }
    }
    out
}

#[test]
fn rows_of_llama_heads_are_put_back() {
    let (q, k, bias) = (weights(5, 64 * 64), weights(6, 32 * 64), weights(7, 64));
    let mut file = model("llama", 64);
    file.floats("blk.0.attn_q.weight", &[64, 64], &interleave(&q, 64, 4));
    file.floats("blk.0.attn_k.weight", &[64, 32], &interleave(&k, 64, 2));
    file.floats("blk.0.attn_q.bias", &[64], &interleave(&bias, 1, 4));
    for (name, rows) in [("attn_k.bias", 32), ("attn_v.bias", 32), ("attn_output.bias", 64)] {
        file.floats(&format!("blk.0.{name}"), &[rows], &vec![0.5; usize::try_from(rows).unwrap()]);
    }
    assert_eq!(config(&file)["attention_bias"], true);
    let mut files = open(&file).unwrap();
    assert_eq!(take(&mut files, "model.layers.0.self_attn.q_proj.weight", &[64, 64]), q);
    assert_eq!(take(&mut files, "model.layers.0.self_attn.k_proj.weight", &[32, 64]), k);
    assert_eq!(take(&mut files, "model.layers.0.self_attn.q_proj.bias", &[64]), bias);
    // Qwen2 rotates halves in both formats.
    let mut file = model("qwen2", 64);
    file.floats("blk.0.attn_q.weight", &[64, 64], &q);
    assert_eq!(take(&mut open(&file).unwrap(), "model.layers.0.self_attn.q_proj.weight", &[64, 64]), q);
}

#[test]
fn blocks_are_multiplied_as_they_are_stored_with_rows_put_back() {
    let q = weights(8, 64 * 64);
    let stored = blocks(&interleave(&q, 64, 4), 64, GgmlDType::Q8_0);
    let mut file = model("llama", 64);
    file.add("blk.0.attn_q.weight", 8, &[64, 64], stored.data().unwrap().to_vec());
    let x = Tensor::from_vec(weights(9, 64), (1, 64), &Device::Cpu).unwrap();
    let expected = x.matmul(&Tensor::from_vec(q, (64, 64), &Device::Cpu).unwrap().t().unwrap()).unwrap();
    let name = "model.layers.0.self_attn.q_proj.weight";
    let LinearWeight::Quantised(product) =
        open_with(&file, Kernel::Quantised).unwrap().source.linear(name, 64, 64).unwrap()
    else {
        panic!("no blocks")
    };
    let difference = (product.forward(&x).unwrap() - &expected).unwrap().abs().unwrap().max_all().unwrap();
    assert!(difference.to_scalar::<f32>().unwrap() < 0.1);
    let LinearWeight::Dense(weight) = open(&file).unwrap().source.linear(name, 64, 64).unwrap() else {
        panic!("blocks that were not asked for")
    };
    let difference = (x.matmul(&weight.t().unwrap()).unwrap() - &expected).unwrap().abs().unwrap().max_all().unwrap();
    assert!(difference.to_scalar::<f32>().unwrap() < 0.1);
}

#[test]
fn what_the_conversions_changed_is_undone() {
    // GPT-2: weights of (inputs, outputs).
    let fc = weights(10, 64 * 128);
    let turned: Vec<f32> = (0..128).flat_map(|o| (0..64).map(move |i| (i, o))).map(|(i, o)| fc[i * 128 + o]).collect();
    let mut file = model("gpt2", 64);
    file.floats("blk.0.ffn_up.weight", &[64, 128], &turned);
    let mut files = open(&file).unwrap();
    assert_eq!(take(&mut files, "h.0.mlp.c_fc.weight", &[64, 128]), fc);
    let LinearWeight::Dense(linear) = files.source.linear("h.0.mlp.c_fc.weight", 128, 64).unwrap() else { panic!() };
    assert_eq!(linear.flatten_all().unwrap().to_vec1::<f32>().unwrap(), turned);

    // GPT-NeoX: each head's queries, keys and values together.
    let qkv = weights(11, 3 * 64 * 64);
    let row = |head: usize, part: usize, i: usize| &qkv[((head * 3 + part) * 16 + i) * 64..][..64];
    let mut apart = Vec::new();
    for part in 0..3 {
        for head in 0..4 {
            (0..16).for_each(|i| apart.extend(row(head, part, i)));
        }
    }
    let mut file = model("gptneox", 64);
    file.floats("blk.0.attn_qkv.weight", &[64, 192], &apart);
    let mut files = open(&file).unwrap();
    assert_eq!(take(&mut files, "gpt_neox.layers.0.attention.query_key_value.weight", &[192, 64]), qkv);

    // Gemma: 1 is added to the weights of norms, and to nothing else.
    for architecture in ["gemma2", "gemma3"] {
        let mut file = model(architecture, 64);
        for name in ["attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm", "attn_output"] {
            file.floats(&format!("blk.0.{name}.weight"), &[2], &[1.5, 0.75]);
        }
        let mut files = open(&file).unwrap();
        for name in ["input", "pre_feedforward", "post_attention", "post_feedforward"] {
            let name = format!("model.layers.0.{name}_layernorm.weight");
            assert_eq!(take(&mut files, &name, &[2]), [0.5, -0.25], "{name}");
        }
        assert_eq!(take(&mut files, "model.layers.0.self_attn.o_proj.weight", &[2]), [1.5, 0.75]);
    }
}

#[test]
fn the_shape_that_is_asked_for_must_be_the_stored_one() {
    let mut file = model("llama", 64);
    file.floats("output.weight", &[2, 3], &weights(1, 6));
    let mut files = open(&file).unwrap();
    assert!(files.source.has("lm_head.weight") && !files.source.has("model.norm.weight"));
    assert!(files.tensors.contains(&("lm_head.weight".to_owned(), vec![3, 2])));
    for error in [
        files.source.take("lm_head.weight", &[2, 3]).unwrap_err(),
        files.source.linear("lm_head.weight", 2, 3).unwrap_err(),
    ] {
        assert!(error.to_string().contains("tensor 'lm_head.weight' is of shape [3, 2], expected [2, 3]"), "{error}");
    }
    let error = files.source.take("model.norm.weight", &[2]).unwrap_err();
    assert!(error.to_string().contains("tensor 'model.norm.weight' is missing"), "{error}");
}

#[test]
fn configurations_are_those_of_hugging_face() {
    for (architecture, expected) in [
        (
            "llama",
            serde_json::json!({
                "model_type": "llama", "vocab_size": 268, "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
                "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128, "rms_norm_eps": 1e-5,
                "rope_theta": 10000.0, "max_position_embeddings": 64, "tie_word_embeddings": true, "hidden_act": "silu",
                "attention_bias": false, "mlp_bias": false,
            }),
        ),
        (
            "gpt2",
            serde_json::json!({
                "model_type": "gpt2", "vocab_size": 268, "n_embd": 64, "n_layer": 1, "n_head": 4, "n_inner": 128,
                "n_positions": 64, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new", "tie_word_embeddings": true,
            }),
        ),
        (
            "gptneox",
            serde_json::json!({
                "model_type": "gpt_neox", "vocab_size": 268, "hidden_size": 64, "num_hidden_layers": 1,
                "num_attention_heads": 4, "intermediate_size": 128, "max_position_embeddings": 64, "layer_norm_eps": 1e-5,
                "rotary_pct": 0.25, "rotary_emb_base": 10000.0, "use_parallel_residual": true, "hidden_act": "gelu",
                "tie_word_embeddings": true,
            }),
        ),
        (
            "gemma3",
            serde_json::json!({
                "model_type": "gemma3_text", "vocab_size": 268, "hidden_size": 64, "num_hidden_layers": 1,
                "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "intermediate_size": 128,
                "rms_norm_eps": 1e-5, "rope_theta": 1e6, "rope_local_base_freq": 10000.0, "max_position_embeddings": 64,
                "tie_word_embeddings": true, "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 16,
                "sliding_window_pattern": 6, "query_pre_attn_scalar": 64, "attn_logit_softcapping": null,
                "final_logit_softcapping": null, "attention_bias": false,
            }),
        ),
    ] {
        assert_eq!(config(&model(architecture, 64)), expected);
    }
    let gemma2 = config(&model("gemma2", 64));
    assert_eq!((&gemma2["attn_logit_softcapping"], &gemma2["final_logit_softcapping"]), (&50.0.into(), &30.0.into()));
    assert_eq!(config(&model("qwen2", 64))["model_type"], "qwen2");
    assert_eq!(config(&model("qwen3", 64))["model_type"], "qwen3");
    assert_eq!(config(&model("phi3", 64))["model_type"], "phi3");
    let mut windowed = model("llama", 64);
    windowed.set("llama.attention.sliding_window", Value::U32(32));
    assert_eq!(
        (&config(&windowed)["model_type"], &config(&windowed)["sliding_window"]),
        (&"mistral".into(), &32.into())
    );
}

#[test]
fn rotary_scaling_is_translated() {
    let mut linear = model("gemma3", 64);
    linear.set("gemma3.rope.scaling.type", Value::Text("linear".to_owned()));
    linear.set("gemma3.rope.scaling.factor", Value::F32(8.0));
    assert_eq!(config(&linear)["rope_scaling"], serde_json::json!({"rope_type": "linear", "factor": 8.0}));

    let mut long = model("phi3", 64);
    long.set("phi3.context_length", Value::U32(131_072));
    long.set("phi3.rope.scaling.original_context_length", Value::U32(4096));
    long.set("phi3.rope.scaling.attn_factor", Value::F32(1.190_238));
    long.floats("rope_factors_long.weight", &[8], &[1.1; 8]).floats("rope_factors_short.weight", &[8], &[1.0; 8]);
    let json = config(&long);
    assert_eq!(json["original_max_position_embeddings"], 4096);
    assert_eq!(json["rope_scaling"]["rope_type"], "longrope");
    assert_eq!(json["rope_scaling"]["long_factor"], serde_json::json!([1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1]));
    assert!(open(&long).unwrap().tensors.iter().all(|(name, _)| !name.contains("rope")));

    // Llama 3.2's own factors for heads of 64 dimensions would be needed to see the rule; other factors are refused.
    let mut other = model("llama", 64);
    other.floats("rope_freqs.weight", &[8], &[1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let error = open(&other).err().unwrap().to_string();
    assert!(error.contains("rope_freqs.weight is not what Llama 3's scaling"), "{error}");
    let mut none = model("llama", 64);
    none.floats("rope_freqs.weight", &[8], &[1.0; 8]);
    assert_eq!(config(&none)["rope_scaling"], serde_json::Value::Null);
}
