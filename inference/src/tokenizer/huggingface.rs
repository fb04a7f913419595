//! Tokenizers from `tokenizer.json` files, by the crate `tokenizers`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::meaning::{self, Meaning, SPACE, Spelling};
use super::{Tokenizer, byte_pieces, vocabulary::byte_of};
use crate::InferenceError;

/// A tokenizer from a `tokenizer.json` file.
#[derive(Debug)]
pub struct HuggingFace {
    tokenizer: tokenizers::Tokenizer,
    spelling: Spelling,
    /// Added tokens, and whether each is a control token.
    added: BTreeMap<u32, bool>,
    vocabulary: usize,
    /// Indices that mean something to the model.
    rows: u32,
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
        let rows = tokens.values().max().map_or(0, |last| last.saturating_add(1));
        let mut numbers: Vec<u32> = tokens.values().copied().collect();
        numbers.sort_unstable();
        if let Some([twice, _]) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(bad(format!("two of its tokens have the number {twice}")));
        }
        let last = tokens.values().filter(|n| added.get(n) != Some(&true)).max().copied();
        let ends = tokenizer.encode("", true).map_err(|e| bad(e.to_string()))?;
        let last =
            ends.get_ids().iter().copied().chain(last).max().ok_or_else(|| bad("it has no tokens".to_owned()))?;
        let vocabulary = usize::try_from(last).map_err(|e| bad(e.to_string()))? + 1;
        Ok(Self { tokenizer, spelling, added, vocabulary, rows })
    }

    /// The same for a model whose embedding has only so many `rows`: what the file lists beyond them means nothing to
    /// it.
    #[must_use]
    pub fn within(self, rows: usize) -> Self {
        Self { rows: self.rows.min(u32::try_from(rows).unwrap_or(u32::MAX)), ..self }
    }

    fn meaning(&self, text: &str, number: u32) -> Meaning<'static> {
        match (self.added.contains_key(&number), self.spelling, byte_of(text)) {
            (false, Spelling::Pieces, Some(byte)) => Meaning::Byte(byte),
            (false, spelling, _) => Meaning::piece(spelling, text).into_owned(),
            (true, ..) => Meaning::literal(text).into_owned(),
        }
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
            (Some(false), Spelling::Bytes) => Some(text.into_bytes()),
            (Some(false), Spelling::Pieces) => Some(text.replace(SPACE, " ").into_bytes()),
            (None, Spelling::Bytes) => byte_pieces::bytes(&text),
            (None, Spelling::Pieces) => match byte_of(&text) {
                Some(byte) => Some(vec![byte]),
                None => Some(text.replace(SPACE, " ").into_bytes()),
            },
        }
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn digest(&self) -> [u8; 32] {
        meaning::digest((0..self.rows).map(|number| {
            let text = self.tokenizer.id_to_token(number)?;
            Some(self.meaning(&text, number))
        }))
    }
}
