//! How much longer a `tokenizer.json` makes texts before it splits them. Steps multiply: thirty that double a text would make
//! gigabytes of one word, so they are looked at before the crate `tokenizers` takes them.

use serde_json::Value;

/// Most times that a text may become longer. A space that becomes `▁` makes it three times as long, letters for bytes twice.
const MOST: u64 = 1024;

/// Refuses steps that make texts longer without measure, and tables of characters, which the crate takes on trust: it makes
/// room for as many entries as they announce and follows their numbers out of bounds. No supported family has one.
///
/// # Errors
/// A sentence that says which.
pub(super) fn check(normalizer: &Value, pre_tokenizer: &Value) -> Result<(), String> {
    let growth = of(normalizer)?.saturating_mul(of(pre_tokenizer)?);
    if growth > MOST {
        return Err(format!("its normalizer and pre_tokenizer could make a text {growth} times as long"));
    }
    Ok(())
}

/// By how much a step can multiply the bytes of a text.
fn of(step: &Value) -> Result<u64, String> {
    let steps = |key: &str| step[key].as_array().into_iter().flatten();
    match step["type"].as_str() {
        Some("Sequence") => {
            let each = steps("normalizers").chain(steps("pretokenizers"));
            each.map(of).try_fold(1, |product: u64, growth| Ok(product.saturating_mul(growth?)))
        }
        Some("ByteLevel" | "Lowercase") => Ok(2),
        // A letter and its marks; a space that becomes another character.
        Some("NFD" | "StripAccents" | "Metaspace") => Ok(4),
        // One character of three bytes stands for a sentence of 33.
        Some("NFKC" | "NFKD" | "BertNormalizer") => Ok(11),
        Some("Replace") => {
            let bytes = |text: &Value| text.as_str().map_or(0, str::len) as u64;
            let (content, pattern) = (bytes(&step["content"]), bytes(&step["pattern"]["String"]));
            // An expression, or nothing, is found before every byte.
            Ok(if pattern == 0 { content + 1 } else { content.div_ceil(pattern).max(1) })
        }
        Some("Precompiled") => {
            Err("its normalizer is a precompiled table of characters, which is not supported".to_owned())
        }
        _ => Ok(1),
    }
}
