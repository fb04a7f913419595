//! Models in the safetensors format, in one file and in several, and what identifies them.
#![allow(clippy::unwrap_used)] // tests may panic

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use pot_inference::files::{self, Manifest, ModelFiles};
use pot_inference::{InferenceError, LoadOptions, tokenizer, zoo};
use safetensors::{Dtype, tensor::TensorView};
use sha2::{Digest, Sha256};

const CONFIG: &str = r#"{"model_type": "llama", "tokenizer": "bytes-bos", "vocab_size": 257}"#;

/// A `tokenizer.json` of three tokens.
const THREE_TOKENS: &str = r#"{"version": "1.0", "added_tokens": [], "decoder": {"type": "ByteLevel",
    "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}"#;

type Tensors<'a> = &'a [(&'a str, Dtype, &'a [usize], Vec<u8>)];

fn file(tensors: Tensors<'_>, config: Option<&str>) -> Vec<u8> {
    let views = tensors.iter().map(|(n, d, s, b)| (*n, TensorView::new(*d, s.to_vec(), b).unwrap()));
    let metadata = config.map(|c| HashMap::from([("config".to_owned(), c.to_owned())]));
    safetensors::serialize(views, metadata).unwrap()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn open(path: &Path) -> Result<ModelFiles, InferenceError> {
    files::open(path.to_str().unwrap(), &LoadOptions::default())
}

fn message(path: &Path) -> String {
    let text = open(path).err().expect("an error").to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

fn take(files: &mut ModelFiles, name: &str, shape: &[usize]) -> Vec<f32> {
    files.source.take(name, shape).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// A folder with the files and their contents.
fn folder(contents: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in contents {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Two files and an index that puts `a` and `c` into the first and `b` into the second.
fn two_files() -> [(&'static str, Vec<u8>); 4] {
    let first = file(&[("a", Dtype::F32, &[2], floats(&[1.0, 2.0])), ("c", Dtype::F32, &[1], floats(&[5.0]))], None);
    let second = file(&[("b", Dtype::F32, &[2, 1], floats(&[3.0, 4.0]))], None);
    let index = r#"{"metadata": {"total_size": 20}, "weight_map": {"a": "m-1.safetensors", "c": "m-1.safetensors", "b": "m-2.safetensors"}}"#;
    [
        ("m-1.safetensors", first),
        ("m-2.safetensors", second),
        ("model.safetensors.index.json", index.as_bytes().to_vec()),
        ("config.json", CONFIG.as_bytes().to_vec()),
    ]
}

/// The error of the folder of [`two_files`] with one of its files replaced.
fn replaced(name: &str, content: &[u8]) -> String {
    let all = two_files();
    let all: Vec<(&str, &[u8])> =
        all.iter().map(|(n, c)| (*n, if *n == name { content } else { c.as_slice() })).collect();
    message(folder(&all).path())
}

#[test]
fn built_in_models_are_described_and_read() {
    for name in zoo::names() {
        let files = files::open(&format!("builtin:{name}"), &LoadOptions::default()).unwrap();
        let bytes = zoo::bytes(name).unwrap();
        assert_eq!(files.weights_sha256, <[u8; 32]>::from(Sha256::digest(bytes)));
        assert_eq!(files.config_sha256, <[u8; 32]>::from(Sha256::digest(&files.config_json)));
        assert_eq!(files.tokenizer.digest(), tokenizer::digest());
        let count: usize = files.tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
        assert_eq!(files.parameters, count as u64);
    }
    let open = |name: &str| files::open(name, &LoadOptions::default()).unwrap();
    let (mut base, mut q8, mut q4) = (open("builtin:base"), open("builtin:base-q8"), open("builtin:base-q4"));
    assert_eq!((base.parameters, base.stored.as_str()), (836_864, "f16"));
    assert_eq!((q8.stored.as_str(), q4.stored.as_str()), ("f16+q8", "f16+q4"));
    // Packed weights have the names and shapes of what they stand for.
    assert_eq!((&base.tensors, base.parameters), (&q8.tensors, q8.parameters));
    assert_eq!((&base.tensors, base.parameters), (&q4.tensors, q4.parameters));
    let name = "model.layers.0.mlp.up_proj.weight";
    let (_, shape) = base.tensors.iter().find(|(n, _)| n == name).unwrap().clone();
    assert!(q4.source.has(name) && !q4.source.has("model.layers.9.mlp.up_proj.weight"));
    let exact = take(&mut base, name, &shape);
    for (files, most) in [(&mut q8, 0.01), (&mut q4, 0.1)] {
        let near = take(files, name, &shape);
        assert_eq!(near, take(files, name, &shape), "read again");
        assert!(exact.iter().zip(&near).all(|(a, b)| (a - b).abs() < most));
        assert_ne!(exact, near);
    }
}

#[test]
fn several_files_are_one_model() {
    let all = two_files();
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, c)| (*n, c.as_slice())).collect();
    let folder = folder(&all);
    let told = Mutex::new(Vec::new());
    let progress = |done, total| told.lock().unwrap().push((done, total));
    let mut files =
        files::open_with_progress(folder.path().to_str().unwrap(), &LoadOptions::default(), &progress).unwrap();
    assert_eq!(take(&mut files, "a", &[2]), [1.0, 2.0]);
    assert_eq!(take(&mut files, "b", &[2, 1]), [3.0, 4.0]);
    assert_eq!(take(&mut files, "c", &[1]), [5.0]);
    assert_eq!(files.tensors.len(), 3);
    assert_eq!((files.parameters, files.stored.as_str()), (5, "f32"));
    let digest = |name: &str| -> [u8; 32] { Sha256::digest(std::fs::read(folder.path().join(name)).unwrap()).into() };
    let mut root = Sha256::new();
    root.update(digest("m-1.safetensors"));
    root.update(digest("m-2.safetensors"));
    assert_eq!(files.weights_sha256, <[u8; 32]>::from(root.finalize()));
    let total = (all[0].1.len() + all[1].1.len()) as u64;
    let told = told.into_inner().unwrap();
    assert!(told.iter().all(|(_, t)| *t == total));
    assert_eq!(told.iter().map(|(done, _)| *done).max(), Some(total));
}

#[test]
fn an_index_must_describe_the_files() {
    let index = "model.safetensors.index.json";
    let map = |text: &str| format!("{{\"weight_map\": {{{text}}}}}");
    let rest = r#""a": "m-1.safetensors", "c": "m-1.safetensors""#;
    for (content, expected) in [
        ("{".to_owned(), "no index of weights"),
        ("{}".to_owned(), "missing field `weight_map`"),
        (map(""), "the index names no weights"),
        (map(r#""a": "m-3.safetensors""#), "puts tensor 'a' into 'm-3.safetensors', which is not there"),
        (map(r#""a": "../m-1.safetensors""#), "into '../m-1.safetensors', which is no file name"),
        (map(r#""a": "/etc/passwd""#), "into '/etc/passwd', which is no file name"),
        (map(r#""a": "x/../m-1.safetensors""#), "which is no file name"),
        (map(r#""a": "m-1.safetensors/""#), "which is no file name"),
        (map(r#""a": "m\n1.safetensors""#), "into 'm\\n1.safetensors', which is no file name"),
        (map(r#""a": "m\u202e1.safetensors""#), "which is no file name"),
        (map(r#""a": """#), "which is no file name"),
        (map(&format!(r#"{rest}, "b": "m-1.safetensors""#)), "tensor 'b' is missing"),
        (map(&format!(r#"{rest}, "b": "m-2.safetensors", "d": "m-2.safetensors""#)), "tensor 'd' is missing"),
        (
            map(r#""a": "m-1.safetensors", "b": "m-2.safetensors""#),
            "tensor 'c' is in 'm-1.safetensors', but not in the index",
        ),
        (
            map(r#""a": "m-2.safetensors", "c": "m-1.safetensors", "b": "m-2.safetensors""#),
            "puts tensor 'a' into 'm-2.safetensors', but it is in 'm-1.safetensors'",
        ),
    ] {
        let text = replaced(index, content.as_bytes());
        assert!(text.contains(expected), "{content}: {text}");
    }
    let both = file(&[("a", Dtype::F32, &[2], floats(&[1.0, 2.0])), ("b", Dtype::F32, &[1], floats(&[0.0]))], None);
    let text = replaced("m-2.safetensors", &both);
    assert!(text.contains("tensor 'a' is both in") && text.contains("m-1.safetensors"), "{text}");
}

#[test]
fn damaged_headers_are_refused() {
    let whole = file(&[("a", Dtype::F32, &[2], floats(&[1.0, 2.0]))], Some(CONFIG));
    for length in 0..whole.len() {
        let folder = folder(&[("model.safetensors", &whole[..length])]);
        assert!(message(folder.path()).contains("not a complete safetensors file"), "{length}");
    }
    let header = |text: &str, data: usize| {
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    };
    let tensor = |shape: &str, from: u64, to: u64| {
        format!(r#"{{"dtype": "F32", "shape": {shape}, "data_offsets": [{from}, {to}]}}"#)
    };
    for (content, data) in [
        (format!(r#"{{"a": {}, "b": {}}}"#, tensor("[2]", 0, 8), tensor("[2]", 4, 12)), 12), // overlap
        (format!(r#"{{"a": {}, "b": {}}}"#, tensor("[2]", 0, 8), tensor("[2]", 12, 20)), 20), // gap
        (format!(r#"{{"a": {}}}"#, tensor("[3]", 0, 8)), 8),                                 // shape and length
        (format!(r#"{{"a": {}}}"#, tensor("[2]", 0, 8)), 9),                                 // a byte too many
        (format!(r#"{{"a": {}}}"#, tensor("[4294967296, 4294967296, 4]", 0, 8)), 8),         // overflow
        (format!(r#"{{"a": {}}}"#, tensor("[2]", 8, 0)), 8),                                 // backwards
        (r#"{"a": {"dtype": "F3", "shape": [2], "data_offsets": [0, 8]}}"#.to_owned(), 8),
        ("[]".to_owned(), 0),
    ] {
        let bytes = header(&content, data);
        let folder = folder(&[("model.safetensors", &bytes)]);
        assert!(message(folder.path()).contains("not a complete safetensors file"), "{content}");
    }
    let mut long = whole;
    long[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(message(folder(&[("model.safetensors", &long)]).path()).contains("a header of 18446744073709551615 bytes"));
}

#[test]
fn every_floating_point_type_is_read_and_others_are_refused_by_name() {
    let halves = [0x3c00u16, 0xc100].iter().flat_map(|b| b.to_le_bytes()).collect();
    let brains = [0x3f80u16, 0xc020].iter().flat_map(|b| b.to_le_bytes()).collect();
    let bytes = file(
        &[
            ("h", Dtype::F16, &[2], halves),
            ("b", Dtype::BF16, &[2], brains),
            ("n", Dtype::F32, &[2], floats(&[0.0, f32::NAN])),
            ("i", Dtype::I64, &[1], vec![0; 8]),
        ],
        Some(CONFIG),
    );
    let folder = folder(&[("model.safetensors", &bytes)]);
    let mut files = open(&folder.path().join("model.safetensors")).unwrap();
    assert_eq!(files.stored, "bf16+f16+f32+i64");
    assert_eq!(take(&mut files, "h", &[2]), [1.0, -2.5]);
    assert_eq!(take(&mut files, "b", &[2]), [1.0, -2.5]);
    let text =
        |files: &mut ModelFiles, name: &str, shape: &[usize]| files.source.take(name, shape).unwrap_err().to_string();
    assert!(text(&mut files, "n", &[2]).contains("tensor 'n' holds a NaN or infinite weight"));
    assert!(text(&mut files, "i", &[1]).contains("tensor 'i' is of type I64"));
    assert!(text(&mut files, "h", &[1]).contains("tensor 'h' is of shape [2], expected [1]"));
    assert!(text(&mut files, "x", &[1]).contains("tensor 'x' is missing"));
}

#[test]
fn tables_that_the_architecture_implies_are_no_parameters() {
    let tensors: Tensors<'_> = &[
        ("h.0.attn.bias", Dtype::U8, &[4], vec![0; 4]),
        ("h.0.attn.c_attn.bias", Dtype::F32, &[3], floats(&[0.0; 3])),
        ("model.layers.0.self_attn.rotary_emb.inv_freq", Dtype::F32, &[2], floats(&[0.0; 2])),
    ];
    let folder = folder(&[("model.safetensors", &file(tensors, Some(CONFIG)))]);
    let files = open(folder.path()).unwrap();
    assert_eq!((files.parameters, files.stored.as_str(), files.tensors.len()), (3, "f32", 3));
}

#[test]
fn what_lies_beside_the_weights_must_be_there_and_fit() {
    let bare = file(&[("a", Dtype::F32, &[1], floats(&[1.0]))], None);
    let with =
        |config: &str| message(folder(&[("model.safetensors", &bare), ("config.json", config.as_bytes())]).path());
    assert!(message(folder(&[("model.safetensors", &bare)]).path()).contains("no config.json beside it"));
    assert!(with("{").contains("bad model configuration"));
    assert!(with(r#"{"vocab_size": 9}"#).contains("there is no tokenizer.json beside the weights"));
    assert!(with(r#"{"tokenizer": "x", "vocab_size": 256}"#).contains("unsupported tokenizer 'x'"));
    let three = |config: &str| {
        let all: [(&str, &[u8]); 3] = [
            ("model.safetensors", &bare),
            ("config.json", config.as_bytes()),
            ("tokenizer.json", THREE_TOKENS.as_bytes()),
        ];
        open(folder(&all).path()).map(|files| files.tokenizer.vocabulary()).map_err(|e| e.to_string())
    };
    let part = r#"{"model_type": "gemma3", "text_config": {"vocab_size": 3}}"#;
    for config in
        [r#"{"vocab_size": 3}"#, r#"{"vocab_size": 8}"#, part, r#"{"model_type": "gemma3", "text_config": {}}"#]
    {
        assert_eq!(three(config), Ok(3));
    }
    assert!(three(r#"{"vocab_size": 2}"#).unwrap_err().contains("it has 3 tokens, the model's embedding only 2 rows"));
    assert!(three("{}").unwrap_err().contains("missing field `vocab_size`"));
    let mut long = CONFIG.as_bytes().to_vec();
    long.resize((1 << 20) + 1, b' ');
    assert!(message(folder(&[("model.safetensors", &bare), ("config.json", &long)]).path()).contains("larger than"));
    let broken = folder(&[("model.safetensors", &bare), ("config.json", b"\xff")]);
    assert!(message(broken.path()).contains("not UTF-8"));
}

#[test]
fn only_regular_files_are_read() {
    assert!(message(Path::new("no/such/model.safetensors")).starts_with("cannot read 'no/such/model.safetensors'"));
    assert!(message(Path::new("no/such/model.gguf")).starts_with("cannot read 'no/such/model.gguf'"));
    assert!(message(Path::new("/dev/zero")).contains("no regular file"));
    assert!(message(tempfile::tempdir().unwrap().path()).contains("there is no 'model.safetensors' and no"));
    let unknown = files::open("builtin:nonesuch", &LoadOptions::default()).err().unwrap().to_string();
    assert!(unknown.contains("no built-in model 'nonesuch': use one of base"), "{unknown}");
}

#[test]
fn the_root_is_that_of_openssf_model_signing() {
    // The subject digest that model-signing 1.1.1 gives to a folder of these files.
    let names = ["model-00002-of-00002", "model-00001-of-00002", "a-b", "a", "Z"];
    let content = |i: usize| format!("file {i} ").repeat(1000);
    let files: Vec<(String, [u8; 32])> = names
        .iter()
        .enumerate()
        .map(|(i, name)| (format!("{name}.safetensors"), Sha256::digest(content(i)).into()))
        .collect();
    let manifest = Manifest::new(files);
    let order: Vec<&str> = manifest.files().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((order[0], order[1], order[2]), ("Z.safetensors", "a-b.safetensors", "a.safetensors"));
    let expected = "33936805a3ebb406461dd4cea735b9faf4d6ababdefc9ba14178b7cbf685e4a8";
    assert_eq!(hex::encode(manifest.root()), expected);
}
