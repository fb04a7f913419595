//! Tokenizers from `tokenizer.json` files, by the crate `tokenizers`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tokenizers::{Encoding, NormalizedString, Normalizer};

use super::meaning::{self, Meaning, SPACE, Spelling};
use super::{Tokenizer, byte_pieces, growth, merges, patterns, steps, template, vocabulary::byte_of};
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
    /// The token that stands for whatever the vocabulary lacks.
    unknown: Option<Unknown>,
    /// Whether the vocabulary may lack something for which there is no such token: then it would be left out.
    drops: bool,
}

/// The token for what the vocabulary lacks.
#[derive(Debug)]
struct Unknown {
    number: u32,
    /// Its text, if a prompt that has it in it gets the token for that.
    named: Option<String>,
}

/// Most numbers below a token's that may belong to no token: files leave a few hundred out. What is done for each number, as
/// for the digest, is then bounded by the size of the file.
const MAX_UNUSED: usize = 1 << 20;

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
        let mut json: Value = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
        steps::with_type(&mut json);
        steps::check(&json).map_err(bad)?;
        patterns::check(&json).map_err(bad)?;
        spaces(&json["added_tokens"]).map_err(bad)?;
        merges::check(&json["model"]).map_err(bad)?;
        growth::check(&json["normalizer"], &json["pre_tokenizer"]).map_err(bad)?;
        template::check(&json["post_processor"]).map_err(bad)?;
        // What was looked at, and not the text, which can say a thing twice.
        let mut tokenizer = tokenizers::Tokenizer::deserialize(&json).map_err(|e| bad(e.to_string()))?;
        tokenizer.with_truncation(None).map_err(|e| bad(e.to_string()))?;
        tokenizer.with_padding(None);
        // What looks like a control token inside a prompt is text.
        tokenizer.set_encode_special_tokens(true);
        if json["model"]["dropout"].as_f64().is_some_and(|d| d > 0.0) {
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
        let all = vocabulary.max(usize::try_from(rows).map_err(|e| bad(e.to_string()))?);
        if all - tokens.len().min(all) > MAX_UNUSED {
            return Err(bad(format!("it has {} tokens and numbers up to {}", tokens.len(), all - 1)));
        }
        let unknown = unknown(&json["model"], &tokenizer).map(|number| Unknown {
            number,
            named: tokenizer.id_to_token(number).filter(|_| added.get(&number) != Some(&true)),
        });
        let drops = match spelling {
            // Without a normaliser a text is compared with its tokens whatever the vocabulary has.
            Spelling::Bytes => {
                let lacks = |c: char| tokenizer.token_to_id(c.encode_utf8(&mut [0; 4])).is_none();
                tokenizer.get_normalizer().is_none() || byte_pieces::characters().into_iter().any(lacks)
            }
            Spelling::Pieces => unknown.is_none(),
        };
        Ok(Self { tokenizer, spelling, added, vocabulary, rows, unknown, drops })
    }

    /// The same for a model whose embedding has only so many `rows`: what the file lists beyond them means nothing to
    /// it.
    #[must_use]
    pub fn within(self, rows: usize) -> Self {
        Self { rows: self.rows.min(u32::try_from(rows).unwrap_or(u32::MAX)), ..self }
    }

    /// Refuses tokens that do not stand for all of `text`.
    fn whole(&self, text: &str, encoding: &Encoding) -> Result<(), InferenceError> {
        let refuse = |reason: &str| Err(InferenceError::Untokenizable { reason: reason.to_owned() });
        // Those around every text are not of this one.
        let ends = encoding.get_special_tokens_mask();
        let tokens = || encoding.get_ids().iter().zip(ends).filter(|(_, end)| **end == 0).map(|(token, _)| *token);
        if let Some(Unknown { number, named }) = &self.unknown {
            let meant = named.as_ref().map_or(0, |name| text.matches(name.as_str()).count());
            if tokens().filter(|token| token == number).count() > meant {
                return refuse("the vocabulary has no tokens for a part of it, only the one for what is unknown");
            }
        }
        if !self.drops {
            return Ok(());
        }
        let mut normalised = NormalizedString::from(text);
        if let Some(normaliser) = self.tokenizer.get_normalizer() {
            normaliser.normalize(&mut normalised).map_err(|e| failed(&e))?;
        }
        let wanted = match self.spelling {
            Spelling::Bytes => normalised.get().to_owned(),
            Spelling::Pieces => normalised.get().replace(SPACE, " "),
        };
        let bytes: Vec<u8> = tokens().filter_map(|token| self.token_bytes(token)).flatten().collect();
        // Some tokenizers put a space before every text.
        if bytes == wanted.as_bytes() || bytes.strip_prefix(b" ") == Some(wanted.as_bytes()) {
            return Ok(());
        }
        refuse("the vocabulary has no tokens for a part of it, which would be left out")
    }

    fn meaning(&self, text: &str, number: u32) -> Meaning<'static> {
        match (self.added.contains_key(&number), self.spelling, byte_of(text)) {
            (false, Spelling::Pieces, Some(byte)) => Meaning::Byte(byte),
            (false, spelling, _) => Meaning::piece(spelling, text).into_owned(),
            (true, ..) => Meaning::literal(text).into_owned(),
        }
    }
}

/// Refuses tokens that take the spaces after them beside tokens that begin with a space: the crate panics where one follows the
/// other.
fn spaces(added: &Value) -> Result<(), String> {
    let all = || added.as_array().into_iter().flatten();
    let begins_with_space =
        |token: &Value| token["content"].as_str().is_some_and(|t| t.starts_with(char::is_whitespace));
    if all().any(|token| token["rstrip"] == true) && all().any(begins_with_space) {
        return Err("one of its added tokens takes the spaces after it, and another one begins with a space".to_owned());
    }
    Ok(())
}

/// The token that `model` puts for what its vocabulary lacks.
fn unknown(model: &Value, tokenizer: &tokenizers::Tokenizer) -> Option<u32> {
    tokenizer.token_to_id(model["unk_token"].as_str()?)
}

fn failed(error: &tokenizers::Error) -> InferenceError {
    InferenceError::Untokenizable { reason: error.to_string().lines().next().unwrap_or_default().to_owned() }
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
        let encoding = self.tokenizer.encode(text, true).map_err(|e| failed(&e))?;
        self.whole(text, &encoding)?;
        Ok(encoding.get_ids().to_vec())
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
