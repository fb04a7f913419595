//! The patterns of a `tokenizer.json`: what texts are split at and what is replaced. They come from anybody, and the crate
//! `tokenizers` compiles them all.

use serde_json::Value;

/// Most expressions, and bytes of one: the families use up to three, of up to 400 bytes.
const MOST: usize = 16;
const LONGEST: usize = 2048;
/// How often what is repeated by a number may be there in all: the families have `{1,3}`.
const REPEATED: u64 = 64;

/// Refuses patterns that are empty, expressions where texts are replaced, and expressions that are many, long, look behind
/// themselves, or write parts of themselves out too often.
///
/// # Errors
/// A sentence that says which.
pub(super) fn check(json: &Value) -> Result<(), String> {
    let mut expressions = 0;
    ["normalizer", "pre_tokenizer", "decoder"].iter().try_for_each(|key| step(&json[key], &mut expressions))
}

fn step(part: &Value, expressions: &mut usize) -> Result<(), String> {
    for list in ["normalizers", "pretokenizers", "decoders"] {
        part[list].as_array().into_iter().flatten().try_for_each(|part| step(part, expressions))?;
    }
    let Some(pattern) = part.get("pattern") else { return Ok(()) };
    match (pattern["String"].as_str(), pattern["Regex"].as_str()) {
        (Some(text), None) if !text.is_empty() => Ok(()),
        (None, Some(text)) if !text.is_empty() && part["type"] == "Split" => {
            *expressions += 1;
            if *expressions > MOST {
                return Err(format!("it has more than {MOST} expressions"));
            }
            expression(text)
        }
        (None, Some(_)) if part["type"] == "Replace" => Err("it replaces what an expression finds".to_owned()),
        _ => Err("it has a pattern that is no text and no expression, or an empty one".to_owned()),
    }
}

fn expression(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it has an expression of {} bytes, at most {LONGEST} are allowed", text.len()));
    }
    for part in ["(?<", "\\K", "\\G"] {
        if text.contains(part) {
            return Err(format!("it has an expression with {part}, which is not supported"));
        }
    }
    let mut product: u64 = 1;
    for (at, rest) in text.match_indices('{').map(|(at, _)| (at, &text[at + 1..])) {
        let named = ["\\p", "\\P", "\\x", "\\u"].iter().any(|before| text[..at].ends_with(before));
        let inside = rest.split('}').next().unwrap_or_default();
        if named || !inside.starts_with(|c: char| c.is_ascii_digit() || c == ',' || c == ' ') {
            continue;
        }
        let largest = inside.split(',').map(|n| n.trim().parse().unwrap_or(1)).max();
        product = product.saturating_mul(largest.unwrap_or(1).max(1));
    }
    if product > REPEATED {
        return Err(format!("it has an expression with a part {product} times, at most {REPEATED} are allowed"));
    }
    Ok(())
}
