//! The steps of a `tokenizer.json`. The crate `tokenizers` trusts its input: where a step has no type, or one that is not known,
//! it takes the first kind that its fields fit, a list for an object too, and some kinds panic on fields that make no sense. So
//! what the supported families use is listed here, field by field, and everything else is refused.

use serde_json::Value;

/// A type of a step, and the fields that it may have beside that.
type Kind = (&'static str, &'static [&'static str]);

const LETTERS: Kind = ("ByteLevel", &["add_prefix_space", "trim_offsets", "use_regex"]);
const PIECES: Kind = ("Metaspace", &["replacement", "prepend_scheme", "add_prefix_space", "str_rep", "split"]);
const REPLACE: Kind = ("Replace", &["pattern", "content"]);

/// The keys of steps, of the list in a `Sequence` of them, and their kinds.
const STEPS: [(&str, &str, &[Kind]); 4] = [
    (
        "normalizer",
        "normalizers",
        &[
            ("NFC", &[]),
            ("NFD", &[]),
            ("NFKC", &[]),
            ("NFKD", &[]),
            ("Lowercase", &[]),
            ("Prepend", &["prepend"]),
            REPLACE,
            // Refused in words of its own.
            ("Precompiled", &["precompiled_charsmap"]),
        ],
    ),
    (
        "pre_tokenizer",
        "pretokenizers",
        &[
            LETTERS,
            PIECES,
            ("Split", &["pattern", "behavior", "invert"]),
            ("Digits", &["individual_digits"]),
            ("Punctuation", &["behavior"]),
            ("WhitespaceSplit", &[]),
        ],
    ),
    ("post_processor", "processors", &[LETTERS, ("TemplateProcessing", &["single", "pair", "special_tokens"])]),
    (
        "decoder",
        "decoders",
        &[
            LETTERS,
            PIECES,
            REPLACE,
            ("ByteFallback", &[]),
            ("Fuse", &[]),
            ("Strip", &["content", "start", "stop"]),
            // Those of other tokenizers, which do not show the bytes of a token.
            ("BPEDecoder", &["suffix"]),
            ("CTC", &["pad_token", "word_delimiter_token", "cleanup"]),
            ("WordPiece", &["prefix", "cleanup"]),
        ],
    ),
];

/// Gives the model of an old file, which had no types, its own.
pub(super) fn with_type(json: &mut Value) {
    if let Some(model) = json.get_mut("model").and_then(Value::as_object_mut)
        && model.get("vocab").is_some_and(Value::is_object)
        && model.get("merges").is_some_and(Value::is_array)
    {
        model.entry("type").or_insert_with(|| "BPE".into());
    }
}

/// Refuses a file with a step that is not one of those above, or whose model is not one of merges.
///
/// # Errors
/// A sentence that names the step.
pub(super) fn check(json: &Value) -> Result<(), String> {
    match json["model"]["type"].as_str() {
        Some("BPE") => {}
        Some(other) => return Err(format!("its model is of the unsupported type '{}'", other.escape_debug())),
        None => return Err("its model has no type, and no vocabulary with merges".to_owned()),
    }
    STEPS.iter().filter(|(key, ..)| !json[key].is_null()).try_for_each(|kind| step(&json[kind.0], kind))
}

fn step(step: &Value, all: &(&str, &str, &[Kind])) -> Result<(), String> {
    let &(key, list, kinds) = all;
    let kind = step["type"].as_str().ok_or_else(|| format!("its {key} has a part without a type"))?;
    let only = |known: &[&str]| {
        let other = step.as_object().into_iter().flatten().map(|(field, _)| field.as_str());
        match other.into_iter().find(|field| *field != "type" && !known.contains(field)) {
            Some(field) => Err(format!("its {key} has a {kind} with the unknown field '{}'", field.escape_debug())),
            None => Ok(()),
        }
    };
    if kind == "Sequence" {
        only(&[list])?;
        let parts = step[list].as_array().ok_or_else(|| format!("its {key} is a Sequence without {list}"))?;
        return parts.iter().try_for_each(|part| self::step(part, all));
    }
    match kinds.iter().find(|(known, _)| *known == kind) {
        Some((_, fields)) => only(fields),
        None => Err(format!("its {key} has a part of the unsupported type '{}'", kind.escape_debug())),
    }
}
