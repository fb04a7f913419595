//! `SentencePiece`-style byte-pair encoding: neighbouring pieces are joined as long as the joined text is a token, the
//! one with the highest score first; what is no token in the end is written in bytes (Kudo and Richardson 2018,
//! <https://arxiv.org/abs/1808.06226>; the order of joins is llama.cpp's).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::meaning::{SPACE, Spelling};
use super::special::{Added, Part};
use super::vocabulary::{Kind, Vocabulary, byte_of};
use super::{Ends, Tokenizer};
use crate::InferenceError;

/// A tokenizer of this kind.
#[derive(Debug)]
pub(super) struct Spm {
    vocabulary: Vocabulary,
    bytes: [Option<u32>; 256],
    added: Added,
    ends: Ends,
    /// Whether text at the beginning and after an added token gets a space in front.
    space_prefix: bool,
}

/// A join that could be made.
#[derive(PartialEq)]
struct Join {
    score: f32,
    left: usize,
    right: usize,
    /// Bytes of the joined text: the join is outdated when the two sides have grown since.
    length: usize,
}

impl Eq for Join {}

impl PartialOrd for Join {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Join {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

/// A piece of the text; one of length 0 was joined to the one before it.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    length: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl Spm {
    pub(super) fn new(vocabulary: Vocabulary, added: Added, ends: Ends, space_prefix: bool) -> Self {
        Self { bytes: vocabulary.bytes(), vocabulary, added, ends, space_prefix }
    }

    fn encode(&self, text: &str, out: &mut Vec<u32>) -> Result<(), InferenceError> {
        let count = text.chars().count();
        let mut pieces: Vec<Piece> = text
            .char_indices()
            .enumerate()
            .map(|(i, (start, c))| Piece {
                start,
                length: c.len_utf8(),
                before: i.checked_sub(1),
                after: (i + 1 < count).then_some(i + 1),
            })
            .collect();
        let mut queue = BinaryHeap::new();
        for right in 1..pieces.len() {
            queue.extend(self.join(text, &pieces, right - 1, right));
        }
        while let Some(join) = queue.pop() {
            let (left, right) = (pieces[join.left], pieces[join.right]);
            if left.length == 0 || right.length == 0 || left.length + right.length != join.length {
                continue;
            }
            pieces[join.left].length = join.length;
            pieces[join.left].after = right.after;
            pieces[join.right].length = 0;
            if let Some(after) = right.after {
                pieces[after].before = Some(join.left);
                queue.extend(self.join(text, &pieces, join.left, after));
            }
            if let Some(before) = left.before {
                queue.extend(self.join(text, &pieces, before, join.left));
            }
        }
        for piece in pieces.iter().filter(|p| p.length > 0) {
            self.emit(&text[piece.start..piece.start + piece.length], out)?;
        }
        Ok(())
    }

    /// The join of two neighbours, if their joined text is a token.
    fn join(&self, text: &str, pieces: &[Piece], left: usize, right: usize) -> Option<Join> {
        let (start, length) = (pieces[left].start, pieces[left].length + pieces[right].length);
        let number = self.vocabulary.number(&text[start..start + length])?;
        let score = self.vocabulary.token(number)?.score;
        Some(Join { score, left, right, length })
    }

    fn emit(&self, piece: &str, out: &mut Vec<u32>) -> Result<(), InferenceError> {
        if let Some(number) = self.vocabulary.number(piece) {
            out.push(number);
            return Ok(());
        }
        for byte in piece.bytes() {
            let number = self.bytes[usize::from(byte)].ok_or_else(|| InferenceError::Untokenizable {
                reason: format!("'{}' is no token, and the vocabulary has no byte tokens", piece.escape_default()),
            })?;
            out.push(number);
        }
        Ok(())
    }
}

impl Tokenizer for Spm {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let mut out: Vec<u32> = self.ends.before.into_iter().collect();
        let mut after_token = true;
        for part in self.added.split(text) {
            match part {
                Part::Token(number) => out.push(number),
                Part::Text(text) => {
                    let prefix = (self.space_prefix && after_token).then_some(SPACE);
                    let text = text.chars().map(|c| if c == ' ' { SPACE } else { c });
                    self.encode(&prefix.into_iter().chain(text).collect::<String>(), &mut out)?;
                }
            }
            after_token = matches!(part, Part::Token(_));
        }
        out.extend(self.ends.after);
        Ok(out)
    }

    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        let token = self.vocabulary.token(token)?;
        match token.kind {
            Kind::Control | Kind::Unknown => None,
            Kind::Byte => byte_of(&token.text).map(|b| vec![b]),
            Kind::Added | Kind::Normal | Kind::Unused => Some(token.text.replace(SPACE, " ").into_bytes()),
        }
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary.len()
    }

    fn digest(&self) -> [u8; 32] {
        self.vocabulary.digest(Spelling::Pieces)
    }
}
