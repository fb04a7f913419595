//! One or several safetensors files, read one tensor at a time and each by slabs: header checked by the `safetensors`
//! crate, values by us.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, SeekFrom};
use std::ops::Range;

use candle_core::{Device, Tensor};
use safetensors::{Dtype, tensor::Metadata};

use super::{Float, SLAB, Source, all_finite, packed};
use crate::InferenceError;
use crate::files::Content;

/// One safetensors file of a model.
pub(crate) struct Part {
    /// Names the file in errors.
    pub(crate) origin: String,
    /// Length in bytes.
    pub(crate) length: u64,
    /// Its content.
    pub(crate) data: Box<dyn Content>,
}

/// Where a tensor lies and what it is.
struct Entry {
    part: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    /// First byte in the file.
    start: u64,
    /// Length in bytes.
    bytes: usize,
}

/// The tensors of one model in the safetensors format. Each can be taken, more than once; whether some are left that
/// nobody took can be asked at the end.
pub struct Checkpoint {
    origin: String,
    parts: Vec<Part>,
    entries: BTreeMap<String, Entry>,
    config: Option<String>,
    left: BTreeSet<String>,
}

/// Longest header that is read, in bytes: the limit of the format.
const MAX_HEADER: u64 = 100_000_000;

impl Checkpoint {
    /// Reads the header of `bytes`; `origin` names the file in errors.
    ///
    /// # Errors
    /// [`InferenceError::Container`] when the file is cut short or no safetensors file.
    pub fn read(origin: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, InferenceError> {
        let bytes = bytes.into();
        let part = Part { origin: origin.to_owned(), length: bytes.len() as u64, data: Box::new(Cursor::new(bytes)) };
        Self::open(origin, vec![part])
    }

    /// Reads the headers of `parts`; `origin` names the whole in errors.
    ///
    /// # Errors
    /// [`InferenceError`] when a file is cut short or no safetensors file, or when a tensor is in two of them.
    pub(crate) fn open(origin: &str, parts: Vec<Part>) -> Result<Self, InferenceError> {
        let mut all =
            Self { origin: origin.to_owned(), parts, entries: BTreeMap::new(), config: None, left: BTreeSet::new() };
        for index in 0..all.parts.len() {
            all.add(index)?;
        }
        all.left = all.entries.keys().cloned().collect();
        Ok(all)
    }

    /// Adds the tensors of one file.
    fn add(&mut self, index: usize) -> Result<(), InferenceError> {
        let part = &mut self.parts[index];
        let (header, data) = header(part)?;
        for (name, info) in header.tensors() {
            let (from, to) = info.data_offsets;
            let (start, bytes) = (data + from as u64, to - from);
            let entry = Entry { part: index, dtype: info.dtype, shape: info.shape.clone(), start, bytes };
            if let Some(other) = self.entries.insert(name.clone(), entry) {
                return Err(InferenceError::Container {
                    origin: self.origin.clone(),
                    reason: format!(
                        "tensor '{name}' is both in '{}' and in '{}'",
                        self.parts[other.part].origin, self.parts[index].origin
                    ),
                });
            }
        }
        let config = header.metadata().as_ref().and_then(|m| m.get("config").cloned());
        self.config = self.config.take().or(config);
        Ok(())
    }

    /// The configuration in the file's metadata, if it has one.
    pub fn config(&self) -> Option<&str> {
        self.config.as_deref()
    }

    /// Name and shape of every weight. One in packed form has the name and shape of the weight that it stands for.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let logical = |(name, entry): (&String, &Entry)| {
            if let Some((bits, base)) = packed_of(name) {
                return Some((base.to_owned(), packed::unpacked_shape(bits, &entry.shape)));
            }
            let scale = name.strip_suffix(".scale").is_some_and(|base| self.packed(base).is_some());
            (!scale).then(|| (name.clone(), entry.shape.clone()))
        };
        self.entries.iter().filter_map(logical).collect()
    }

    /// Every stored tensor and the name of the file that it lies in.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        let file = |entry: &Entry| {
            let origin = self.parts[entry.part].origin.as_str();
            std::path::Path::new(origin).file_name().and_then(std::ffi::OsStr::to_str).unwrap_or(origin)
        };
        self.entries.iter().map(move |(name, entry)| (name.as_str(), file(entry)))
    }

    /// Number of weights, without the constant tables that some files carry along.
    pub fn parameters(&self) -> u64 {
        let count = |shape: &[usize]| shape.iter().map(|&n| n as u64).product::<u64>();
        self.tensors().iter().filter(|(name, _)| !is_constant(name)).map(|(_, shape)| count(shape)).sum()
    }

    /// The element types of the weights, such as `f16+q8`.
    pub fn formats(&self) -> String {
        let format = |(name, entry): (&String, &Entry)| match packed_of(name) {
            Some((bits, _)) => bits.name().to_owned(),
            None => float(entry.dtype).map_or_else(|| format!("{:?}", entry.dtype).to_lowercase(), |f| f.name().into()),
        };
        let weights = self.entries.iter().filter(|(name, _)| !is_constant(name));
        weights.map(format).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("+")
    }

    /// Refuses a file with tensors that were not taken.
    ///
    /// # Errors
    /// [`InferenceError::UnexpectedTensor`] naming the first of them.
    pub fn finish(&self) -> Result<(), InferenceError> {
        match self.left.first() {
            None => Ok(()),
            Some(tensor) => {
                Err(InferenceError::UnexpectedTensor { origin: self.origin.clone(), tensor: tensor.clone() })
            }
        }
    }

    /// In which packed form the weight called `name` is stored, if it is.
    fn packed(&self, name: &str) -> Option<packed::Bits> {
        packed::Bits::ALL.into_iter().find(|b| self.entries.contains_key(&format!("{name}.{}", b.name())))
    }

    /// The type of the tensor called `name`, which must have this shape, and its length in bytes.
    fn stored(&mut self, name: &str, shape: &[usize]) -> Result<(Dtype, usize), InferenceError> {
        let Some(entry) = self.entries.get(name) else {
            return Err(InferenceError::MissingTensor { origin: self.origin.clone(), tensor: name.to_owned() });
        };
        if entry.shape != shape {
            return Err(self.wrong(name, format!("of shape {:?}", entry.shape), format!("{shape:?}")));
        }
        self.left.remove(name);
        Ok((entry.dtype, entry.bytes))
    }

    /// Some bytes of the tensor called `name`.
    fn bytes(&mut self, name: &str, range: Range<usize>) -> Result<Vec<u8>, InferenceError> {
        let Some(entry) = self.entries.get(name) else {
            return Err(InferenceError::MissingTensor { origin: self.origin.clone(), tensor: name.to_owned() });
        };
        let part = &mut self.parts[entry.part];
        let mut bytes = vec![0; range.len()];
        let start = SeekFrom::Start(entry.start + range.start as u64);
        let read = part.data.seek(start).and_then(|_| part.data.read_exact(&mut bytes));
        read.map_err(|source| InferenceError::Io { path: part.origin.clone().into(), source })?;
        Ok(bytes)
    }

    fn wrong(&self, name: &str, found: String, expected: String) -> InferenceError {
        InferenceError::WrongTensor { origin: self.origin.clone(), tensor: name.to_owned(), found, expected }
    }

    /// How the tensor called `name` stores its values, and how many bytes there are.
    fn float(&mut self, name: &str, shape: &[usize]) -> Result<(Float, usize), InferenceError> {
        let (dtype, bytes) = self.stored(name, shape)?;
        match float(dtype) {
            Some(float) => Ok((float, bytes)),
            None => Err(self.wrong(name, format!("of type {dtype:?}"), "F32, F16, BF16, q8 or q4".to_owned())),
        }
    }

    /// The tensor as f32 values, whatever floating-point type it is stored in.
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, InferenceError> {
        let (float, bytes) = self.float(name, shape)?;
        let mut values = Vec::with_capacity(bytes / float.bytes());
        for slab in slabs(bytes, SLAB * float.bytes()) {
            values.extend(float.decode(&self.bytes(name, slab)?));
        }
        Ok(values)
    }

    /// The tensor from its packed form: integers of `bits` and one F16 scale for each group along the last axis.
    fn unpack(&mut self, name: &str, shape: &[usize], bits: packed::Bits) -> Result<Vec<f32>, InferenceError> {
        let (data_shape, scale_shape) = packed::shapes(bits, shape)
            .ok_or_else(|| self.wrong(name, "quantised".to_owned(), format!("floating point of shape {shape:?}")))?;
        let (data_name, scale_name) = (format!("{name}.{}", bits.name()), format!("{name}.scale"));
        let (dtype, bytes) = self.stored(&data_name, &data_shape)?;
        if dtype != Dtype::U8 {
            return Err(self.wrong(&data_name, format!("of type {dtype:?}"), "U8".to_owned()));
        }
        let (float, scale_bytes) = self.float(&scale_name, &scale_shape)?;
        let mut values = Vec::with_capacity(shape.iter().product());
        // Both in step: the shapes say that there is a scale for each whole group.
        let scales = slabs(scale_bytes, SLAB / packed::GROUP * float.bytes());
        for (data, scales) in slabs(bytes, bits.bytes(SLAB)).zip(scales) {
            let scales = float.decode(&self.bytes(&scale_name, scales)?);
            values.extend(packed::dequantise(bits, &self.bytes(&data_name, data)?, &scales));
        }
        Ok(values)
    }
}

/// The ranges of `total` bytes, `most` at a time.
fn slabs(total: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    (0..total).step_by(most).map(move |start| start..total.min(start + most))
}

impl Source for Checkpoint {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, InferenceError> {
        let values = match self.packed(name) {
            Some(bits) => self.unpack(name, shape, bits)?,
            None => self.floats(name, shape)?,
        };
        if !all_finite(&values) {
            return Err(InferenceError::NotFiniteWeight { origin: self.origin.clone(), tensor: name.to_owned() });
        }
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name) || self.packed(name).is_some()
    }

    fn unchanged(&self) -> Result<(), InferenceError> {
        self.parts.iter().try_for_each(|part| part.data.unchanged())
    }
}

/// The header of a file and where its data begin. The crate checks that the tensors lie in the data without overlap
/// or gap, and that each is as long as its type and shape say.
fn header(part: &mut Part) -> Result<(Metadata, u64), InferenceError> {
    let bad = |reason: String| InferenceError::Container {
        origin: part.origin.clone(),
        reason: reason.lines().next().unwrap_or_default().to_owned(),
    };
    let failed = |source| InferenceError::Io { path: part.origin.clone().into(), source };
    let mut length = [0; 8];
    if part.length < 8 {
        return Err(bad("shorter than 8 bytes".to_owned()));
    }
    part.data.seek(SeekFrom::Start(0)).map_err(failed)?;
    part.data.read_exact(&mut length).map_err(failed)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER.min(part.length - 8) {
        return Err(bad(format!("a header of {length} bytes in a file of {}", part.length)));
    }
    let mut text = vec![0; usize::try_from(length).map_err(|e| bad(e.to_string()))?];
    part.data.read_exact(&mut text).map_err(failed)?;
    let header: Metadata = serde_json::from_slice(&text).map_err(|e| bad(e.to_string()))?;
    let data = 8 + length;
    if data + header.data_len() as u64 != part.length {
        return Err(bad(format!(
            "its header speaks of {} bytes, the file has {}",
            data + header.data_len() as u64,
            part.length
        )));
    }
    Ok((header, data))
}

fn float(dtype: Dtype) -> Option<Float> {
    match dtype {
        Dtype::F32 => Some(Float::F32),
        Dtype::F16 => Some(Float::F16),
        Dtype::BF16 => Some(Float::BF16),
        _ => None,
    }
}

/// If `name` is that of the integers of a packed weight: their width, and the weight's name.
fn packed_of(name: &str) -> Option<(packed::Bits, &str)> {
    let (base, suffix) = name.rsplit_once('.')?;
    packed::Bits::ALL.into_iter().find(|b| b.name() == suffix).map(|bits| (bits, base))
}

/// Whether a tensor is a table that the architecture implies: causal masks and rotary frequencies, which older
/// checkpoints carry along.
pub(crate) fn is_constant(name: &str) -> bool {
    [".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use std::sync::atomic::Ordering;

    use safetensors::tensor::TensorView;

    use super::*;
    use crate::files::Counted;

    /// Rows of 32, which make two slabs and a half.
    const SHAPE: [usize; 2] = [SLAB / 32 * 5 / 2, 32];

    #[test]
    fn a_slab_of_stored_bytes_at_most_lies_beside_what_is_read() {
        let values: Vec<f32> = (0..SHAPE[0] * 32).map(|i| f32::from(u16::try_from(i % 251).unwrap()) - 125.0).collect();
        let floats: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let halves: Vec<u8> = values.iter().flat_map(|x| (x.to_bits() >> 16).to_le_bytes()[..2].to_vec()).collect();
        for (dtype, bytes, most) in [(Dtype::F32, floats, 4 * SLAB), (Dtype::BF16, halves, 2 * SLAB)] {
            let (found, largest) = read(&[("w", dtype, &SHAPE, &bytes)]);
            assert!(found == values && largest == most, "{dtype:?}: {largest}");
        }
        for bits in packed::Bits::ALL {
            let (data, scales) = packed::quantise(bits, &values);
            let scales: Vec<u8> = scales.iter().flat_map(|x| x.to_le_bytes()).collect();
            let (data_shape, scale_shape) = packed::shapes(bits, &SHAPE).unwrap();
            let name = format!("w.{}", bits.name());
            let (found, largest) =
                read(&[(&name, Dtype::U8, &data_shape, &data), ("w.scale", Dtype::F16, &scale_shape, &scales)]);
            let near = found.iter().zip(&values).all(|(a, b)| (a - b).abs() <= 125.0 / 7.0);
            assert!(found.len() == values.len() && near && largest == bits.bytes(SLAB), "{bits:?}: {largest}");
        }
    }

    /// The weight `w` of a file with these tensors, and the most bytes that were read at once.
    fn read(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> (Vec<f32>, usize) {
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
        let bytes = safetensors::serialize(views, None).unwrap();
        let length = bytes.len() as u64;
        let (data, largest) = Counted::new(bytes);
        let part = Part { origin: "m".to_owned(), length, data: Box::new(data) };
        let mut checkpoint = Checkpoint::open("m", vec![part]).unwrap();
        let tensor = checkpoint.take("w", &SHAPE).unwrap();
        checkpoint.finish().unwrap();
        (tensor.flatten_all().unwrap().to_vec1().unwrap(), largest.load(Ordering::Relaxed))
    }
}
