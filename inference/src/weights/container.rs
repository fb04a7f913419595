//! A safetensors file in memory: header and shapes checked by the `safetensors` crate, values by us.

use std::collections::BTreeSet;

use candle_core::{Device, Tensor};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::{Source, packed};
use crate::InferenceError;

/// The tensors of one safetensors file. Each can be taken; what nobody took is an error at the end.
pub struct Checkpoint<'a> {
    origin: &'a str,
    file: SafeTensors<'a>,
    config: Option<String>,
    left: BTreeSet<String>,
    formats: BTreeSet<&'static str>,
    parameters: u64,
}

impl<'a> Checkpoint<'a> {
    /// Reads the header of `bytes`; `origin` names the file in errors.
    ///
    /// # Errors
    /// [`InferenceError::Container`] when the file is cut short or no safetensors file.
    pub fn read(origin: &'a str, bytes: &'a [u8]) -> Result<Self, InferenceError> {
        let bad = |e: safetensors::SafeTensorError| InferenceError::Container {
            origin: origin.to_owned(),
            reason: e.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(bad)?;
        let config = header.metadata().as_ref().and_then(|m| m.get("config").cloned());
        let file = SafeTensors::deserialize(bytes).map_err(bad)?;
        let left = file.names().into_iter().map(str::to_owned).collect();
        Ok(Self { origin, file, config, left, formats: BTreeSet::new(), parameters: 0 })
    }

    /// The configuration in the file's metadata, if it has one.
    pub fn config(&self) -> Option<&str> {
        self.config.as_deref()
    }

    /// Number of weights taken so far.
    pub fn parameters(&self) -> u64 {
        self.parameters
    }

    /// The element types taken so far, such as `f16+q8`.
    pub fn formats(&self) -> String {
        self.formats.iter().copied().collect::<Vec<_>>().join("+")
    }

    /// Refuses a file with tensors that were not taken.
    ///
    /// # Errors
    /// [`InferenceError::UnexpectedTensor`] naming the first of them.
    pub fn finish(&self) -> Result<(), InferenceError> {
        match self.left.first() {
            None => Ok(()),
            Some(tensor) => {
                Err(InferenceError::UnexpectedTensor { origin: self.origin.to_owned(), tensor: tensor.clone() })
            }
        }
    }

    fn view(&mut self, name: &str, shape: &[usize]) -> Result<TensorView<'a>, InferenceError> {
        let view = self
            .file
            .tensor(name)
            .map_err(|_| InferenceError::MissingTensor { origin: self.origin.to_owned(), tensor: name.to_owned() })?;
        if view.shape() != shape {
            return Err(self.wrong(name, format!("of shape {:?}", view.shape()), format!("{shape:?}")));
        }
        self.left.remove(name);
        Ok(view)
    }

    fn wrong(&self, name: &str, found: String, expected: String) -> InferenceError {
        InferenceError::WrongTensor { origin: self.origin.to_owned(), tensor: name.to_owned(), found, expected }
    }

    /// The tensor as f32 values, whatever floating-point type it is stored in.
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, InferenceError> {
        let view = self.view(name, shape)?;
        let (data, dtype) = (view.data(), view.dtype());
        let halves = || data.chunks_exact(2).map(|b| [b[0], b[1]]);
        let (format, values): (_, Vec<f32>) = match dtype {
            Dtype::F32 => ("f32", data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
            Dtype::F16 => ("f16", halves().map(|b| packed::f16_to_f32(u16::from_le_bytes(b))).collect()),
            Dtype::BF16 => ("bf16", halves().map(|b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)).collect()),
            other => return Err(self.wrong(name, format!("of type {other:?}"), "F32, F16, BF16, q8 or q4".to_owned())),
        };
        self.formats.insert(format);
        Ok(values)
    }

    /// The tensor from its packed form: integers of `bits` and one F16 scale for each group along the last axis.
    fn unpack(&mut self, name: &str, shape: &[usize], bits: packed::Bits) -> Result<Vec<f32>, InferenceError> {
        let (data_shape, scale_shape) = packed::shapes(bits, shape)
            .ok_or_else(|| self.wrong(name, "quantised".to_owned(), format!("floating point of shape {shape:?}")))?;
        let data_name = format!("{name}.{}", bits.name());
        let view = self.view(&data_name, &data_shape)?;
        if view.dtype() != Dtype::U8 {
            return Err(self.wrong(&data_name, format!("of type {:?}", view.dtype()), "U8".to_owned()));
        }
        let data = view.data();
        let scales = self.floats(&format!("{name}.scale"), &scale_shape)?;
        self.formats.insert(bits.name());
        Ok(packed::dequantise(bits, data, &scales))
    }
}

impl Source for Checkpoint<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let packed_as = packed::Bits::ALL.into_iter().find(|b| self.left.contains(&format!("{name}.{}", b.name())));
        let values = match packed_as {
            Some(bits) => self.unpack(name, shape, bits)?,
            None => self.floats(name, shape)?,
        };
        if values.iter().any(|x| !x.is_finite()) {
            return Err(InferenceError::NotFiniteWeight { origin: self.origin.to_owned(), tensor: name.to_owned() });
        }
        self.parameters += values.len() as u64;
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }
}
