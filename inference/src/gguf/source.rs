//! The tensors of a GGUF file under Hugging Face's names, read one at a time and each by slabs, with what the conversion
//! did undone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::path::PathBuf;

use candle_core::quantized::{QMatMul, QStorage, QTensor};
use candle_core::{Device, Tensor};

use super::header::TensorInfo;
use super::names::Change;
use super::types::Stored;
use crate::InferenceError;
use crate::files::Content;
use crate::load::Kernel;
use crate::weights::{LinearWeight, SLAB, Source, all_finite, dense_bytes, working_bytes};

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
    reader: Reader,
    kernel: Kernel,
    pub(super) entries: BTreeMap<String, Entry>,
}

/// The file, and how it is called in errors.
struct Reader {
    origin: String,
    path: PathBuf,
    data: Box<dyn Content>,
}

impl GgufSource {
    /// No tensor of the file yet.
    pub(super) fn new(origin: &str, path: PathBuf, data: Box<dyn Content>, kernel: Kernel) -> Self {
        Self { reader: Reader { origin: origin.to_owned(), path, data }, kernel, entries: BTreeMap::new() }
    }
}

impl Reader {
    fn missing(&self, name: &str) -> InferenceError {
        InferenceError::MissingTensor { origin: self.origin.clone(), tensor: name.to_owned() }
    }

    fn wrong(&self, name: &str, found: String, expected: String) -> InferenceError {
        InferenceError::WrongTensor { origin: self.origin.clone(), tensor: name.to_owned(), found, expected }
    }

    /// Hands the rows of a tensor to `keep`, in the file's order and some at a time: the number of the first, the stored
    /// bytes, and the values that they stand for, after looking that all are finite.
    fn rows(
        &mut self,
        name: &str,
        entry: &Entry,
        mut keep: impl FnMut(usize, &[u8], &[f32]),
    ) -> Result<(), InferenceError> {
        let (rows, columns) = entry.rows();
        let (width, at_once) = (entry.info.bytes / rows, (SLAB / columns).max(1));
        let failed = |source| InferenceError::Io { path: self.path.clone(), source };
        self.data.seek(SeekFrom::Start(entry.info.start)).map_err(failed)?;
        let mut bytes = Vec::new();
        for first in (0..rows).step_by(at_once) {
            bytes.resize(at_once.min(rows - first) * width, 0);
            self.data.read_exact(&mut bytes).map_err(failed)?;
            let mut values = dequantise(entry.info.stored, &bytes)?;
            if entry.change == Change::PlusOne {
                for value in &mut values {
                    *value -= 1.0;
                }
            }
            if !all_finite(&values) {
                return Err(InferenceError::NotFiniteWeight { origin: self.origin.clone(), tensor: name.to_owned() });
            }
            keep(first, &bytes, &values);
        }
        Ok(())
    }

    /// Where each row of the file is in Hugging Face's order; nothing where that is the same.
    fn places(&self, name: &str, entry: &Entry) -> Result<Option<Vec<usize>>, InferenceError> {
        let (rows, _) = entry.rows();
        let order = entry.change.rows(rows).map_err(|e| self.wrong(name, e, "whole heads".to_owned()))?;
        Ok(order.map(|order| {
            let mut places = vec![0; rows];
            for (place, row) in order.into_iter().enumerate() {
                places[row] = place;
            }
            places
        }))
    }

    /// All values, rows in Hugging Face's order; columns before rows where `transposed`.
    fn values(&mut self, name: &str, entry: &Entry, transposed: bool) -> Result<Vec<f32>, InferenceError> {
        let (rows, columns) = entry.rows();
        let places = self.places(name, entry)?;
        let mut all = vec![0.0; rows * columns];
        self.rows(name, entry, |first, _, values| {
            for (row, values) in (first..).zip(values.chunks_exact(columns)) {
                let row = places.as_ref().map_or(row, |places| places[row]);
                if transposed {
                    for (column, value) in values.iter().enumerate() {
                        all[column * rows + row] = *value;
                    }
                } else {
                    all[row * columns..][..columns].copy_from_slice(values);
                }
            }
        })?;
        Ok(all)
    }

    /// The stored blocks, rows in Hugging Face's order.
    fn blocks(&mut self, name: &str, entry: &Entry) -> Result<Vec<u8>, InferenceError> {
        let (rows, _) = entry.rows();
        let width = entry.info.bytes / rows;
        let places = self.places(name, entry)?;
        let mut all = vec![0; rows * width];
        self.rows(name, entry, |first, bytes, _| {
            for (row, bytes) in (first..).zip(bytes.chunks_exact(width)) {
                let row = places.as_ref().map_or(row, |places| places[row]);
                all[row * width..][..width].copy_from_slice(bytes);
            }
        })?;
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
        let entry = self.entries.get(name).ok_or_else(|| self.reader.missing(name))?;
        if entry.shape() != shape {
            return Err(self.reader.wrong(name, format!("of shape {:?}", entry.shape()), format!("{shape:?}")));
        }
        let values = self.reader.values(name, entry, entry.change == Change::Transposed)?;
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
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
        let entry = self.entries.get(name).ok_or_else(|| self.reader.missing(name))?;
        let shape = entry.info.shape.as_slice();
        if shape != [outputs, inputs] {
            return Err(self.reader.wrong(name, format!("of shape {shape:?}"), format!("[{outputs}, {inputs}]")));
        }
        match entry.info.stored {
            Stored::Blocks(dtype) if self.kernel == Kernel::Quantised => {
                let bytes = self.reader.blocks(name, entry)?;
                let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, dtype)?;
                let tensor = QTensor::new(storage, (outputs, inputs))?;
                Ok(LinearWeight::Quantised(QMatMul::from_qtensor(tensor)?))
            }
            _ => {
                let values = self.reader.values(name, entry, false)?;
                Ok(LinearWeight::Dense(Tensor::from_vec(values, (outputs, inputs), &Device::Cpu)?))
            }
        }
    }

    fn unchanged(&self) -> Result<(), InferenceError> {
        self.reader.data.unchanged()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use std::sync::atomic::Ordering;

    use super::*;
    use crate::files::Counted;
    use crate::weights::Float;
    use candle_core::quantized::GgmlDType;

    /// Rows of 32, which make two slabs and a half.
    const ROWS: usize = SLAB / 32 * 5 / 2;

    /// A file of one tensor, and the most bytes that were read of it at once.
    fn source(stored: Stored, bytes: Vec<u8>, change: Change) -> (GgufSource, impl Fn() -> usize) {
        let info = TensorInfo { stored, shape: vec![ROWS, 32], start: 0, bytes: bytes.len() };
        let (data, largest) = Counted::new(bytes);
        let kernel = if stored == Stored::Blocks(GgmlDType::Q8_0) { Kernel::Quantised } else { Kernel::Dequantised };
        let mut source = GgufSource::new("m", "m".into(), Box::new(data), kernel);
        source.entries.insert("w".to_owned(), Entry { info, change });
        (source, move || largest.load(Ordering::Relaxed))
    }

    #[test]
    fn a_slab_of_stored_bytes_at_most_lies_beside_what_is_read() {
        let values: Vec<f32> = (0..ROWS * 32).map(|i| f32::from(u16::try_from(i / 7 % 65521).unwrap())).collect();
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let at = |row: usize, column: usize| values[row * 32 + column].to_bits();
        for change in [Change::None, Change::PlusOne, Change::Transposed, Change::Interleaved { heads: 4 }] {
            let (mut source, largest) = source(Stored::Float(Float::F32), bytes.clone(), change);
            let shape = source.entries["w"].shape();
            let found: Vec<f32> = source.take("w", &shape).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            assert_eq!(largest(), 4 * SLAB, "{change:?}");
            let order = change.rows(ROWS).unwrap();
            for (row, column) in [(0, 0), (1, 5), (SLAB / 32 - 1, 31), (SLAB / 32, 0), (ROWS / 2, 9), (ROWS - 1, 31)] {
                let (place, expected) = match (change, &order) {
                    (Change::Transposed, _) => (column * ROWS + row, at(row, column)),
                    (Change::PlusOne, _) => (row * 32 + column, (f32::from_bits(at(row, column)) - 1.0).to_bits()),
                    (_, Some(order)) => (row * 32 + column, at(order[row], column)),
                    _ => (row * 32 + column, at(row, column)),
                };
                assert_eq!(found[place].to_bits(), expected, "{change:?} {row} {column}");
            }
        }
    }

    #[test]
    fn blocks_are_kept_and_looked_at_by_slabs() {
        // 34 bytes a row: a scale of 1 and integers that number the row.
        let row = |row: usize| {
            let number = u8::try_from(row % 127).unwrap();
            [0x00, 0x3c].into_iter().chain(std::iter::repeat_n(number, 32))
        };
        let bytes: Vec<u8> = (0..ROWS).flat_map(row).collect();
        let (mut source, largest) = source(Stored::Blocks(GgmlDType::Q8_0), bytes, Change::Interleaved { heads: 4 });
        let order = Change::Interleaved { heads: 4 }.rows(ROWS).unwrap().unwrap();
        let LinearWeight::Quantised(QMatMul::QTensor(weight)) = source.linear("w", ROWS, 32).unwrap() else { panic!() };
        assert_eq!(largest(), 34 * SLAB / 32);
        let found: Vec<f32> = weight.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        let numbers = order.iter().map(|row| f32::from(u8::try_from(row % 127).unwrap()));
        assert!(found.chunks(32).zip(numbers).all(|(row, number)| row.iter().all(|x| x.to_bits() == number.to_bits())));
    }
}
