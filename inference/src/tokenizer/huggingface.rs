//! Tokenizers from `tokenizer.json` files, by the crate `tokenizers`.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Tokenizer, byte_pieces, vocabulary::byte_of};
use crate::InferenceError;

/// How the texts of tokens stand for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// One character for each byte, as in GPT-2.
    Bytes,
    /// Characters as they are, `▁` for a space, `<0xAB>` for a byte, as in `SentencePiece`.
    Pieces,
}

/// A tokenizer from a `tokenizer.json` file.
#[derive(Debug)]
pub struct HuggingFace {
    tokenizer: tokenizers::Tokenizer,
    spelling: Spelling,
    /// Added tokens, and whether each is a control token.
    added: BTreeMap<u32, bool>,
    vocabulary: usize,
    digest: [u8; 32],
}

impl HuggingFace {
    /// Reads the text of a `tokenizer.json`; `origin` names the file in errors.
    ///
    /// # Errors
    /// [`InferenceError::Tokenizer`] when it is damaged or of a kind whose tokens cannot be turned into bytes.
    pub fn parse(origin: &str, text: &str) -> Result<Self, InferenceError> {
        let bad = |reason: String| InferenceError::Tokenizer {
            origin: origin.to_owned(),
            reason: reason.lines().next().unwrap_or_default().to_owned(),
        };
        let json: Value = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
        let mut tokenizer: tokenizers::Tokenizer = text.parse().map_err(|e: tokenizers::Error| bad(e.to_string()))?;
        tokenizer.with_truncation(None).map_err(|e| bad(e.to_string()))?;
        tokenizer.with_padding(None);
        // What looks like a control token inside a prompt is text.
        tokenizer.set_encode_special_tokens(true);
        let kind = json["model"]["type"].as_str();
        if kind == Some("BPE") && json["model"]["dropout"].as_f64().is_some_and(|d| d > 0.0) {
            return Err(bad("its merges are dropped at random (model.dropout): set it to null".to_owned()));
        }
        let spelling = spelling(&json["decoder"]).ok_or_else(|| {
            bad("its decoder is none of those that show which bytes a token stands for (ByteLevel, Metaspace, \
                 ByteFallback)"
                .to_owned())
        })?;
        let added: BTreeMap<u32, bool> =
            tokenizer.get_added_tokens_decoder().iter().map(|(&number, token)| (number, token.special)).collect();
        // Control tokens past the others come from no text: some files list more of them than the model has rows.
        let tokens = tokenizer.get_vocab(true);
        let last = tokens.values().filter(|n| added.get(n) != Some(&true)).max().copied();
        let ends = tokenizer.encode("", true).map_err(|e| bad(e.to_string()))?;
        let last =
            ends.get_ids().iter().copied().chain(last).max().ok_or_else(|| bad("it has no tokens".to_owned()))?;
        let vocabulary = usize::try_from(last).map_err(|e| bad(e.to_string()))? + 1;
        Ok(Self { tokenizer, spelling, added, vocabulary, digest: digest(json) })
    }
}

/// How tokens stand for bytes, by the decoder.
fn spelling(decoder: &Value) -> Option<Spelling> {
    match decoder["type"].as_str()? {
        "ByteLevel" => Some(Spelling::Bytes),
        "Metaspace" | "ByteFallback" => Some(Spelling::Pieces),
        "Sequence" => decoder["decoders"].as_array()?.iter().find_map(spelling),
        _ => None,
    }
}

/// Digest over what decides the tokens, independent of order and spacing in the file. How texts are shortened or
/// padded is not used here, and the decoder decides nothing.
fn digest(mut json: Value) -> [u8; 32] {
    if let Some(fields) = json.as_object_mut() {
        for field in ["version", "truncation", "padding", "decoder"] {
            fields.remove(field);
        }
    }
    let mut hash = Sha256::new();
    hash.update(b"pot/tokenizer/v1\0tokenizer.json\0");
    absorb(&json, &mut hash);
    hash.finalize().into()
}

/// Adds a value in a form of its own to a digest, the fields of objects in the order of their names.
fn absorb(value: &Value, hash: &mut Sha256) {
    let length = |n: usize| (n as u64).to_le_bytes();
    match value {
        Value::Object(fields) => {
            hash.update(b"{");
            hash.update(length(fields.len()));
            for (name, value) in fields.iter().collect::<BTreeMap<_, _>>() {
                hash.update(length(name.len()));
                hash.update(name);
                absorb(value, hash);
            }
        }
        Value::Array(values) => {
            hash.update(b"[");
            hash.update(length(values.len()));
            for value in values {
                absorb(value, hash);
            }
        }
        Value::String(text) => {
            hash.update(b"\"");
            hash.update(length(text.len()));
            hash.update(text);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let text = value.to_string();
            hash.update(b"=");
            hash.update(length(text.len()));
            hash.update(text);
        }
    }
}

impl Tokenizer for HuggingFace {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let failed = |e: tokenizers::Error| InferenceError::Untokenizable {
            reason: e.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        Ok(self.tokenizer.encode(text, true).map_err(failed)?.get_ids().to_vec())
    }

    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        let text = self.tokenizer.id_to_token(token)?;
        match (self.added.get(&token), self.spelling) {
            (Some(true), _) => None,
            (Some(false), _) => Some(text.into_bytes()),
            (None, Spelling::Bytes) => byte_pieces::bytes(&text),
            (None, Spelling::Pieces) => match byte_of(&text) {
                Some(byte) => Some(vec![byte]),
                None => Some(text.replace('\u{2581}', " ").into_bytes()),
            },
        }
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn digest(&self) -> [u8; 32] {
        self.digest
    }
}
