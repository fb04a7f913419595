//! The tokens of a GGUF file: their texts, kinds and scores.

use std::collections::HashMap;

use super::meaning::{self, Meaning, Spelling};

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

    /// Digest of what the tokens mean in this spelling.
    pub(super) fn digest(&self, spelling: Spelling) -> [u8; 32] {
        meaning::digest(self.tokens.iter().map(|token| token.meaning(spelling)))
    }
}

impl Token {
    /// What the token stands for; nothing for one that only fills the table up.
    fn meaning(&self, spelling: Spelling) -> Option<Meaning<'_>> {
        match self.kind {
            Kind::Unused if is_filler(&self.text) => None,
            Kind::Byte => {
                byte_of(&self.text).map_or_else(|| Some(Meaning::literal(&self.text)), |b| Some(Meaning::Byte(b)))
            }
            Kind::Normal | Kind::Unused => Some(Meaning::piece(spelling, &self.text)),
            Kind::Control | Kind::Unknown | Kind::Added => Some(Meaning::literal(&self.text)),
        }
    }
}

/// Whether the converters of llama.cpp write this text for an index without token: `[PAD151936]`.
fn is_filler(text: &str) -> bool {
    let number = text.strip_prefix("[PAD").and_then(|rest| rest.strip_suffix(']'));
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The byte that the text of a byte token stands for.
pub(super) fn byte_of(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}
