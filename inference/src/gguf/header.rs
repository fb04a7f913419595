//! The header of a GGUF file, version 2 or 3 (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
//!
//! A reader of our own, because the header comes from anybody: nothing is allocated that the file does not fill,
//! nothing is named twice, and no tensor lies outside the file or on another one.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use super::types::Stored;
use super::value::{Value, Values};
use crate::files::Content;

/// Where a tensor lies and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TensorInfo {
    pub(super) stored: Stored,
    /// The last axis is the one along which values are neighbours.
    pub(super) shape: Vec<usize>,
    /// First byte in the file.
    pub(super) start: u64,
    /// Length in bytes.
    pub(super) bytes: usize,
}

/// What a header says.
#[derive(Debug)]
pub(crate) struct Header {
    pub(super) values: Values,
    pub(super) tensors: BTreeMap<String, TensorInfo>,
}

/// Most elements of a list, and most keys and tensors: no vocabulary comes near.
const MAX_COUNT: u64 = 1 << 24;
/// Longest key or name of a tensor in bytes; the format says 65,535 and 64.
const MAX_NAME: u64 = 1 << 16;
/// Longest other text in bytes.
const MAX_TEXT: u64 = 1 << 26;

/// Reads the header of a file of `length` bytes.
///
/// # Errors
/// A sentence that says what is wrong and where.
pub(crate) fn read(data: &mut dyn Content, length: u64) -> Result<Header, String> {
    data.rewind().map_err(|e| e.to_string())?;
    let mut reader = Reader { data: BufReader::new(data), position: 0, length };
    if reader.bytes::<4>("the first bytes")? != *b"GGUF" {
        return Err("it does not begin with 'GGUF'".to_owned());
    }
    match reader.u32("the version")? {
        2 | 3 => {}
        version if version.swap_bytes() <= 3 => return Err("it is written with the highest byte first".to_owned()),
        version => return Err(format!("version {version} is not known: 2 and 3 are")),
    }
    // A tensor takes at least 24 bytes, a key with its value at least 13.
    let tensor_count = reader.count("the number of tensors", 24)?;
    let key_count = reader.count("the number of keys", 13)?;
    let mut values = BTreeMap::new();
    for i in 0..key_count {
        let key = reader.text(&format!("key {i}"), MAX_NAME)?;
        let value = reader.value(&key)?;
        if values.insert(key.clone(), value).is_some() {
            return Err(format!("the key {key} is there twice"));
        }
    }
    let values = Values(values);
    let mut tensors = BTreeMap::new();
    for i in 0..tensor_count {
        let name = reader.text(&format!("the name of tensor {i}"), MAX_NAME)?;
        let info = reader.tensor(&name)?;
        if tensors.insert(name.clone(), info).is_some() {
            return Err(format!("tensor '{name}' is there twice"));
        }
    }
    let alignment = values.whole("general.alignment")?.unwrap_or(32);
    if !alignment.is_power_of_two() || !(8..=1 << 20).contains(&alignment) {
        return Err(format!("general.alignment = {alignment} is no power of two from 8 to 1048576"));
    }
    place(&mut tensors, reader.position.next_multiple_of(alignment), alignment, length)?;
    Ok(Header { values, tensors })
}

/// Makes positions in the file of the tensors' offsets, and checks that each has room of its own.
fn place(tensors: &mut BTreeMap<String, TensorInfo>, data: u64, alignment: u64, length: u64) -> Result<(), String> {
    let mut order: Vec<(&String, &mut TensorInfo)> = tensors.iter_mut().collect();
    order.sort_by_key(|(_, info)| info.start);
    let mut free = data;
    for (name, info) in order {
        if info.start % alignment != 0 {
            return Err(format!("tensor '{name}' does not lie on a multiple of {alignment} bytes"));
        }
        info.start = info.start.checked_add(data).ok_or_else(|| format!("tensor '{name}' lies outside the file"))?;
        if info.start < free {
            return Err(format!("tensor '{name}' lies on another one"));
        }
        free = info.start.saturating_add(info.bytes as u64);
        if free > length {
            return Err(format!("tensor '{name}' ends at byte {free}, the file has {length}: fetch it again"));
        }
    }
    Ok(())
}

struct Reader<'a> {
    data: BufReader<&'a mut dyn Content>,
    position: u64,
    length: u64,
}

impl Reader<'_> {
    fn fill(&mut self, buffer: &mut [u8], what: &str) -> Result<(), String> {
        let short = |_| format!("it ends within {what}, after {} bytes: fetch it again", self.length);
        self.data.read_exact(buffer).map_err(short)?;
        self.position += buffer.len() as u64;
        Ok(())
    }

    fn bytes<const N: usize>(&mut self, what: &str) -> Result<[u8; N], String> {
        let mut buffer = [0; N];
        self.fill(&mut buffer, what)?;
        Ok(buffer)
    }

    fn u32(&mut self, what: &str) -> Result<u32, String> {
        self.bytes(what).map(u32::from_le_bytes)
    }

    fn u64(&mut self, what: &str) -> Result<u64, String> {
        self.bytes(what).map(u64::from_le_bytes)
    }

    /// A number of things that take at least `least` bytes each: they must fit into what is left of the file.
    fn count(&mut self, what: &str, least: u64) -> Result<u64, String> {
        let count = self.u64(what)?;
        let left = self.length.saturating_sub(self.position);
        if count > MAX_COUNT || count * least > left {
            return Err(format!("{what} is {count}, too many for a file of {} bytes", self.length));
        }
        Ok(count)
    }

    fn text(&mut self, what: &str, limit: u64) -> Result<String, String> {
        let length = self.u64(what)?;
        if length > limit.min(self.length.saturating_sub(self.position)) {
            return Err(format!("{what} is said to have {length} bytes"));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(|e| e.to_string())?];
        self.fill(&mut bytes, what)?;
        String::from_utf8(bytes).map_err(|_| format!("{what} is no UTF-8"))
    }

    fn truth(&mut self, key: &str) -> Result<bool, String> {
        match self.bytes::<1>(key)? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(format!("{key} is {other} where 0 or 1 is expected")),
        }
    }

    fn value(&mut self, key: &str) -> Result<Value, String> {
        Ok(match self.u32(key)? {
            0 => Value::Unsigned(u8::from_le_bytes(self.bytes(key)?).into()),
            1 => Value::Signed(i8::from_le_bytes(self.bytes(key)?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.bytes(key)?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.bytes(key)?).into()),
            4 => Value::Unsigned(self.u32(key)?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.bytes(key)?).into()),
            6 => Value::F32(f32::from_le_bytes(self.bytes(key)?)),
            7 => Value::Bool(self.truth(key)?),
            8 => Value::Text(self.text(key, MAX_TEXT)?),
            9 => self.list(key)?,
            10 => Value::Unsigned(self.u64(key)?),
            11 => Value::Signed(i64::from_le_bytes(self.bytes(key)?)),
            12 => Value::F64(f64::from_le_bytes(self.bytes(key)?)),
            other => return Err(format!("{key} has the unknown type {other}")),
        })
    }

    fn list(&mut self, key: &str) -> Result<Value, String> {
        let kind = self.u32(key)?;
        let least = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10 | 11 => 8,
            _ => return Err(format!("{key} is a list of the unsupported type {kind}")),
        };
        let count = self.count(key, least)?;
        let integers = |reader: &mut Self, read: fn(&mut Self, &str) -> Result<i64, String>| {
            (0..count).map(|_| read(reader, key)).collect::<Result<_, _>>().map(Value::Integers)
        };
        match kind {
            0 => integers(self, |r, k| Ok(u8::from_le_bytes(r.bytes(k)?).into())),
            1 => integers(self, |r, k| Ok(i8::from_le_bytes(r.bytes(k)?).into())),
            2 => integers(self, |r, k| Ok(u16::from_le_bytes(r.bytes(k)?).into())),
            3 => integers(self, |r, k| Ok(i16::from_le_bytes(r.bytes(k)?).into())),
            4 => integers(self, |r, k| Ok(r.u32(k)?.into())),
            5 => integers(self, |r, k| Ok(i32::from_le_bytes(r.bytes(k)?).into())),
            10 => integers(self, |r, k| i64::try_from(r.u64(k)?).map_err(|e| format!("{k}: {e}"))),
            11 => integers(self, |r, k| Ok(i64::from_le_bytes(r.bytes(k)?))),
            6 => {
                let floats = (0..count).map(|_| self.bytes(key).map(f32::from_le_bytes));
                floats.collect::<Result<_, _>>().map(Value::Floats)
            }
            7 => (0..count).map(|_| self.truth(key)).collect::<Result<_, _>>().map(Value::Bools),
            _ => (0..count).map(|_| self.text(key, MAX_TEXT)).collect::<Result<_, _>>().map(Value::Texts),
        }
    }

    /// A tensor's entry, its position still counted from the beginning of the data.
    fn tensor(&mut self, name: &str) -> Result<TensorInfo, String> {
        let axes = self.u32(name)?;
        if !(1..=4).contains(&axes) {
            return Err(format!("tensor '{name}' has {axes} axes: 1 to 4 are possible"));
        }
        let mut shape = Vec::new();
        for _ in 0..axes {
            let n = usize::try_from(self.u64(name)?).map_err(|e| format!("tensor '{name}': {e}"))?;
            shape.push(n);
        }
        shape.reverse();
        let stored = Stored::numbered(self.u32(name)?).map_err(|found| {
            format!("tensor '{name}' is stored as {found}, which is not supported: F32, F16, BF16, Q4_0 to Q8_0 and Q2_K to Q6_K are")
        })?;
        let start = self.u64(name)?;
        let bytes = shape.iter().try_fold(1usize, |n, &axis| n.checked_mul(axis)).filter(|&n| n > 0);
        let last = shape.last().copied().unwrap_or(0);
        let bytes = bytes
            .filter(|_| last.is_multiple_of(stored.block()))
            .and_then(|n| (n / stored.block()).checked_mul(stored.block_bytes()))
            .ok_or_else(|| format!("tensor '{name}' has the impossible shape {shape:?} for {}", stored.name()))?;
        Ok(TensorInfo { stored, shape, start, bytes })
    }
}
