//! Tiny models with random weights, as safetensors files.
#![allow(dead_code)] // each test file uses its own part of this module
#![allow(clippy::unwrap_used)] // helpers of tests may panic

use std::collections::{BTreeMap, HashMap};

use candle_core::{Device, Tensor};
use pot_inference::InferenceError;
use pot_inference::families::gpt2::Gpt2Config;
use pot_inference::families::llama::LlamaConfig;
use pot_inference::families::{Config, Network};
use pot_inference::weights::Source;
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
        vocab_size: 257,
        hidden_size: 24,
        intermediate_size: 20,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: Some(2),
        max_position_embeddings: 64,
        rms_norm_eps: 1e-5,
        rope_theta: 500.0,
        tie_word_embeddings: false,
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
