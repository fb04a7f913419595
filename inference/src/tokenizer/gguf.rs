//! The tokenizer in a GGUF file's metadata, read as llama.cpp reads it.

use std::sync::Arc;

use super::bpe::Bpe;
use super::pre::Words;
use super::special::Added;
use super::spm::Spm;
use super::vocabulary::{Kind, Token, Vocabulary};
use super::{Ends, Tokenizer};
use crate::gguf::Values;

/// Tokens that end an answer, by their texts: llama.cpp takes them for control tokens whatever the file says.
const ENDS: &[&str] = &[
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<｜end▁of▁sentence｜>",
    "[e~[",
];

/// Tokens for filling in the middle, by what they are for. llama.cpp takes the first that it finds of each for a
/// control token, unless the file names the token itself.
const INFILL: &[(&[&str], &[&str])] = &[
    (
        &["tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"],
        &[
            "<|fim_prefix|>",
            "<fim-prefix>",
            "<fim_prefix>",
            "<｜fim▁begin｜>",
            "<PRE>",
            "▁<PRE>",
            "<|code_prefix|>",
            "<|prefix|>",
        ],
    ),
    (
        &["tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"],
        &[
            "<|fim_suffix|>",
            "<fim-suffix>",
            "<fim_suffix>",
            "<｜fim▁hole｜>",
            "<SUF>",
            "▁<SUF>",
            "<|code_suffix|>",
            "<|suffix|>",
        ],
    ),
    (
        &["tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"],
        &[
            "<|fim_middle|>",
            "<fim-middle>",
            "<fim_middle>",
            "<｜fim▁end｜>",
            "<MID>",
            "▁<MID>",
            "<|code_middle|>",
            "<|middle|>",
        ],
    ),
    (&["tokenizer.ggml.fim_pad_token_id"], &["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    (&["tokenizer.ggml.fim_rep_token_id"], &["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    (&["tokenizer.ggml.fim_sep_token_id"], &["<|file_sep|>"]),
];

/// Tokens that llama.cpp always takes for added ones.
const ALWAYS_ADDED: &[&str] = &["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

/// Keys of the tokenizer that decide nothing here, or are read below.
const KNOWN: &[&str] = &[
    "model",
    "pre",
    "tokens",
    "token_type",
    "scores",
    "merges",
    "bos_token_id",
    "eos_token_id",
    "eot_token_id",
    "eom_token_id",
    "unknown_token_id",
    "seperator_token_id",
    "padding_token_id",
    "mask_token_id",
    "cls_token_id",
    "add_bos_token",
    "add_eos_token",
    "add_sep_token",
    "add_space_prefix",
    "remove_extra_whitespaces",
    "fim_pre_token_id",
    "fim_suf_token_id",
    "fim_mid_token_id",
    "fim_pad_token_id",
    "fim_rep_token_id",
    "fim_sep_token_id",
    "prefix_token_id",
    "suffix_token_id",
    "middle_token_id",
    "token_type_count",
];

/// Builds the tokenizer that `values` describe.
///
/// # Errors
/// A sentence when something is missing, contradicts itself or is not known.
pub(crate) fn read(values: &Values) -> Result<Arc<dyn Tokenizer>, String> {
    let unknown = |key: &&str| key.strip_prefix("tokenizer.ggml.").is_some_and(|rest| !KNOWN.contains(&rest));
    if let Some(key) = values.keys().find(unknown) {
        return Err(format!("{key} is not known, and might decide how texts are split"));
    }
    let truth = |key: &str| values.truth(&format!("tokenizer.ggml.{key}"));
    if truth("add_sep_token")? == Some(true) {
        return Err("add_sep_token is for models that are not language models".to_owned());
    }
    if truth("remove_extra_whitespaces")? == Some(true) {
        return Err("remove_extra_whitespaces is not supported".to_owned());
    }
    let vocabulary = vocabulary(values)?;
    let strip = strips_after(values)?;
    let model = values.text("tokenizer.ggml.model")?.ok_or("tokenizer.ggml.model is missing")?;
    let added = Added::of(&vocabulary, strip);
    match model {
        "llama" => {
            if values.get("tokenizer.ggml.scores").is_none() {
                return Err("tokenizer.ggml.scores is missing".to_owned());
            }
            let ends = ends(values, &vocabulary, true)?;
            let prefix = truth("add_space_prefix")?.unwrap_or(true);
            Ok(Arc::new(Spm::new(vocabulary, added, ends, prefix)))
        }
        "gpt2" => {
            if truth("add_space_prefix")? == Some(true) {
                return Err("add_space_prefix is not supported with tokenizer.ggml.model = 'gpt2'".to_owned());
            }
            let name = values.text("tokenizer.ggml.pre")?.ok_or_else(|| {
                "tokenizer.ggml.pre is missing, so how words are cut is not known: convert the model again".to_owned()
            })?;
            let (words, start) = Words::named(name)?;
            let merges = values.texts("tokenizer.ggml.merges")?.ok_or("tokenizer.ggml.merges is missing")?;
            let ends = ends(values, &vocabulary, start)?;
            Ok(Arc::new(Bpe::new(vocabulary, merges, added, ends, words)?))
        }
        other => Err(format!("tokenizer.ggml.model = '{other}' is not known: gpt2 and llama are")),
    }
}

/// The tokens with their kinds and scores.
fn vocabulary(values: &Values) -> Result<Vocabulary, String> {
    let texts = values.texts("tokenizer.ggml.tokens")?.ok_or("tokenizer.ggml.tokens is missing")?;
    let scores = values.fractions("tokenizer.ggml.scores")?;
    let types = values.integers("tokenizer.ggml.token_type")?;
    for (key, length) in [("scores", scores.map(<[_]>::len)), ("token_type", types.map(<[_]>::len))] {
        if length.is_some_and(|n| n != texts.len()) {
            return Err(format!("tokenizer.ggml.{key} is not as long as the list of tokens"));
        }
    }
    let mut tokens = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let score = scores.map_or(0.0, |s| s[i]);
        if !score.is_finite() {
            return Err(format!("the score of token {i} is {score}"));
        }
        let kind = kind(types.map_or(1, |t| t[i])).ok_or_else(|| format!("token {i} has an unknown type"))?;
        let text = if text.is_empty() { format!("[EMPTY_{i}]") } else { text.clone() };
        // Adding 0 makes -0 and 0 the same.
        tokens.push(Token { text, kind, score: score + 0.0 });
    }
    override_kinds(&mut tokens, values)?;
    Vocabulary::new(tokens)
}

fn kind(number: i64) -> Option<Kind> {
    Some(match number {
        1 => Kind::Normal,
        2 => Kind::Unknown,
        3 => Kind::Control,
        4 => Kind::Added,
        // 0 is undefined: never matched whole either.
        0 | 5 => Kind::Unused,
        6 => Kind::Byte,
        _ => return None,
    })
}

/// Corrects the kinds of added tokens that llama.cpp knows by their texts.
fn override_kinds(tokens: &mut [Token], values: &Values) -> Result<(), String> {
    for (keys, texts) in INFILL {
        if keys.iter().any(|key| values.get(key).is_some()) {
            continue;
        }
        let candidates: Vec<usize> = (0..tokens.len()).filter(|&i| texts.contains(&tokens[i].text.as_str())).collect();
        match candidates.as_slice() {
            [only] if tokens[*only].kind == Kind::Added => tokens[*only].kind = Kind::Control,
            [_, _, ..] if candidates.iter().any(|&i| tokens[i].kind == Kind::Added) => {
                return Err(format!(
                    "'{}' and '{}' have the same use and {} is missing: set it",
                    tokens[candidates[0]].text, tokens[candidates[1]].text, keys[0]
                ));
            }
            _ => {}
        }
    }
    let has = |tokens: &[Token], text: &str| tokens.iter().any(|t| t.text == text);
    // Two families end answers otherwise than by the tokens that usually do.
    let end_is_text = has(tokens, "<|end|>")
        && ((has(tokens, "<|return|>") && (has(tokens, "<|call|>") || has(tokens, "<|calls|>")))
            || (has(tokens, "<|flush|>") && (has(tokens, "<|call|>") || has(tokens, "<|calls|>"))));
    for token in tokens {
        if token.kind == Kind::Added && ENDS.contains(&token.text.as_str()) {
            token.kind = Kind::Control;
        }
        if ALWAYS_ADDED.contains(&token.text.as_str()) || (end_is_text && token.text == "<|end|>") {
            token.kind = Kind::Added;
        }
    }
    Ok(())
}

/// Whether white space after added tokens is dropped: llama.cpp does so for Phi-3, which it knows by its name.
fn strips_after(values: &Values) -> Result<bool, String> {
    let name = values.text("general.name")?.unwrap_or_default().to_ascii_lowercase();
    Ok(name.contains("phi-3") || name.contains("phi3"))
}

/// The tokens around every text.
fn ends(values: &Values, vocabulary: &Vocabulary, start: bool) -> Result<Ends, String> {
    let end = |flag: &str, default: bool, id: &str| -> Result<Option<u32>, String> {
        let flag = format!("tokenizer.ggml.{flag}");
        if !values.truth(&flag)?.unwrap_or(default) {
            return Ok(None);
        }
        let id = format!("tokenizer.ggml.{id}");
        let number = values.whole(&id)?.ok_or_else(|| format!("{id} is missing, but every text is to have it"))?;
        let number = u32::try_from(number).ok().filter(|n| vocabulary.token(*n).is_some());
        number.map(Some).ok_or_else(|| format!("{id} is no token"))
    };
    Ok(Ends {
        before: end("add_bos_token", start, "bos_token_id")?,
        after: end("add_eos_token", false, "eos_token_id")?,
    })
}
