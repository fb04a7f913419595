//! What `index.json` says: every vector, and how to make the files that are too large to be stored.

use std::{collections::BTreeMap, ops::Range};

use pot_protocol::digest::Digest;
use serde::Serialize;

/// The whole index.
#[derive(Debug, Serialize)]
pub(crate) struct Index {
    pub(crate) format: &'static str,
    pub(crate) vectors: Vec<Vector>,
    pub(crate) made: Vec<Made>,
}

/// One call of `pot-check` and what has to come of it.
#[derive(Debug, Serialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) class: &'static str,
    /// The arguments; what begins with `valid/` or `invalid/` is a path below the folder of the index.
    pub(crate) args: Vec<String>,
    pub(crate) exit: u8,
    /// Part of what is printed: on stdout for exit code 0, on stderr for any other.
    pub(crate) reason: String,
    pub(crate) why: String,
}

/// A file that is put together when it is needed: its parts, one after the other.
#[derive(Debug, Serialize)]
pub(crate) struct Made {
    pub(crate) path: String,
    pub(crate) bytes: usize,
    pub(crate) sha256: Digest,
    pub(crate) parts: Vec<Part>,
}

/// A part of a made file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Part {
    /// Bytes `from..to` of a stored file.
    Slice { file: String, from: usize, to: usize },
    /// A text, so many times.
    Text { text: String, times: usize },
    /// Bytes in hexadecimal, so many times.
    Hex { hex: String, times: usize },
    /// A text for each number of `from..to`, which stands where the text says `{}`.
    Each { each: String, from: usize, to: usize },
}

impl Part {
    pub(crate) fn slice(file: &str, range: Range<usize>) -> Self {
        Self::Slice { file: file.to_owned(), from: range.start, to: range.end }
    }

    pub(crate) fn text(text: &str, times: usize) -> Self {
        Self::Text { text: text.to_owned(), times }
    }

    pub(crate) fn each(each: &str, numbers: Range<usize>) -> Self {
        Self::Each { each: each.to_owned(), from: numbers.start, to: numbers.end }
    }

    /// These bytes as they are: text where they are text.
    fn literal(bytes: &[u8]) -> Self {
        match str::from_utf8(bytes) {
            Ok(text) => Self::text(text, 1),
            Err(_) => Self::Hex { hex: hex::encode(bytes), times: 1 },
        }
    }

    /// Appends the part to `out`.
    pub(crate) fn write(&self, files: &BTreeMap<String, Vec<u8>>, out: &mut Vec<u8>) {
        match self {
            Self::Slice { file, from, to } => out.extend(&files[file][*from..*to]),
            Self::Text { text, times } => out.extend(text.repeat(*times).bytes()),
            Self::Hex { hex, times } => out.extend(hex::decode(hex).unwrap().repeat(*times)),
            Self::Each { each, from, to } => {
                (*from..*to).for_each(|number| out.extend(each.replace("{}", &number.to_string()).bytes()));
            }
        }
    }
}

/// A text as long as this is looked for line by line in the file that it was derived from.
const LONG: usize = 1024;

/// `new` as parts of `base`, from which it was derived by a small change.
pub(crate) fn derived(file: &str, base: &[u8], new: &[u8]) -> Vec<Part> {
    let start = base.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&base[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let middle = &new_rest[..new_rest.len() - end];
    let mut parts = vec![Part::slice(file, 0..start)];
    if middle.len() <= LONG {
        parts.extend([Part::literal(middle), Part::slice(file, base.len() - end..base.len())]);
    } else {
        parts = by_lines(file, base, new);
    }
    parts.retain(|part| !matches!(part, Part::Slice { from, to, .. } if from == to) && *part != Part::text("", 1));
    parts
}

/// Whole lines that are in `base` are slices of it, all others literal.
fn by_lines(file: &str, base: &[u8], new: &[u8]) -> Vec<Part> {
    let mut known = BTreeMap::new();
    let mut at = 0;
    for line in base.split_inclusive(|&b| b == b'\n') {
        known.entry(line).or_insert(at);
        at += line.len();
    }
    let mut parts: Vec<Part> = Vec::new();
    for line in new.split_inclusive(|&b| b == b'\n') {
        match (known.get(line), parts.last_mut()) {
            (Some(&from), Some(Part::Slice { to, .. })) if *to == from => *to += line.len(),
            (Some(&from), _) => parts.push(Part::slice(file, from..from + line.len())),
            (None, _) => parts.push(Part::literal(line)),
        }
    }
    parts
}
