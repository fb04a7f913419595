//! Tiny models with random weights, as safetensors files.
#![allow(dead_code)] // each test file uses its own part of this module
#![allow(clippy::unwrap_used)] // helpers of tests may panic

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use pot_inference::families::gpt2::Gpt2Config;
use pot_inference::families::llama::LlamaConfig;
use pot_inference::families::rope_fields::RopeFields;
use pot_inference::families::sizes::Sizes;
use pot_inference::families::{Config, Network};
use pot_inference::weights::{Checkpoint, Source};
use pot_inference::{InferenceError, ModelFiles, Tokenizer, tokenizer};
use safetensors::{Dtype, tensor::TensorView};

/// Weights by name: shape and values.
pub(crate) type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Hands out random weights and remembers them.
struct Recorder(Weights, u64);

impl Source for Recorder {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                self.1 = self.1.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (f32::from(u16::try_from(self.1 >> 48).unwrap()) / 65_536.0 - 0.5) * 1.2
            })
            .collect();
        self.0.insert(name.to_owned(), (shape.to_vec(), values.clone()));
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }

    fn has(&self, _: &str) -> bool {
        false
    }
}

/// Token ids for models without a tokenizer: a text is its bytes.
pub(crate) struct Ids(pub(crate) usize);

impl Tokenizer for Ids {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok(text.bytes().map(u32::from).collect())
    }
    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        u8::try_from(token).ok().map(|byte| vec![byte])
    }
    fn vocabulary(&self) -> usize {
        self.0
    }
    fn digest(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// A model of `config` in JSON and the safetensors file `bytes`, whose tokens are [`Ids`].
pub(crate) fn files(origin: &str, config: &str, bytes: Vec<u8>) -> ModelFiles {
    let weights = Checkpoint::read(origin, bytes).unwrap();
    ModelFiles {
        files: Vec::new(),
        origin: origin.to_owned(),
        config_json: config.to_owned(),
        tokenizer: Arc::new(Ids(256)),
        weights_sha256: [1; 32],
        config_sha256: [2; 32],
        parameters: weights.parameters(),
        stored: weights.formats(),
        tensors: weights.tensors(),
        source: Box::new(weights),
    }
    .language_model()
    .unwrap()
}

/// The model in `folder` under one of its configurations.
pub(crate) fn open_folder(folder: &Path, config: &str) -> ModelFiles {
    let config = std::fs::read_to_string(folder.join(config)).unwrap();
    files(&folder.display().to_string(), &config, std::fs::read(folder.join("model.safetensors")).unwrap())
}

/// The configuration in JSON with the name of the byte tokenizer.
pub(crate) fn json(config: &Config) -> String {
    config.to_json(Some(tokenizer::NAME))
}

pub(crate) fn random_weights(config: &Config, seed: u64) -> Weights {
    let mut recorder = Recorder(Weights::new(), seed);
    Network::build(config, &mut recorder).unwrap();
    recorder.0
}

/// A safetensors file with `config` in its metadata, if given.
pub(crate) fn file(weights: &Weights, config: Option<&str>) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        weights.values().map(|(_, values)| values.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = weights
        .iter()
        .zip(&bytes)
        .map(|((name, (shape, _)), data)| (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    let metadata = config.map(|c| HashMap::from([("config".to_owned(), c.to_owned())]));
    safetensors::serialize(views, metadata).unwrap()
}

pub(crate) fn llama_config() -> LlamaConfig {
    LlamaConfig {
        sizes: Sizes {
            vocab_size: 257,
            hidden_size: 24,
            intermediate_size: 20,
            num_hidden_layers: 2,
            num_attention_heads: 4,
            num_key_value_heads: Some(2),
            max_position_embeddings: 64,
            rms_norm_eps: 1e-5,
            tie_word_embeddings: Some(false),
            rope: RopeFields { rope_theta: Some(500.0), ..RopeFields::default() },
            ..Sizes::default()
        },
        ..LlamaConfig::default()
    }
}

pub(crate) fn gpt2_config() -> Gpt2Config {
    Gpt2Config {
        vocab_size: 257,
        n_positions: 48,
        n_embd: 24,
        n_layer: 2,
        n_head: 3,
        layer_norm_epsilon: 1e-5,
        ..Gpt2Config::default()
    }
}
