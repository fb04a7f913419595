//! Writes small GGUF files, byte by byte, right or wrong.
#![allow(dead_code)] // each test file uses its own part of this module
#![allow(clippy::unwrap_used)] // helpers of tests may panic

use std::path::{Path, PathBuf};

/// A value of the metadata.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Floats(Vec<f32>),
    I32s(Vec<i32>),
}

/// A tensor: its type's number, its shape with the fastest axis first (as in the file), its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) name: String,
    pub(crate) kind: u32,
    pub(crate) ne: Vec<u64>,
    pub(crate) bytes: Vec<u8>,
    /// Where its entry says that it lies; after the one before it if not given.
    pub(crate) offset: Option<u64>,
}

/// A file in the making.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) version: u32,
    pub(crate) values: Vec<(String, Value)>,
    pub(crate) tensors: Vec<Tensor>,
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn list<T>(out: &mut Vec<u8>, kind: u32, items: &[T], mut item: impl FnMut(&mut Vec<u8>, &T)) {
    out.extend(9u32.to_le_bytes());
    out.extend(kind.to_le_bytes());
    out.extend((items.len() as u64).to_le_bytes());
    for i in items {
        item(out, i);
    }
}

fn value(out: &mut Vec<u8>, value: &Value) {
    let mut plain = |kind: u32, bytes: &[u8]| {
        out.extend(kind.to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::U32(n) => plain(4, &n.to_le_bytes()),
        Value::F32(x) => plain(6, &x.to_le_bytes()),
        Value::Bool(b) => plain(7, &[u8::from(*b)]),
        Value::Text(t) => {
            plain(8, &[]);
            text(out, t);
        }
        Value::Texts(list_) => list(out, 8, list_, |out, t| text(out, t)),
        Value::Floats(list_) => list(out, 6, list_, |out, x| out.extend(x.to_le_bytes())),
        Value::I32s(list_) => list(out, 5, list_, |out, n| out.extend(n.to_le_bytes())),
    }
}

impl File {
    pub(crate) fn new() -> Self {
        Self { version: 3, values: Vec::new(), tensors: Vec::new() }
    }

    /// Sets a key, replacing what it had.
    pub(crate) fn set(&mut self, key: &str, value: Value) -> &mut Self {
        self.values.retain(|(k, _)| k != key);
        self.values.push((key.to_owned(), value));
        self
    }

    pub(crate) fn remove(&mut self, key: &str) -> &mut Self {
        self.values.retain(|(k, _)| k != key);
        self
    }

    pub(crate) fn add(&mut self, name: &str, kind: u32, ne: &[u64], bytes: Vec<u8>) -> &mut Self {
        self.tensors.push(Tensor { name: name.to_owned(), kind, ne: ne.to_vec(), bytes, offset: None });
        self
    }

    /// An F32 tensor.
    pub(crate) fn floats(&mut self, name: &str, ne: &[u64], values: &[f32]) -> &mut Self {
        self.add(name, 0, ne, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.values.len() as u64).to_le_bytes());
        for (key, v) in &self.values {
            text(&mut out, key);
            value(&mut out, v);
        }
        let mut next = 0;
        for tensor in &self.tensors {
            text(&mut out, &tensor.name);
            out.extend(u32::try_from(tensor.ne.len()).unwrap().to_le_bytes());
            for n in &tensor.ne {
                out.extend(n.to_le_bytes());
            }
            out.extend(tensor.kind.to_le_bytes());
            out.extend(tensor.offset.unwrap_or(next).to_le_bytes());
            next += (tensor.bytes.len() as u64).next_multiple_of(32);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(&tensor.bytes);
        }
        // Writers pad the last tensor too.
        out.resize(out.len().next_multiple_of(32), 0);
        out
    }

    pub(crate) fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, self.bytes()).unwrap();
        path
    }
}

/// A fixed sequence of weights around 0.
pub(crate) fn weights(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(state >> 48).unwrap()) / 32_768.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Tokens of a small `SentencePiece`-style vocabulary: four control tokens, 256 bytes, some pieces.
pub(crate) fn pieces() -> (Vec<String>, Vec<f32>, Vec<i32>) {
    let mut tokens: Vec<(String, f32, i32)> = vec![
        ("<unk>".to_owned(), 0.0, 2),
        ("<s>".to_owned(), 0.0, 3),
        ("</s>".to_owned(), 0.0, 3),
        ("<mark>".to_owned(), 0.0, 4),
    ];
    tokens.extend((0..=255u8).map(|b| (format!("<0x{b:02X}>"), 0.0, 6)));
    let pieces = [
        ("▁", -9.0),
        ("a", -10.0),
        ("b", -11.0),
        ("ab", -2.0),
        ("▁a", -1.0),
        ("▁ab", -5.0),
        ("ba", -3.0),
        ("é", -12.0),
    ];
    tokens.extend(pieces.iter().map(|(text, score)| ((*text).to_owned(), *score, 1)));
    let texts = tokens.iter().map(|t| t.0.clone()).collect();
    (texts, tokens.iter().map(|t| t.1).collect(), tokens.iter().map(|t| t.2).collect())
}

/// A file of `architecture` with a tokenizer and an embedding of `width`, and no other tensors: 4 query and 2 key heads.
pub(crate) fn model(architecture: &str, width: u32) -> File {
    let mut file = File::new();
    file.set("general.architecture", Value::Text(architecture.to_owned()));
    let eps = if matches!(architecture, "gpt2" | "gptneox") { "layer_norm_epsilon" } else { "layer_norm_rms_epsilon" };
    let key = |key: &str| format!("{architecture}.{key}");
    file.set(&key(&format!("attention.{eps}")), Value::F32(1e-5));
    for (name, n) in
        [("context_length", 64), ("embedding_length", width), ("block_count", 1), ("feed_forward_length", 2 * width)]
    {
        file.set(&key(name), Value::U32(n));
    }
    file.set(&key("attention.head_count"), Value::U32(4));
    if !matches!(architecture, "gpt2" | "gptneox") {
        file.set(&key("attention.head_count_kv"), Value::U32(2));
    }
    if architecture == "gptneox" {
        file.set(&key("rope.dimension_count"), Value::U32(width / 16));
        file.set(&key("use_parallel_residual"), Value::Bool(true));
    }
    if architecture.starts_with("gemma") {
        file.set(&key("attention.sliding_window"), Value::U32(16));
        file.set(&key("attention.key_length"), Value::U32(width));
        file.set(&key("attention.value_length"), Value::U32(width));
    }
    if architecture == "gemma2" {
        file.set(&key("attn_logit_softcapping"), Value::F32(50.0));
        file.set(&key("final_logit_softcapping"), Value::F32(30.0));
    }
    let (texts, scores, types) = pieces();
    let rows = texts.len();
    file.set("tokenizer.ggml.model", Value::Text("llama".to_owned()));
    file.set("tokenizer.ggml.tokens", Value::Texts(texts));
    file.set("tokenizer.ggml.scores", Value::Floats(scores));
    file.set("tokenizer.ggml.token_type", Value::I32s(types));
    file.set("tokenizer.ggml.bos_token_id", Value::U32(1));
    let width_ = usize::try_from(width).unwrap();
    file.floats("token_embd.weight", &[u64::from(width), rows as u64], &weights(1, rows * width_));
    if architecture == "qwen2" {
        for (name, rows) in [("q", width), ("k", width / 2), ("v", width / 2)] {
            let zeros = vec![0.0; usize::try_from(rows).unwrap()];
            file.floats(&format!("blk.0.attn_{name}.bias"), &[u64::from(rows)], &zeros);
        }
    }
    file
}
