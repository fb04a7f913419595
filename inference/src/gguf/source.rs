//! The tensors of a GGUF file under Hugging Face's names, read one at a time, with what the conversion did undone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use candle_core::quantized::{QMatMul, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::header::TensorInfo;
use super::names::Change;
use super::types::Stored;
use crate::InferenceError;
use crate::files::RegularFile;
use crate::load::Kernel;
use crate::weights::{LinearWeight, Source, all_finite, dense_bytes, working_bytes};

/// Weights that are dequantised at a time: bounds what is in memory besides the stored and the finished tensor.
const SLAB: usize = 1 << 20;

/// One tensor: where it is and what was done to it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) info: TensorInfo,
    pub(super) change: Change,
}

impl Entry {
    /// The shape in Hugging Face's checkpoints.
    pub(super) fn shape(&self) -> Vec<usize> {
        let mut shape = self.info.shape.clone();
        if self.change == Change::Transposed {
            shape.reverse();
        }
        shape
    }

    /// Rows and columns in the file; a vector is many rows of one, or one row if it comes in blocks.
    fn rows(&self) -> (usize, usize) {
        match self.info.shape.as_slice() {
            [n] if self.info.stored.block() == 1 => (*n, 1),
            [n] => (1, *n),
            shape => {
                let columns = shape.last().copied().unwrap_or(1);
                (shape.iter().product::<usize>() / columns, columns)
            }
        }
    }
}

/// The weights of one GGUF file.
pub(super) struct GgufSource {
    pub(super) origin: String,
    pub(super) file: RegularFile,
    pub(super) kernel: Kernel,
    pub(super) entries: BTreeMap<String, Entry>,
}

impl GgufSource {
    /// The tensor called `name`, which must have `shape` in Hugging Face's checkpoints.
    fn entry(&self, name: &str, shape: &[usize]) -> Result<&Entry, InferenceError> {
        let Some(entry) = self.entries.get(name) else {
            return Err(InferenceError::MissingTensor { origin: self.origin.clone(), tensor: name.to_owned() });
        };
        if entry.shape() != shape {
            return Err(self.wrong(name, format!("of shape {:?}", entry.shape()), format!("{shape:?}")));
        }
        Ok(entry)
    }

    fn wrong(&self, name: &str, found: String, expected: String) -> InferenceError {
        InferenceError::WrongTensor { origin: self.origin.clone(), tensor: name.to_owned(), found, expected }
    }

    /// The stored bytes, rows in Hugging Face's order.
    fn bytes(&self, name: &str, entry: &Entry) -> Result<Vec<u8>, InferenceError> {
        let mut bytes = vec![0; entry.info.bytes];
        let mut file = &self.file.file;
        let read = file.seek(SeekFrom::Start(entry.info.start)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|source| InferenceError::Io { path: self.file.path.clone(), source })?;
        let (rows, _) = entry.rows();
        let width = bytes.len() / rows;
        let order = entry.change.rows(rows).map_err(|e| self.wrong(name, e, "whole heads".to_owned()))?;
        Ok(match order {
            Some(order) => order.iter().flat_map(|&row| &bytes[row * width..(row + 1) * width]).copied().collect(),
            None => bytes,
        })
    }

    /// Hands the values that `bytes` stand for to `keep`, some at a time, after looking that all are finite.
    fn values(
        &self,
        name: &str,
        entry: &Entry,
        bytes: &[u8],
        mut keep: impl FnMut(Vec<f32>),
    ) -> Result<(), InferenceError> {
        let (rows, columns) = entry.rows();
        for slab in bytes.chunks(bytes.len() / rows * (SLAB / columns).max(1)) {
            let mut values = dequantise(entry.info.stored, slab)?;
            if entry.change == Change::PlusOne {
                for value in &mut values {
                    *value -= 1.0;
                }
            }
            if !all_finite(&values) {
                return Err(InferenceError::NotFiniteWeight { origin: self.origin.clone(), tensor: name.to_owned() });
            }
            keep(values);
        }
        Ok(())
    }

    /// All values, rows in Hugging Face's order.
    fn all(&self, name: &str, entry: &Entry) -> Result<Vec<f32>, InferenceError> {
        let bytes = self.bytes(name, entry)?;
        let mut all = Vec::with_capacity(entry.info.shape.iter().product());
        self.values(name, entry, &bytes, |values| all.extend(values))?;
        Ok(all)
    }
}

/// The values of whole blocks.
fn dequantise(stored: Stored, bytes: &[u8]) -> Result<Vec<f32>, InferenceError> {
    match stored {
        Stored::Float(float) => Ok(float.decode(bytes)),
        Stored::Blocks(dtype) => {
            let count = bytes.len() / dtype.type_size() * dtype.block_size();
            let storage = QStorage::from_data(Cow::Owned(bytes.to_vec()), &Device::Cpu, dtype)?;
            Ok(QTensor::new(storage, count)?.dequantize(&Device::Cpu)?.to_vec1()?)
        }
    }
}

impl Source for GgufSource {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let entry = self.entry(name, shape)?;
        let values = self.all(name, entry)?;
        let tensor = Tensor::from_vec(values, entry.info.shape.as_slice(), &Device::Cpu)?;
        Ok(if entry.change == Change::Transposed { tensor.t()?.contiguous()? } else { tensor })
    }

    fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    fn linear_bytes(&self, name: &str, outputs: usize, inputs: usize) -> u64 {
        match self.entries.get(name).map(|entry| &entry.info) {
            Some(TensorInfo { stored: Stored::Blocks(kind), bytes, .. }) if self.kernel == Kernel::Quantised => {
                working_bytes(*kind, *bytes as u64)
            }
            _ => dense_bytes(&[outputs, inputs]),
        }
    }

    /// A weight that Hugging Face stores as (inputs, outputs), as GPT-2's, comes as (outputs, inputs) from here.
    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<LinearWeight, InferenceError> {
        let Some(entry) = self.entries.get(name) else {
            return Err(InferenceError::MissingTensor { origin: self.origin.clone(), tensor: name.to_owned() });
        };
        let shape = entry.info.shape.as_slice();
        if shape != [outputs, inputs] {
            return Err(self.wrong(name, format!("of shape {shape:?}"), format!("[{outputs}, {inputs}]")));
        }
        match entry.info.stored {
            Stored::Blocks(dtype) if self.kernel == Kernel::Quantised => {
                let bytes = self.bytes(name, entry)?;
                self.values(name, entry, &bytes, drop)?;
                let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, dtype)?;
                let tensor = QTensor::new(storage, (outputs, inputs))?;
                Ok(LinearWeight::Quantised(QMatMul::from_qtensor(tensor)?))
            }
            _ => {
                let values = self.all(name, entry)?;
                Ok(LinearWeight::Dense(Tensor::from_vec(values, (outputs, inputs), &Device::Cpu)?))
            }
        }
    }
}
