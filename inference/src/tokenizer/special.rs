//! Tokens that were added after training: their texts are cut out of a prompt before it is split.
//!
//! This is what llama.cpp does with `parse_special` off: longer texts first, control tokens never.

use super::vocabulary::{Kind, Vocabulary};

/// A stretch of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Token(u32),
}

/// The added tokens, the longest first.
#[derive(Debug)]
pub(super) struct Added {
    tokens: Vec<(String, u32)>,
    /// Whether white space after such a token belongs to it and is dropped.
    pub(super) strip_after: bool,
}

impl Added {
    pub(super) fn of(vocabulary: &Vocabulary, strip_after: bool) -> Self {
        let mut tokens: Vec<_> = (0u32..)
            .zip(vocabulary.tokens())
            .filter(|(_, token)| token.kind == Kind::Added && !token.text.is_empty())
            .map(|(number, token)| (token.text.clone(), number))
            .collect();
        tokens.sort_by_key(|(text, number)| (std::cmp::Reverse(text.len()), *number));
        Self { tokens, strip_after }
    }

    /// Cuts `text` at the added tokens in it.
    pub(super) fn split<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let mut parts = if text.is_empty() { Vec::new() } else { vec![Part::Text(text)] };
        for (wanted, number) in &self.tokens {
            if text.contains(wanted.as_str()) {
                parts = parts.into_iter().flat_map(|part| self.cut(part, wanted, *number)).collect();
            }
        }
        parts
    }

    fn cut<'a>(&self, part: Part<'a>, wanted: &str, number: u32) -> Vec<Part<'a>> {
        let Part::Text(mut rest) = part else { return vec![part] };
        let mut parts = Vec::new();
        while let Some((before, after)) = rest.split_once(wanted) {
            if !before.is_empty() {
                parts.push(Part::Text(before));
            }
            parts.push(Part::Token(number));
            rest = if self.strip_after {
                after.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r'])
            } else {
                after
            };
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
        }
        parts
    }
}
