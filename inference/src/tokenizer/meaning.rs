//! What each token index means, in one form for all files that a vocabulary can come from.
//!
//! Two models are compared index by index when index i stands for the same text in both, and when both split the texts
//! that they are asked about into the same indices. The first is what the digest here is equal for; the second is
//! looked at for each text. Kinds, scores, merges and expressions only decide how a text is split, so they are no part
//! of the digest.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::byte_pieces;

/// The character that stands for a space in `SentencePiece` vocabularies.
pub(super) const SPACE: char = '\u{2581}';

/// How the texts of tokens stand for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// One character for each byte, as in GPT-2.
    Bytes,
    /// Characters as they are, `▁` for a space, as in `SentencePiece`.
    Pieces,
}

/// What an index stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    /// A byte of a text that no other token fits: not the token of the character with that code.
    Byte(u8),
    /// These bytes of a text, or the name of a token that steers the model.
    Text(Cow<'a, [u8]>),
}

impl<'a> Meaning<'a> {
    /// The meaning of a piece of text in a vocabulary of this spelling.
    pub(super) fn piece(spelling: Spelling, text: &'a str) -> Self {
        match spelling {
            Spelling::Pieces => Self::literal(text),
            Spelling::Bytes => byte_pieces::bytes(text).map_or_else(|| Self::literal(text), |b| Self::Text(b.into())),
        }
    }

    /// The meaning of a token that is written as it is. The converters of llama.cpp write the sign for a space as a space
    /// in tokens that were added, so the two are one here.
    pub(super) fn literal(text: &'a str) -> Self {
        if text.contains(SPACE) {
            return Self::Text(text.replace(SPACE, " ").into_bytes().into());
        }
        Self::Text(text.as_bytes().into())
    }

    /// The same without a borrow.
    pub(super) fn into_owned(self) -> Meaning<'static> {
        match self {
            Self::Byte(byte) => Meaning::Byte(byte),
            Self::Text(text) => Meaning::Text(text.into_owned().into()),
        }
    }
}

/// Digest of the meanings of indices 0, 1 and so on. Indices at the end that mean nothing are left out: embeddings have
/// more rows than there are tokens.
pub(super) fn digest<'a>(meanings: impl Iterator<Item = Option<Meaning<'a>>>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"pot/vocabulary/v1\0");
    let mut nothing = 0;
    for meaning in meanings {
        let Some(meaning) = meaning else {
            nothing += 1;
            continue;
        };
        for _ in 0..std::mem::take(&mut nothing) {
            hash.update([0]);
        }
        match meaning {
            Meaning::Byte(byte) => hash.update([1, byte]),
            Meaning::Text(text) => {
                hash.update([2]);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(&text);
            }
        }
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as the digest takes it")]
    fn text(text: &str) -> Option<Meaning<'_>> {
        Some(Meaning::literal(text))
    }

    #[test]
    fn the_digest_is_of_what_stands_where() {
        let of = |meanings: &[Option<Meaning<'_>>]| digest(meanings.iter().cloned());
        let base = of(&[text("a"), None, text(" b"), Some(Meaning::Byte(b'c'))]);
        assert_eq!(base, of(&[text("a"), None, text("▁b"), Some(Meaning::Byte(b'c')), None, None]));
        for other in [
            vec![text("a"), text(" b"), Some(Meaning::Byte(b'c'))],
            vec![text("a"), None, text(" b"), text("c")],
            vec![text("a"), None, None, text(" b"), Some(Meaning::Byte(b'c'))],
            vec![text(" b"), None, text("a"), Some(Meaning::Byte(b'c'))],
            vec![text("a"), None, text("b"), Some(Meaning::Byte(b'c'))],
            vec![text("a"), None, text(" b"), Some(Meaning::Byte(b'd'))],
            vec![text("a"), None, text(" b"), Some(Meaning::Byte(b'c')), text("")],
            vec![text("a"), None, text(" b")],
        ] {
            assert_ne!(base, of(&other), "{other:?}");
        }
    }

    #[test]
    fn pieces_are_read_in_their_spelling() {
        assert_eq!(Meaning::piece(Spelling::Bytes, "Ġé"), Meaning::Text(Cow::Borrowed(&[b' ', 0xe9])));
        assert_eq!(Meaning::piece(Spelling::Pieces, "▁é"), Meaning::Text(" é".as_bytes().into()));
        // A character that stands for no byte is a token all the same.
        assert_eq!(Meaning::piece(Spelling::Bytes, "世"), Meaning::Text("世".as_bytes().into()));
    }
}
