//! Tokenizers: the byte-level one of the built-in models, those of `tokenizer.json` files, and those of GGUF files.

mod bpe;
mod byte_pieces;
pub(crate) mod gguf;
mod growth;
pub mod huggingface;
mod meaning;
mod merges;
mod patterns;
mod pre;
mod special;
mod spm;
mod steps;
mod template;
mod vocabulary;

use sha2::{Digest, Sha256};

use crate::InferenceError;

/// Text to tokens and back.
pub trait Tokenizer: Send + Sync {
    /// The tokens of `text`, with the start token if the model wants one.
    ///
    /// # Errors
    /// [`InferenceError`] when the tokenizer cannot represent the text.
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError>;

    /// The bytes that a token stands for inside a text; nothing for control tokens and past the vocabulary.
    fn token_bytes(&self, token: u32) -> Option<Vec<u8>>;

    /// Number of tokens.
    fn vocabulary(&self) -> usize;

    /// Digest of the vocabulary: what each token index means, whatever file that was read from. Models for which it is
    /// equal are compared index by index, about texts that both split alike: how texts are split is no part of it.
    fn digest(&self) -> [u8; 32];
}

/// The tokens that are put around every text.
#[derive(Clone, Copy, Debug)]
struct Ends {
    before: Option<u32>,
    after: Option<u32>,
}

/// Refuses a tokenizer with more tokens than the embedding has `rows`. More rows than tokens are usual: embeddings
/// are padded.
pub(crate) fn fits(origin: &str, tokenizer: &dyn Tokenizer, rows: usize) -> Result<(), InferenceError> {
    let tokens = tokenizer.vocabulary();
    if tokens <= rows {
        return Ok(());
    }
    Err(InferenceError::Tokenizer {
        origin: origin.to_owned(),
        reason: format!("it has {tokens} tokens, the model's embedding only {rows} rows: it is of another model"),
    })
}

/// The start token: every sequence begins with it, so that the first byte is predicted too.
pub const START: u32 = 256;

/// Number of tokens: 256 bytes and the start token.
pub const VOCABULARY: usize = 257;

/// The name by which a model's configuration asks for this tokenizer.
pub const NAME: &str = "bytes-bos";

/// `START`, then the UTF-8 bytes of `text`.
pub fn tokenize(text: &str) -> Vec<u32> {
    std::iter::once(START).chain(text.bytes().map(u32::from)).collect()
}

/// Identifies the vocabulary: token indices may be compared only between models with equal digests.
pub fn digest() -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"pot/tokenizer/v1\0");
    hash.update(b"token i < 256 is byte i; token 256 starts every sequence");
    hash.finalize().into()
}

/// The byte-level tokenizer.
#[derive(Clone, Copy, Debug)]
pub struct Bytes;

impl Tokenizer for Bytes {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok(tokenize(text))
    }

    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        u8::try_from(token).ok().map(|byte| vec![byte])
    }

    fn vocabulary(&self) -> usize {
        VOCABULARY
    }

    fn digest(&self) -> [u8; 32] {
        digest()
    }
}
