//! Where each field of a bundle lies, found by walking over it as `docs/formats.md` describes it and not by our decoder.

use std::ops::Range;

/// How wide a field is.
enum Width {
    Fixed(usize),
    /// A length of 8 bytes and so many bytes.
    Text,
}
use Width::{Fixed, Text};

/// The fields of a bundle whose models are weights without a list of files, whose nonce is the auditor's own, and which
/// names neither a previous registration nor a corpus.
const SHAPE: [(&str, Width); 48] = [
    ("magic", Fixed(8)),
    ("version", Fixed(2)),
    ("statement version", Fixed(2)),
    ("registration version", Fixed(2)),
    ("run id", Fixed(32)),
    ("sequence", Fixed(8)),
    ("previous", Fixed(1)),
    ("registered at", Fixed(8)),
    ("due by", Fixed(8)),
    ("reference source", Fixed(4)),
    ("reference name", Text),
    ("reference architecture", Text),
    ("reference parameters", Fixed(8)),
    ("reference weights", Fixed(32)),
    ("reference config", Fixed(32)),
    ("reference tokenizer", Fixed(32)),
    ("reference dtype", Text),
    ("reference files", Fixed(8)),
    ("candidate source", Fixed(4)),
    ("candidate name", Text),
    ("candidate architecture", Text),
    ("candidate parameters", Fixed(8)),
    ("candidate weights", Fixed(32)),
    ("candidate config", Fixed(32)),
    ("candidate tokenizer", Fixed(32)),
    ("candidate dtype", Text),
    ("candidate files", Fixed(8)),
    ("policy name", Text),
    ("policy document", Fixed(32)),
    ("policy coefficients", Fixed(32)),
    ("family name", Text),
    ("family version", Fixed(2)),
    ("corpus", Fixed(1)),
    ("kind", Fixed(4)),
    ("positions", Fixed(8)),
    ("calibration bound", Fixed(4)),
    ("key commitment", Fixed(32)),
    ("nonce source", Fixed(4 + 32)),
    ("nonce", Fixed(32)),
    ("capacity", Fixed(4)),
    ("circuit", Fixed(32)),
    ("verdict", Fixed(4)),
    ("grade", Fixed(1)),
    ("n", Fixed(4)),
    ("score root", Fixed(32)),
    ("evidence root", Fixed(32)),
    ("attempts", Fixed(8 + 4)),
    ("sealed at", Fixed(8)),
];
/// What follows the statement.
const TAIL: [(&str, Width); 4] =
    [("key", Fixed(32)), ("proof A", Fixed(32)), ("proof B", Fixed(64)), ("proof C", Fixed(32))];

/// A bundle with its fields.
#[derive(Clone)]
pub(crate) struct Layout {
    bytes: Vec<u8>,
    /// Each field, in order; that of a text is without its length, which is `… length`.
    fields: Vec<(String, Range<usize>)>,
}

impl Layout {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        let mut at = 0;
        let mut field = |name: String, width: usize| {
            fields.push((name, at..at + width));
            at += width;
            at
        };
        let mut end = 0;
        for (name, width) in SHAPE.iter().chain(&TAIL) {
            end = match width {
                Fixed(width) => field((*name).to_owned(), *width),
                Text => {
                    let start = field(format!("{name} length"), 8);
                    let length = u64::from_be_bytes(bytes[start - 8..start].try_into().unwrap());
                    field((*name).to_owned(), usize::try_from(length).unwrap())
                }
            };
        }
        assert_eq!(end, bytes.len(), "the fields make up the bundle");
        Self { bytes: bytes.to_vec(), fields }
    }

    /// Where `field` lies.
    pub(crate) fn at(&self, field: &str) -> Range<usize> {
        let found = self.fields.iter().find(|(name, _)| name == field);
        found.unwrap_or_else(|| panic!("no field {field}")).1.clone()
    }

    /// The bytes of `field`.
    pub(crate) fn get(&self, field: &str) -> &[u8] {
        &self.bytes[self.at(field)]
    }

    /// The bundle with other bytes in some of its fields.
    pub(crate) fn put(&self, changes: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, range) in &self.fields {
            let changed = changes.iter().find(|(field, _)| field == name);
            out.extend(changed.map_or(&self.bytes[range.clone()], |(_, bytes)| *bytes));
        }
        assert!(changes.iter().all(|(field, _)| self.fields.iter().any(|(name, _)| name == field)), "{changes:02x?}");
        assert_ne!(out, self.bytes, "{changes:02x?} change nothing");
        out
    }

    /// The bundle with another text in a field, and its length.
    pub(crate) fn put_text(&self, field: &str, text: &[u8]) -> Vec<u8> {
        self.put(&[(&format!("{field} length"), &(text.len() as u64).to_be_bytes()), (field, text)])
    }

    /// Every field, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.fields.iter().map(|(name, range)| (name.as_str(), range.clone()))
    }
}
