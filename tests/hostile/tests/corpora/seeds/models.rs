//! Small models and their parts.

#[path = "../../../../../inference/tests/gguf_file/mod.rs"]
mod gguf_file;

use gguf_file::{File, Value, model, pieces};
use serde_json::json;

use super::{Corpora, file};

/// The families whose configurations lie beside the reference's logits.
const FAMILIES: [&str; 13] = [
    "gemma2",
    "gemma3",
    "gemma3_text",
    "gpt2",
    "gpt_neox",
    "gpt_neox_serial",
    "llama",
    "llama_linear",
    "mistral",
    "phi3",
    "qwen2",
    "qwen2_window",
    "qwen3",
];

pub(super) fn add(corpora: &Corpora<'_>) {
    for family in FAMILIES {
        corpora.add("config", family, file(&format!("inference/tests/reference/{family}/config.json")));
    }
    let mut wide: serde_json::Value =
        serde_json::from_slice(&file("inference/tests/reference/llama/config.json")).unwrap();
    wide["head_dim"] = (1 << 24).into();
    corpora.add("config", "wide-heads", wide.to_string());
    for kind in ["bytes", "pieces"] {
        corpora.add("tokenizer", kind, file(&format!("inference/tests/tokenizers/{kind}/tokenizer.json")));
    }
    corpora.add("safetensors", "llama", llama());
    corpora.add("safetensors", "packed", packed());
    let with_pieces = || {
        // All bytes have tokens, and the embedding is small.
        let mut file = few("llama");
        let (texts, scores, types) = pieces();
        embedding(&mut file, texts.len() as u64);
        vocabulary(&mut file, texts, scores, types);
        file.bytes()
    };
    for target in ["gguf", "gguf_header"] {
        for architecture in ["llama", "qwen2", "gemma2", "gptneox"] {
            corpora.add(target, architecture, few(architecture).bytes());
        }
        corpora.add(target, "pieces", with_pieces());
        corpora.add(target, "merges", merges().bytes());
    }
}

/// A safetensors file of F32 zeros and the like.
fn safetensors(metadata: &str, tensors: &[(&str, &str, &[usize], Vec<u8>)]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!({"config": metadata}));
    let mut at = 0;
    for (name, dtype, shape, bytes) in tensors {
        let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": [at, at + bytes.len()]});
        header.insert((*name).to_owned(), entry);
        at += bytes.len();
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.extend(tensors.iter().flat_map(|(.., bytes)| bytes));
    out
}

/// A whole llama under the tokenizer of bytes, half of it in half precision.
fn llama() -> Vec<u8> {
    let config = json!({
        "model_type": "llama", "tokenizer": "bytes-bos", "vocab_size": 257, "hidden_size": 2, "intermediate_size": 2,
        "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1, "max_position_embeddings": 16,
        "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
    });
    let layer = "model.layers.0";
    let (square, norm): (&[usize], &[usize]) = (&[2, 2], &[2]);
    let names = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
    let maps = [&names[..], &["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]].concat();
    let mut tensors: Vec<(String, &str, &[usize], Vec<u8>)> = vec![
        ("model.embed_tokens.weight".to_owned(), "F16", &[257, 2], vec![0; 257 * 4]),
        ("model.norm.weight".to_owned(), "F32", norm, vec![0; 8]),
    ];
    tensors.extend(maps.iter().map(|name| (format!("{layer}.{name}.weight"), "BF16", square, vec![0; 8])));
    for name in ["input_layernorm", "post_attention_layernorm"] {
        tensors.push((format!("{layer}.{name}.weight"), "F32", norm, vec![0; 8]));
    }
    let tensors: Vec<_> = tensors.iter().map(|(n, d, s, b)| (n.as_str(), *d, *s, b.clone())).collect();
    safetensors(&config.to_string(), &tensors)
}

/// Weights in both packed forms, of no model.
fn packed() -> Vec<u8> {
    let scale = || [0, 0x3c].repeat(2);
    safetensors(
        "{}",
        &[
            ("a.q4", "U8", &[2, 16], vec![0x88; 32]),
            ("a.scale", "F16", &[2, 1], scale()),
            ("b.q8", "U8", &[1, 64], vec![0x80; 64]),
            ("b.scale", "F16", &[1, 2], scale()),
        ],
    )
}

fn vocabulary(file: &mut File, texts: Vec<String>, scores: Vec<f32>, types: Vec<i32>) {
    file.set("tokenizer.ggml.tokens", Value::Texts(texts));
    file.set("tokenizer.ggml.scores", Value::Floats(scores));
    file.set("tokenizer.ggml.token_type", Value::I32s(types));
}

/// An embedding of `rows`, 8 wide, in half precision.
fn embedding(file: &mut File, rows: u64) {
    file.tensors.retain(|tensor| tensor.name != "token_embd.weight");
    file.add("token_embd.weight", 1, &[8, rows], vec![0; usize::try_from(rows).unwrap() * 16]);
}

/// A file of `architecture` with a vocabulary of twelve.
fn few(architecture: &str) -> File {
    let mut file = model(architecture, 8);
    let (texts, scores, types) = pieces();
    let last = texts.len() - 8;
    let keep = |at: &usize| *at < 4 || *at >= last;
    let kept: Vec<usize> = (0..texts.len()).filter(keep).collect();
    let texts = kept.iter().map(|&at| texts[at].clone()).collect();
    let (scores, types) = (kept.iter().map(|&at| scores[at]).collect(), kept.iter().map(|&at| types[at]).collect());
    vocabulary(&mut file, texts, scores, types);
    embedding(&mut file, 12);
    file
}

/// A file whose tokenizer merges pairs.
fn merges() -> File {
    let mut file = few("llama");
    let texts: Vec<String> = ["a", "b", "Ġ", "ab", "Ġa", "<|end|>"].map(str::to_owned).to_vec();
    let count = texts.len();
    file.remove("tokenizer.ggml.scores");
    file.set("tokenizer.ggml.model", Value::Text("gpt2".to_owned()));
    file.set("tokenizer.ggml.pre", Value::Text("llama-bpe".to_owned()));
    file.set("tokenizer.ggml.tokens", Value::Texts(texts));
    file.set("tokenizer.ggml.token_type", Value::I32s(vec![1, 1, 1, 1, 1, 3]));
    file.set("tokenizer.ggml.merges", Value::Texts(vec!["a b".to_owned(), "Ġ a".to_owned()]));
    file.set("tokenizer.ggml.bos_token_id", Value::U32(5));
    embedding(&mut file, count as u64);
    file
}
