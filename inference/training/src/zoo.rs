//! The models of the zoo: their shapes, how each is trained, and the files they become.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pot_inference::families::gpt2::Gpt2Config;
use pot_inference::families::llama::LlamaConfig;
use pot_inference::families::rope_fields::RopeFields;
use pot_inference::families::sizes::Sizes;
use pot_inference::families::{Config, Network};
use pot_inference::tokenizer::VOCABULARY;
use pot_inference::weights::{Checkpoint, packed::Bits};

use crate::corpus;
use crate::random::Random;
use crate::train::{Recipe, train};
use crate::variables::{Continued, Fresh, Variables};

/// Most batches are short; every fourth is as long as the longest prompt.
const WIDE: &[(usize, usize)] = &[(6, 192), (6, 192), (6, 192), (2, 512)];
/// The same in half the time, with more noise: more steps for the same effort, best for short trainings.
const SMALL: &[(usize, usize)] = &[(3, 192), (3, 192), (3, 192), (1, 512)];
/// Learned positions need every position trained equally often.
const LONG: &[(usize, usize)] = &[(1, 512)];

/// All models, the base first.
pub(crate) const NAMES: &[&str] = &["base", "base-q8", "base-q4", "finetuned", "distilled", "larger", "other"];

/// Where the models are kept.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../zoo").join(format!("{name}.safetensors"))
}

fn llama(hidden_size: usize, intermediate_size: usize, layers: usize, heads: usize, key_value_heads: usize) -> Config {
    let sizes = Sizes {
        vocab_size: VOCABULARY,
        hidden_size,
        intermediate_size,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        num_key_value_heads: (heads != key_value_heads).then_some(key_value_heads),
        max_position_embeddings: 1024,
        rms_norm_eps: 1e-5,
        tie_word_embeddings: Some(true),
        rope: RopeFields { rope_theta: Some(10_000.0), ..RopeFields::default() },
        ..Sizes::default()
    };
    Config::Llama(LlamaConfig { sizes, ..LlamaConfig::default() })
}

fn base_config() -> Config {
    llama(128, 352, 4, 4, 4)
}

/// Trains fresh weights and writes them as `name`.
fn from_scratch(name: &str, config: &Config, layers: u32, recipe: &Recipe, teacher: Option<&Network>) -> Result<()> {
    let mut variables = Variables::default();
    let mut fresh = Fresh { variables: &mut variables, random: Random::new(recipe.seed ^ 0xffff), layers };
    let network = Network::build(config, &mut fresh)?;
    train(recipe, &network, variables.all(), &corpus::general()?, teacher)?;
    variables.save(config, &path(name))
}

/// The weights and configuration of a model of the zoo, in f32.
fn reopen(name: &str) -> Result<(Config, Network, Variables)> {
    let file = path(name);
    let origin = file.display().to_string();
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {origin}: train '{name}' first"))?;
    let mut checkpoint = Checkpoint::read(&origin, bytes)?;
    let config = Config::parse(&origin, checkpoint.config().unwrap_or_default())?;
    let mut variables = Variables::default();
    let network = Network::build(&config, &mut Continued { variables: &mut variables, from: &mut checkpoint })?;
    Ok((config, network, variables))
}

pub(crate) fn base() -> Result<()> {
    let recipe = Recipe { steps: 1400, peak: 3e-3, warm_up: 60, seed: 1, shapes: WIDE };
    from_scratch("base", &base_config(), 4, &recipe, None)
}

pub(crate) fn finetuned() -> Result<()> {
    let (config, network, variables) = reopen("base")?;
    let recipe = Recipe { steps: 150, peak: 1.5e-3, warm_up: 20, seed: 2, shapes: SMALL };
    train(&recipe, &network, variables.all(), &corpus::speeches()?, None)?;
    variables.save(&config, &path("finetuned"))
}

pub(crate) fn distilled() -> Result<()> {
    let (_, teacher, _) = reopen("base")?;
    let recipe = Recipe { steps: 500, peak: 4e-3, warm_up: 40, seed: 3, shapes: SMALL };
    from_scratch("distilled", &llama(80, 216, 3, 4, 2), 3, &recipe, Some(&teacher))
}

pub(crate) fn larger() -> Result<()> {
    let recipe = Recipe { steps: 420, peak: 3e-3, warm_up: 40, seed: 4, shapes: SMALL };
    from_scratch("larger", &llama(144, 384, 5, 4, 4), 5, &recipe, None)
}

pub(crate) fn other() -> Result<()> {
    let config = Config::Gpt2(Gpt2Config {
        vocab_size: VOCABULARY,
        n_positions: 512,
        n_embd: 128,
        n_layer: 4,
        n_head: 4,
        layer_norm_epsilon: 1e-5,
        ..Gpt2Config::default()
    });
    let recipe = Recipe { steps: 2500, peak: 1e-3, warm_up: 100, seed: 5, shapes: LONG };
    from_scratch("other", &config, 4, &recipe, None)
}

pub(crate) fn quantised() -> Result<()> {
    let (config, _, variables) = reopen("base")?;
    variables.save_quantised(Bits::Eight, &config, &path("base-q8"))?;
    variables.save_quantised(Bits::Four, &config, &path("base-q4"))
}
