//! Our tokenizers against those of a llama.cpp server, on real vocabularies: see `peers/mod.rs` for what this needs
//! and how to get it.
#![allow(clippy::unwrap_used)] // tests may panic

mod gguf_file;
mod peers;

use std::path::Path;
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content, Value as Read};
use gguf_file::{File, Value};
use peers::{Numbers, Server, TEXTS, path};
use pot_inference::{LoadOptions, Tokenizer, files};

fn tokenizer(path: &Path) -> Arc<dyn Tokenizer> {
    files::open(path.to_str().unwrap(), &LoadOptions::default()).unwrap().tokenizer
}

/// What the tokens stand for, without those that stand for nothing.
fn bytes(tokenizer: &dyn Tokenizer, tokens: &[u32]) -> Vec<u8> {
    tokens.iter().filter_map(|t| tokenizer.token_bytes(*t)).flatten().collect()
}

/// Compares on all texts and on `random` strings; how many of them cannot be written in tokens.
fn compare(ours: &dyn Tokenizer, server: &Server, random: usize, seed: u64) -> usize {
    let mut numbers = Numbers(seed);
    let strings: Vec<String> = (0..random).map(|_| numbers.string()).collect();
    let mut lost = 0;
    let mut wrong = Vec::new();
    for text in TEXTS.iter().copied().chain(strings.iter().map(String::as_str)) {
        let theirs = server.tokenize(text);
        match ours.tokenize(text) {
            Ok(tokens) if tokens == theirs => {}
            Ok(tokens) => wrong.push(format!("{text:?}\n  ours   {tokens:?}\n  theirs {theirs:?}")),
            // The server drops what it has no tokens for, we refuse it.
            Err(e) => {
                lost += 1;
                if bytes(ours, &theirs) == text.as_bytes() {
                    wrong.push(format!("{text:?}\n  ours   {e}\n  theirs {theirs:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ, first:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
    lost
}

#[test]
fn real_models_give_the_tokens_of_llama_cpp() {
    let test = "real_models_give_the_tokens_of_llama_cpp";
    let (Some(models), Some(program)) = (path("POT_TEST_MODELS", test), path("POT_TEST_LLAMA_SERVER", test)) else {
        return;
    };
    for (name, most_lost) in [("gemma3-270m-q4_k_m.gguf", 0), ("smollm2.gguf", 900)] {
        let file = models.join(name);
        let ours = tokenizer(&file);
        let lost = compare(ours.as_ref(), &Server::start(&program, &file), 2500, 7);
        eprintln!("{name}: {lost} texts have a byte without a token");
        assert!(lost <= most_lost, "{name}: {lost} texts without tokens");
        for text in TEXTS.iter().filter(|t| t.is_ascii() && !t.contains(['\0', '<'])) {
            let tokens = ours.tokenize(text).unwrap();
            assert_eq!(bytes(ours.as_ref(), &tokens), text.as_bytes(), "{name}");
        }
    }
}

/// The vocabulary of `model` under another way of cutting words, in a model that is next to nothing.
fn with_pre(model: &Path, pre: &str) -> File {
    let mut reader = std::fs::File::open(model).unwrap();
    let content = Content::read(&mut reader).unwrap();
    let mut file = File::new();
    for (key, value) in &content.metadata {
        let value = match value {
            Read::Bool(b) => Value::Bool(*b),
            Read::U32(n) => Value::U32(*n),
            Read::String(text) => Value::Text(text.clone()),
            Read::Array(list) => match list.first() {
                Some(Read::String(_)) => Value::Texts(list.iter().map(|v| v.to_string().unwrap().clone()).collect()),
                Some(Read::I32(_)) => Value::I32s(list.iter().map(|v| v.to_i32().unwrap()).collect()),
                _ => continue,
            },
            _ => continue,
        };
        if key.starts_with("tokenizer.ggml.") {
            file.set(key, value);
        }
    }
    file.set("tokenizer.ggml.pre", Value::Text(pre.to_owned()));
    file.set("general.architecture", Value::Text("llama".to_owned()));
    for (key, n) in [
        ("block_count", 1),
        ("context_length", 512),
        ("embedding_length", 32),
        ("feed_forward_length", 32),
        ("attention.head_count", 1),
        ("rope.dimension_count", 32),
    ] {
        file.set(&format!("llama.{key}"), Value::U32(n));
    }
    file.set("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5));
    let tokens = 49_152;
    file.add("token_embd.weight", 8, &[32, tokens], vec![0; 34 * usize::try_from(tokens).unwrap()]);
    for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
        file.floats(&format!("blk.0.{name}.weight"), &[32, 32], &[0.0; 1024]);
    }
    for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"] {
        file.floats(&format!("{name}.weight"), &[32], &[1.0; 32]);
    }
    file
}

#[test]
fn every_way_of_cutting_words_is_that_of_llama_cpp() {
    let test = "every_way_of_cutting_words_is_that_of_llama_cpp";
    let (Some(models), Some(program)) = (path("POT_TEST_MODELS", test), path("POT_TEST_LLAMA_SERVER", test)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let only = std::env::var("POT_TEST_PRE").ok();
    for pre in [
        "gpt-2",
        "smollm",
        "llama-bpe",
        "dbrx",
        "qwen2",
        "falcon",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "tekken",
        "gpt-4o",
    ] {
        if only.as_deref().is_some_and(|o| o != pre) {
            continue;
        }
        let file = with_pre(&models.join("smollm2.gguf"), pre).write(folder.path(), "tiny.gguf");
        compare(tokenizer(&file).as_ref(), &Server::start(&program, &file), 1000, 11);
    }
}
