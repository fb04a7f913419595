//! Writes a folder with a llama of seven billion random weights in BF16 (13.5 GB), one file for each layer, to see what
//! a model of that size takes:
//!
//!     cargo run --release -p pot-inference --example random_llama -- FOLDER
//!     pot-prove logprobs --model FOLDER --text FILE --max-memory 4GiB
//!
//! The shape is Llama 2 7B's. The weights are uniform with a standard deviation of 0.02, the same at every call. The
//! tokenizer splits bytes and knows pairs of them, so that there are 32,000 tokens.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a program for measuring

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

const VOCABULARY: usize = 32_000;
const WIDTH: usize = 4096;
const INNER: usize = 11_008;
const LAYERS: usize = 32;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: random_llama FOLDER"));
    std::fs::create_dir_all(&folder).unwrap();
    let mut random = Random(1);
    let mut map = Map::new();
    for layer in 0..=LAYERS {
        let name = format!("model-{layer:05}-of-{LAYERS:05}.safetensors");
        let tensors = if layer < LAYERS { of_layer(layer) } else { ends() };
        write(&folder.join(&name), &tensors, &mut random);
        map.extend(tensors.into_iter().map(|(tensor, _)| (tensor, name.clone().into())));
        println!("{name}");
    }
    let save = |name: &str, value: &Value| std::fs::write(folder.join(name), value.to_string()).unwrap();
    save("model.safetensors.index.json", &json!({ "weight_map": map }));
    save("tokenizer.json", &tokenizer());
    save(
        "config.json",
        &json!({
            "model_type": "llama", "vocab_size": VOCABULARY, "hidden_size": WIDTH, "intermediate_size": INNER,
            "num_hidden_layers": LAYERS, "num_attention_heads": 32, "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
        }),
    );
}

type Tensors = Vec<(String, Vec<usize>)>;

fn of_layer(layer: usize) -> Tensors {
    let maps = ["q", "k", "v", "o"].map(|map| (format!("self_attn.{map}_proj"), vec![WIDTH, WIDTH]));
    let inner = ["gate", "up"].map(|map| (format!("mlp.{map}_proj"), vec![INNER, WIDTH]));
    let norms = ["input_layernorm", "post_attention_layernorm"].map(|norm| (norm.to_owned(), vec![WIDTH]));
    let down = [("mlp.down_proj".to_owned(), vec![WIDTH, INNER])];
    let parts = maps.into_iter().chain(inner).chain(down).chain(norms);
    parts.map(|(part, shape)| (format!("model.layers.{layer}.{part}.weight"), shape)).collect()
}

fn ends() -> Tensors {
    vec![
        ("model.embed_tokens.weight".to_owned(), vec![VOCABULARY, WIDTH]),
        ("model.norm.weight".to_owned(), vec![WIDTH]),
        ("lm_head.weight".to_owned(), vec![VOCABULARY, WIDTH]),
    ]
}

/// Writes one safetensors file: the header's length, the header, the values one after the other.
fn write(path: &Path, tensors: &[(String, Vec<usize>)], random: &mut Random) {
    let mut at = 0;
    let mut header = Map::new();
    for (name, shape) in tensors {
        let end = at + 2 * shape.iter().product::<usize>();
        header.insert(name.clone(), json!({"dtype": "BF16", "shape": shape, "data_offsets": [at, end]}));
        at = end;
    }
    let header = Value::Object(header).to_string();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    for (_, shape) in tensors {
        for _ in 0..shape.iter().product::<usize>() / 4 {
            // Norms scale by about 1, maps add up to about as much as they are given.
            let centre = if shape.len() == 1 { 1.0 } else { 0.0 };
            file.write_all(&random.four(centre)).unwrap();
        }
    }
    file.flush().unwrap();
}

/// splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Four values in BF16 around `centre`.
    fn four(&mut self, centre: f32) -> [u8; 8] {
        let mut bytes = [0; 8];
        for (out, random) in bytes.chunks_exact_mut(2).zip(self.next().to_le_bytes().chunks_exact(2)) {
            let uniform = f32::from(i16::from_le_bytes([random[0], random[1]])) / 32768.0;
            let value = centre + uniform * 0.02 * 3f32.sqrt();
            out.copy_from_slice(&value.to_le_bytes()[2..]);
        }
        bytes
    }
}

/// A byte-level BPE whose merges are the first pairs of bytes.
fn tokenizer() -> Value {
    let letters: Vec<String> = letters().iter().map(char::to_string).collect();
    let pairs = letters.iter().flat_map(|a| letters.iter().map(move |b| (a, b)));
    let pairs: Vec<(&String, &String)> = pairs.take(VOCABULARY - letters.len()).collect();
    let joined = pairs.iter().map(|(a, b)| format!("{a}{b}"));
    let tokens = letters.iter().cloned().chain(joined);
    let vocab: Map<String, Value> = tokens.enumerate().map(|(id, token)| (token, id.into())).collect();
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": bytes, "post_processor": null, "decoder": bytes,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocab, "merges": pairs,
        },
    })
}

/// The letters that stand for the bytes in byte-level BPE: printable ones for themselves, the others from 256 on.
fn letters() -> Vec<char> {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut next = 256u32;
    let letter = |byte: u8| {
        if printable(byte) {
            return char::from(byte);
        }
        next += 1;
        char::from_u32(next - 1).unwrap()
    };
    (0..=u8::MAX).map(letter).collect()
}
