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
        Some("Lowercase") => Ok(2),
        // Each byte becomes a letter of two, and a text of one letter may get a space before it.
        Some("ByteLevel") => Ok(if step["add_prefix_space"] == false { 2 } else { 4 }),
        // A space becomes another character, and one goes before a text of one letter.
        Some("Metaspace") => Ok(8),
        // The largest factors of UTF-8: <https://unicode.org/faq/normalization.html>.
        Some("NFC" | "NFD") => Ok(3),
        Some("NFKC" | "NFKD") => Ok(11),
        Some("Prepend") => match step["prepend"].as_str().map_or(0, str::len) {
            length @ 1..=16 => Ok(1 + length as u64),
            length => Err(format!("its normalizer puts {length} bytes before a text, 1 to 16 are allowed")),
        },
        Some("Replace") => {
            let bytes = |text: &Value| text.as_str().map_or(0, str::len) as u64;
            Ok(bytes(&step["content"]).div_ceil(bytes(&step["pattern"]["String"]).max(1)).max(1))
        }
        Some("Precompiled") => {
            Err("its normalizer is a precompiled table of characters, which is not supported".to_owned())
        }
        _ => Ok(1),
    }
}
