//! A model held as a whole and one read part by part, a prompt alone and in a batch: always the same bits, and never more
//! memory than is allowed.
#![allow(clippy::unwrap_used)] // helpers of tests may panic

mod common;

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{DType, Device, Tensor};
use common::{Ids, file, files, json, llama_config, open_folder, random_weights};
use pot_inference::families::Config;
use pot_inference::weights::{Checkpoint, LinearWeight, Source};
use pot_inference::{
    Answer, Ask, InferenceError, Kernel, LanguageModel, LoadOptions, LocalModel, ModelFiles, ModelIdentity, Prompt,
    Scored,
};

const ASKS: [Ask; 4] = [Ask::Distributions(3), Ask::LastTokens(4), Ask::AllTokens, Ask::Top { positions: 2, top: 5 }];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

fn open(name: &str, max_memory: Option<u64>) -> LocalModel {
    let options = LoadOptions { max_memory, ..LoadOptions::default() };
    LocalModel::from_files(open_folder(&folder(name), "config.json"), &options).unwrap()
}

/// Prompts of many lengths; one of them is too long and one has a token outside the vocabulary.
fn prompts() -> Vec<Vec<u32>> {
    let mut prompts: Vec<Vec<u32>> =
        (0..9u32).map(|i| (0..5 + 4 * i).map(|t| (t * t + 7 * i) % 80).collect()).collect();
    prompts.insert(2, vec![1; 70]);
    prompts.insert(5, vec![1, 2, 3, 80, 5, 6]);
    prompts
}

fn ask_all(model: &LocalModel, prompts: &[Vec<u32>], ask: Ask) -> Vec<Result<Answer, String>> {
    let prompts: Vec<Prompt<'_>> = prompts.iter().map(|tokens| Prompt { text: "text", tokens }).collect();
    model.answers(&prompts, ask).into_iter().map(|answer| answer.map_err(|e| e.to_string())).collect()
}

/// The least memory that the model in `name` can be loaded with, from the refusal of one byte.
fn least(name: &str) -> u64 {
    let options = LoadOptions { max_memory: Some(1), ..LoadOptions::default() };
    match LocalModel::from_files(open_folder(&folder(name), "config.json"), &options).err().unwrap() {
        InferenceError::Memory { needed, max: 1, .. } => needed,
        other => panic!("{other}"),
    }
}

#[test]
fn the_same_bits_in_every_mode_and_every_batch() {
    for name in ["llama_linear", "gemma3_text", "gpt2", "gpt_neox", "phi3"] {
        let whole = open(name, None);
        assert!(whole.resident());
        let least = least(name);
        let parts = open(name, Some(least));
        assert!(!parts.resident());
        let prompts = prompts();
        for ask in ASKS {
            let expected = ask_all(&whole, &prompts, ask);
            assert_eq!(expected.iter().filter(|answer| answer.is_ok()).count(), 9, "{name} {ask:?}");
            assert!(expected[2].as_ref().is_err_and(|e| e.contains("70 tokens")), "{name} {ask:?}");
            assert!(expected[5].as_ref().is_err_and(|e| e.contains("token 80")), "{name} {ask:?}");
            assert_eq!(ask_all(&parts, &prompts, ask), expected, "{name} {ask:?}");
            for model in [&whole, &parts] {
                let alone: Vec<_> = prompts.iter().flat_map(|p| ask_all(model, std::slice::from_ref(p), ask)).collect();
                assert_eq!(alone, expected, "{name} {ask:?}");
            }
            // Digests are over the bits.
            let digests =
                |answers: &[Result<Answer, String>]| answers.iter().flatten().map(Answer::digest).collect::<Vec<_>>();
            assert_eq!(digests(&ask_all(&parts, &prompts, ask)), digests(&expected), "{name} {ask:?}");
        }
        assert!(parts.peak_weight_bytes() <= least, "{name}");
        assert!(parts.peak_weight_bytes() < whole.peak_weight_bytes(), "{name}");
        // With a little more memory, more of the prompts go through each part together; nothing else changes.
        let roomier = open(name, Some(least + 20_000));
        assert_eq!(ask_all(&roomier, &prompts, Ask::AllTokens), ask_all(&whole, &prompts, Ask::AllTokens), "{name}");
    }
}

#[test]
fn memory_is_counted_and_bounded() {
    // A table of 257 × 24, two layers, two norms' worth of vectors and a head of 257 × 24, four bytes each.
    let config = Config::Llama(llama_config());
    let weights = random_weights(&config, 3);
    let bytes = file(&weights, Some(&json(&config)));
    let all: u64 = weights.values().map(|(_, values)| 4 * values.len() as u64).sum();
    let head = 4 * (257 * 24 + 24);
    let load = |max_memory| {
        let options = LoadOptions { max_memory, ..LoadOptions::default() };
        LocalModel::from_files(files("m", &json(&config), bytes.clone()), &options)
    };
    let whole = load(Some(all)).unwrap();
    assert!(whole.resident());
    assert_eq!(whole.peak_weight_bytes(), all);
    let parts = load(Some(all - 1)).unwrap();
    assert!(!parts.resident());
    assert_eq!(ask_all(&parts, &[vec![1, 2, 3]], Ask::AllTokens).len(), 1);
    assert_eq!(parts.peak_weight_bytes(), head);
    let refused = load(Some(head - 1)).err().unwrap();
    let text = format!("m: the head needs {head} bytes of memory, {} are allowed: allow more memory", head - 1);
    assert_eq!(refused.to_string(), text);
}

#[test]
fn later_tokens_do_not_change_earlier_values() {
    for name in ["gemma2", "mistral", "qwen3", "gpt_neox_serial"] {
        let model = open(name, None);
        let tokens: Vec<u32> = (0..30).map(|t| (t * 13 + 5) % 80).collect();
        let mut changed = tokens.clone();
        changed[20] = 3;
        let [a, b] = [tokens, changed].map(|tokens| model.log_probabilities(&tokens).unwrap());
        for t in 0..30 {
            assert_eq!(a.logits(t) == b.logits(t), t < 20, "{name} {t}");
        }
    }
}

#[test]
fn a_part_that_cannot_be_read_fails_every_prompt() {
    let config = Config::Llama(llama_config());
    let mut weights = random_weights(&config, 3);
    weights.get_mut("model.layers.1.mlp.up_proj.weight").unwrap().1[0] = f32::NAN;
    let given = files("m", &json(&config), file(&weights, None));
    let options = LoadOptions { max_memory: Some(30_000), ..LoadOptions::default() };
    let model = LocalModel::from_files(given, &options).unwrap();
    for answer in ask_all(&model, &[vec![1, 2, 3], vec![4, 5, 6, 7]], Ask::AllTokens) {
        let text = answer.unwrap_err();
        assert_eq!(
            text,
            "m: tensor 'model.layers.1.mlp.up_proj.weight' holds a NaN or infinite weight: the file is damaged"
        );
    }
}

/// Writes over one byte in the middle of a file, and puts the time of its last change back to what it was.
fn tamper(path: &Path) {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let before = file.metadata().unwrap();
    let mut writer = &file;
    writer.seek(SeekFrom::Start(before.len() / 2)).unwrap();
    writer.write_all(&[0]).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    assert_eq!(file.metadata().unwrap().modified().unwrap(), before.modified().unwrap());
}

#[test]
fn weights_that_change_after_they_were_hashed_are_not_scored() {
    let scratch = tempfile::tempdir().unwrap();
    let fresh = |name: &str| {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokenizers/bytes");
        let folder = scratch.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        for file in ["config.json", "model.gguf", "model.safetensors", "tokenizer.json"] {
            std::fs::copy(from.join(file), folder.join(file)).unwrap();
        }
        folder
    };
    for (name, opened, weights) in [("a", "", "model.safetensors"), ("b", "model.gguf", "model.gguf")] {
        let folder = fresh(name);
        let (opened, weights) = (folder.join(opened), folder.join(weights));
        let load = |layered| {
            let options = LoadOptions { layered, ..LoadOptions::default() };
            pot_inference::load(opened.to_str().unwrap(), &options).unwrap()
        };
        let (parts, whole) = (load(true), load(false));
        let prompts = [vec![1, 2, 3], vec![4, 5, 6, 7]];
        let expected = ask_all(&whole, &prompts, Ask::AllTokens);
        assert!(expected.iter().all(Result::is_ok), "{expected:?}");
        assert_eq!(ask_all(&parts, &prompts, Ask::AllTokens), expected);
        // Reading is no change.
        drop(std::fs::read(&weights).unwrap());
        assert_eq!(ask_all(&parts, &prompts, Ask::AllTokens), expected);
        tamper(&weights);
        for answer in ask_all(&parts, &prompts, Ask::AllTokens) {
            let text = answer.unwrap_err();
            assert!(text.contains(weights.to_str().unwrap()) && text.contains("register again"), "{text}");
        }
        assert_eq!(ask_all(&whole, &prompts, Ask::AllTokens), expected, "what is in memory is what was hashed");
        // Nor is a model held as a whole whose file changes between hashing and reading.
        let meanwhile = |done, all| {
            if done == all {
                tamper(&weights);
            }
        };
        let options = LoadOptions::default();
        let refused = pot_inference::load_with_progress(opened.to_str().unwrap(), &options, &meanwhile).err().unwrap();
        assert!(matches!(refused, InferenceError::Changed { .. }), "{refused}");
    }
}

#[test]
fn quantised_kernels_need_weights_that_are_stored_so() {
    let options = LoadOptions { kernel: Kernel::Quantised, ..LoadOptions::default() };
    for max_memory in [None, Some(least("llama"))] {
        let options = LoadOptions { max_memory, ..options };
        let refused = LocalModel::from_files(open_folder(&folder("llama"), "config.json"), &options).err().unwrap();
        assert!(refused.to_string().contains("no weight is stored in a form"), "{refused}");
    }
}

#[test]
fn the_identity_says_how_weights_are_stored_and_computed_with() {
    let model = open("llama", None);
    let ModelIdentity::Weights(identity) = model.identity() else { panic!("weights") };
    assert_eq!((identity.architecture.as_str(), identity.dtype.as_str()), ("llama", "f32, dequantised to f32"));
    assert_eq!(identity.tokenizer, [7; 32]);
    assert!(identity.parameters > 10_000);
}

/// The weights of a safetensors file, those that can be in blocks of 8-bit integers.
struct Blocks(Checkpoint);

impl Source for Blocks {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        self.0.take(name, shape)
    }

    fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        let weight = self.0.take(name, &[outputs, inputs])?;
        if !inputs.is_multiple_of(32) {
            return Ok(LinearWeight::Dense(weight));
        }
        let blocks = QMatMul::from_qtensor(QTensor::quantize(&weight, GgmlDType::Q8_0)?)?;
        Ok(LinearWeight::Quantised(blocks))
    }

    fn linear_bytes(&self, _: &str, outputs: usize, inputs: usize) -> u64 {
        let n = (outputs * inputs) as u64;
        // The blocks, and the copy of them that the engine may keep.
        if inputs.is_multiple_of(32) { (n / 32 * 34 * 21).div_ceil(10) } else { 4 * n }
    }
}

#[test]
fn quantised_kernels_compute_nearly_the_same_in_less_memory() {
    let quantised = |max_memory| {
        let folder = folder("llama_linear");
        let mut files = open_folder(&folder, "config.json");
        let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
        files.source = Box::new(Blocks(Checkpoint::read("blocks", bytes).unwrap()));
        files.stored = "q8_0+f32".to_owned();
        LocalModel::from_files(files, &LoadOptions { max_memory, kernel: Kernel::Quantised, layered: false }).unwrap()
    };
    let (exact, whole) = (open("llama_linear", None), quantised(None));
    assert!(whole.peak_weight_bytes() < exact.peak_weight_bytes() * 2 / 3);
    let ModelIdentity::Weights(identity) = whole.identity() else { panic!("weights") };
    assert_eq!(identity.dtype, "q8_0+f32, quantised kernels");

    let prompts = vec![(0..30).map(|t| (t * 13 + 5) % 80).collect::<Vec<u32>>(), vec![4, 5, 6]];
    let values = |answer: &Result<Answer, String>| match answer.as_ref().unwrap().scored() {
        Scored::Tokens(values) => values.clone(),
        other => panic!("{other:?}"),
    };
    let (a, b) = (ask_all(&exact, &prompts, Ask::AllTokens), ask_all(&whole, &prompts, Ask::AllTokens));
    for (a, b) in a.iter().zip(&b) {
        let (a, b) = (values(a), values(b));
        assert_ne!(a, b);
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 0.3), "{a:?} {b:?}");
    }
    // The same bits when the parts are read one by one.
    let parts = quantised(Some(whole.peak_weight_bytes() - 1));
    assert!(!parts.resident());
    assert_eq!(ask_all(&parts, &prompts, Ask::AllTokens), b);
    assert!(parts.peak_weight_bytes() < whole.peak_weight_bytes());
}

/// The weights of a safetensors file, and how often one was read.
struct Counted(Checkpoint, Arc<AtomicU64>);

impl Source for Counted {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.take(name, shape)
    }

    fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }
}

#[test]
fn a_batch_reads_each_part_once_if_its_hidden_states_fit() {
    let least = least("qwen3");
    let bytes = std::fs::read(folder("qwen3").join("model.safetensors")).unwrap();
    let prompts = vec![vec![1, 2, 3, 4, 5]; 6];
    // Four positions of 32 values of four bytes are computed for each prompt.
    for (room, passes) in [(0, 6), (511, 6), (1024, 3), (2048, 2), (3072, 1)] {
        let reads = Arc::new(AtomicU64::new(0));
        let mut files = open_folder(&folder("qwen3"), "config.json");
        let weights = files.tensors.len() as u64;
        files.source = Box::new(Counted(Checkpoint::read("counted", bytes.clone()).unwrap(), Arc::clone(&reads)));
        let options = LoadOptions { max_memory: Some(least + room), ..LoadOptions::default() };
        let model = LocalModel::from_files(files, &options).unwrap();
        assert!(!model.resident());
        reads.store(0, Ordering::Relaxed);
        assert!(ask_all(&model, &prompts, Ask::AllTokens).iter().all(Result::is_ok));
        assert_eq!(reads.load(Ordering::Relaxed), passes * weights, "{room}");
    }
}

/// Weights of any shape, all the same small number, that count how often they are read.
struct Constant(Arc<AtomicU64>);

impl Source for Constant {
    fn take(&mut self, _: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok((Tensor::ones(shape, DType::F32, &Device::Cpu)? * 1e-3)?)
    }

    fn has(&self, _: &str) -> bool {
        true
    }
}

/// A llama of 7 billion weights, all the same.
fn seven_billion(reads: &Arc<AtomicU64>) -> ModelFiles {
    let config = serde_json::json!({
        "model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
        "num_hidden_layers": 32, "num_attention_heads": 32, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5
    });
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![32000, 4096]),
        ("lm_head.weight".to_owned(), vec![32000, 4096]),
        ("model.norm.weight".to_owned(), vec![4096]),
    ];
    for layer in 0..32 {
        let mut add = |name: &str, shape: &[usize]| {
            tensors.push((format!("model.layers.{layer}.{name}.weight"), shape.to_vec()));
        };
        for map in ["q", "k", "v", "o"] {
            add(&format!("self_attn.{map}_proj"), &[4096, 4096]);
        }
        for map in ["gate", "up"] {
            add(&format!("mlp.{map}_proj"), &[11008, 4096]);
        }
        add("mlp.down_proj", &[4096, 11008]);
        add("input_layernorm", &[4096]);
        add("post_attention_layernorm", &[4096]);
    }
    ModelFiles {
        files: Vec::new(),
        origin: "seven".to_owned(),
        config_json: config.to_string(),
        source: Box::new(Constant(Arc::clone(reads))),
        tokenizer: Arc::new(Ids(32000)),
        weights_sha256: [0; 32],
        config_sha256: [0; 32],
        parameters: tensors.iter().map(|(_, shape)| shape.iter().product::<usize>() as u64).sum(),
        stored: "f32".to_owned(),
        tensors,
    }
}

#[test]
fn a_model_of_seven_billion_weights_is_read_in_parts_within_four_gibibytes() {
    let reads = Arc::new(AtomicU64::new(0));
    let options = LoadOptions { max_memory: Some(4 << 30), ..LoadOptions::default() };
    let model = LocalModel::from_files(seven_billion(&reads), &options).unwrap();
    assert!(!model.resident());
    // Only the first layer was read, to see that it can be.
    assert_eq!(reads.load(Ordering::Relaxed), 9);
    assert_eq!(model.peak_weight_bytes(), 4 * (4 * 4096 * 4096 + 3 * 4096 * 11008 + 2 * 4096));

    let small = LoadOptions { max_memory: Some(500_000_000), ..LoadOptions::default() };
    let refused = LocalModel::from_files(seven_billion(&reads), &small).err().unwrap();
    assert!(refused.to_string().contains("seven: a layer needs 809533440 bytes of memory"), "{refused}");
}

#[test]
#[ignore = "computes with seven billion weights, which takes minutes"]
fn a_model_of_seven_billion_weights_answers_within_four_gibibytes() {
    let reads = Arc::new(AtomicU64::new(0));
    let options = LoadOptions { max_memory: Some(4 << 30), ..LoadOptions::default() };
    let model = LocalModel::from_files(seven_billion(&reads), &options).unwrap();
    let prompts: Vec<Vec<u32>> = (0..4).map(|i| (i..i + 32).collect()).collect();
    for answer in ask_all(&model, &prompts, Ask::AllTokens) {
        let answer = answer.unwrap();
        let Scored::Tokens(values) = answer.scored() else { panic!("{answer:?}") };
        // Equal weights make all tokens equally likely.
        assert!(values.iter().all(|x| (x + 32000f64.ln()).abs() < 1e-3), "{values:?}");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 4 << 20, "{peak}");
}
