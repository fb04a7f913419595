//! The byte-level tokenizer of the built-in models.

use sha2::{Digest, Sha256};

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

/// Identifies the tokenizer: token indices may be compared only between models with equal digests.
pub fn digest() -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"pot/tokenizer/v1\0");
    hash.update(b"token i < 256 is byte i; token 256 starts every sequence");
    hash.finalize().into()
}
