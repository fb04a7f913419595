//! The tokens of a GGUF file: their texts, kinds and scores.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// What a token is, after `tokenizer.ggml.token_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A piece of text.
    Normal,
    /// Stands for what is not known.
    Unknown,
    /// Steers the model; no text becomes it by being matched whole.
    Control,
    /// Added after training: its text is found in a prompt before anything else happens.
    Added,
    /// Never used.
    Unused,
    /// One byte, written `<0xAB>`.
    Byte,
}

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) kind: Kind,
    pub(super) score: f32,
}

/// All tokens, by number and by text.
#[derive(Debug)]
pub(super) struct Vocabulary {
    tokens: Vec<Token>,
    numbers: HashMap<String, u32>,
}

impl Vocabulary {
    /// Numbers the tokens in their order.
    ///
    /// # Errors
    /// A sentence when two have the same text or there are too many to number.
    pub(super) fn new(tokens: Vec<Token>) -> Result<Self, String> {
        let mut numbers = HashMap::with_capacity(tokens.len());
        for (number, token) in (0u32..).zip(&tokens) {
            if let Some(other) = numbers.insert(token.text.clone(), number) {
                return Err(format!("tokens {other} and {number} are both '{}'", token.text.escape_default()));
            }
        }
        if tokens.is_empty() || u32::try_from(tokens.len()).is_err() {
            return Err(format!("it has {} tokens", tokens.len()));
        }
        Ok(Self { tokens, numbers })
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(super) fn token(&self, number: u32) -> Option<&Token> {
        self.tokens.get(usize::try_from(number).ok()?)
    }

    pub(super) fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The byte tokens, by byte.
    pub(super) fn bytes(&self) -> [Option<u32>; 256] {
        let mut table = [None; 256];
        for byte in 0..=u8::MAX {
            table[usize::from(byte)] = self.number(&format!("<0x{byte:02X}>"));
        }
        table
    }

    /// Adds every token to a digest. Scores are left out where they decide nothing.
    pub(super) fn absorb(&self, hash: &mut Sha256, scores: bool) {
        hash.update((self.tokens.len() as u64).to_le_bytes());
        for token in &self.tokens {
            hash.update((token.text.len() as u64).to_le_bytes());
            hash.update(token.text.as_bytes());
            hash.update([token.kind as u8]);
            if scores {
                hash.update(token.score.to_le_bytes());
            }
        }
    }
}

/// The byte that the text of a byte token stands for.
pub(super) fn byte_of(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}
