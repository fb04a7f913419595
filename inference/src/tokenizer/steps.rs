//! The steps of a `tokenizer.json`. Where a step has no type, or one that is not known, the crate `tokenizers` takes the first
//! that its fields fit, and a list for an object: what is checked of a step would then be checked of another one than is
//! taken. So each step is an object of a type that is known, or there is no step.

use serde_json::Value;

/// The kinds of steps: their key, the key of the list in a `Sequence`, and the types.
const KINDS: [(&str, &str, &[&str]); 4] = [
    (
        "normalizer",
        "normalizers",
        &[
            "BertNormalizer",
            "Strip",
            "StripAccents",
            "NFC",
            "NFD",
            "NFKC",
            "NFKD",
            "Lowercase",
            "Nmt",
            "Precompiled",
            "Replace",
            "Prepend",
            "ByteLevel",
        ],
    ),
    (
        "pre_tokenizer",
        "pretokenizers",
        &[
            "BertPreTokenizer",
            "ByteLevel",
            "Delimiter",
            "Metaspace",
            "Whitespace",
            "Split",
            "Punctuation",
            "WhitespaceSplit",
            "Digits",
            "UnicodeScripts",
            "FixedLength",
        ],
    ),
    ("post_processor", "processors", &["RobertaProcessing", "BertProcessing", "ByteLevel", "TemplateProcessing"]),
    (
        "decoder",
        "decoders",
        &["BPEDecoder", "ByteLevel", "WordPiece", "Metaspace", "CTC", "Replace", "Fuse", "Strip", "ByteFallback"],
    ),
];
const MODELS: [&str; 4] = ["BPE", "WordPiece", "WordLevel", "Unigram"];

/// Refuses a file one of whose steps is no object or of no known type, or whose model is.
///
/// # Errors
/// A sentence that names the step.
pub(super) fn check(json: &Value) -> Result<(), String> {
    typed(&json["model"], "model", &MODELS)?;
    KINDS.iter().filter(|(key, ..)| !json[key].is_null()).try_for_each(|kind| step(&json[kind.0], kind))
}

fn step(step: &Value, kind: &(&str, &str, &[&str])) -> Result<(), String> {
    let &(key, list, types) = kind;
    if step["type"] != "Sequence" {
        return typed(step, key, types);
    }
    let parts = step[list].as_array().ok_or_else(|| format!("its {key} is a Sequence without {list}"))?;
    parts.iter().try_for_each(|part| self::step(part, kind))
}

fn typed(part: &Value, key: &str, types: &[&str]) -> Result<(), String> {
    let found = part["type"].as_str().ok_or_else(|| format!("its {key} has a part without a type"))?;
    if types.contains(&found) {
        return Ok(());
    }
    Err(format!("its {key} has a part of the unknown type '{}'", found.escape_debug()))
}
