//! Trainable weights, fresh or from a checkpoint, and the file they are written to.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use candle_core::{Device, Tensor, Var};
use pot_inference::families::Config;
use pot_inference::weights::{Source, packed};
use pot_inference::{InferenceError, tokenizer};
use safetensors::{Dtype, tensor::TensorView};

use crate::random::Random;

/// The weights of a model in training, by name.
#[derive(Default)]
pub(crate) struct Variables(BTreeMap<String, Var>);

impl Variables {
    pub(crate) fn all(&self) -> Vec<Var> {
        self.0.values().cloned().collect()
    }

    /// Writes the weights in half precision, with `config` in the file's metadata.
    pub(crate) fn save(&self, config: &Config, path: &Path) -> Result<()> {
        let mut tensors = Vec::new();
        for (name, var) in &self.0 {
            let bytes = halves(&var.flatten_all()?.to_vec1::<f32>()?);
            tensors.push((name.clone(), Dtype::F16, var.dims().to_vec(), bytes));
        }
        write(config, &tensors, path)
    }

    /// Writes the weights with every matrix quantised, the vectors in half precision.
    pub(crate) fn save_quantised(&self, bits: packed::Bits, config: &Config, path: &Path) -> Result<()> {
        let mut tensors = Vec::new();
        for (name, var) in &self.0 {
            let values = var.flatten_all()?.to_vec1::<f32>()?;
            match packed::shapes(bits, var.dims()).filter(|_| var.rank() == 2) {
                Some((data_shape, scale_shape)) => {
                    let (data, scales) = packed::quantise(bits, &values);
                    let scales = scales.into_iter().flat_map(u16::to_le_bytes).collect();
                    tensors.push((format!("{name}.{}", bits.name()), Dtype::U8, data_shape, data));
                    tensors.push((format!("{name}.scale"), Dtype::F16, scale_shape, scales));
                }
                None => tensors.push((name.clone(), Dtype::F16, var.dims().to_vec(), halves(&values))),
            }
        }
        write(config, &tensors, path)
    }
}

fn halves(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|&x| packed::f32_to_f16(x).to_le_bytes()).collect()
}

fn write(config: &Config, tensors: &[(String, Dtype, Vec<usize>, Vec<u8>)], path: &Path) -> Result<()> {
    let mut views = Vec::new();
    for (name, dtype, shape, bytes) in tensors {
        views.push((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes)?));
    }
    let metadata = HashMap::from([("config".to_owned(), config.to_json(Some(tokenizer::NAME)))]);
    let bytes = safetensors::serialize(views, Some(metadata))?;
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Fresh weights: norms at one, biases at zero, matrices normal with a width that keeps activations near one.
pub(crate) struct Fresh<'a> {
    pub(crate) variables: &'a mut Variables,
    pub(crate) random: Random,
    /// Number of layers, by which the matrices that write into the residual stream are damped.
    pub(crate) layers: u32,
}

impl Source for Fresh<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let count = shape.iter().product();
        let values = if name.rsplit('.').next() == Some("bias") {
            vec![0.0; count]
        } else if shape.len() == 1 {
            vec![1.0f32; count]
        } else if name == "wpe.weight" {
            waves(shape[0], shape[1])
        } else {
            let narrow = f64::from(u32::try_from(shape.iter().copied().min().unwrap_or(1)).unwrap_or(u32::MAX));
            let writes = ["o_proj", "down_proj", "c_proj"].iter().any(|part| name.contains(part));
            let width = match name {
                "model.embed_tokens.weight" | "wte.weight" => 0.05,
                _ if writes => 0.6 / narrow.sqrt() / (2.0 * f64::from(self.layers)).sqrt(),
                _ => 0.6 / narrow.sqrt(),
            };
            #[allow(clippy::cast_possible_truncation)] // rounded to f32 on purpose
            (0..count).map(|_| (self.random.normal() * width) as f32).collect()
        };
        let var = Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?;
        let tensor = var.as_tensor().clone();
        self.variables.0.insert(name.to_owned(), var);
        Ok(tensor)
    }

    fn has(&self, _: &str) -> bool {
        false
    }
}

/// Positions begin as sines and cosines of falling frequency: from noise, a model this small takes too long to learn
/// which position comes before which.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // a few hundred positions, rounded to f32
fn waves(positions: usize, width: usize) -> Vec<f32> {
    let wave = |t: usize, i: usize| {
        let angle = t as f64 / 10_000f64.powf((i / 2 * 2) as f64 / width as f64);
        0.07 * if i.is_multiple_of(2) { angle.sin() } else { angle.cos() }
    };
    (0..positions).flat_map(|t| (0..width).map(move |i| wave(t, i) as f32)).collect()
}

/// Weights that start as those of another source.
pub(crate) struct Continued<'a> {
    pub(crate) variables: &'a mut Variables,
    pub(crate) from: &'a mut dyn Source,
}

impl Source for Continued<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let var = Var::from_tensor(&self.from.take(name, shape)?)?;
        let tensor = var.as_tensor().clone();
        self.variables.0.insert(name.to_owned(), var);
        Ok(tensor)
    }

    fn has(&self, name: &str) -> bool {
        self.from.has(name)
    }
}
