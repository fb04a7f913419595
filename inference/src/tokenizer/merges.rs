//! The vocabulary and merges of a `tokenizer.json`. The crate `tokenizers` writes both halves of each into room for the longest token, and
//! panics where they need more; it cuts a prefix off the second half wherever that ends, a letter's middle too.

use serde_json::Value;

/// Longest text that goes before or after a part of each word: bytes. Files have none, `##` or `</w>`.
const LONGEST_MARK: usize = 16;

/// Refuses merges that make nothing that is a token, or whose second half lacks the prefix that it is said to have; and long
/// prefixes and suffixes, which would be added to each letter or word.
///
/// # Errors
/// A sentence that says which merge, counted from 0.
pub(super) fn check(model: &Value) -> Result<(), String> {
    let Some(vocabulary) = model["vocab"].as_object() else { return Ok(()) };
    for mark in ["continuing_subword_prefix", "end_of_word_suffix"] {
        if model[mark].as_str().is_some_and(|text| text.len() > LONGEST_MARK) {
            return Err(format!("its {mark} is longer than {LONGEST_MARK} bytes"));
        }
    }
    let prefix = model["continuing_subword_prefix"].as_str().unwrap_or_default();
    // Lists that were text files once begin with a line of the format's version.
    let version = |merge: &Value| merge.as_str().is_some_and(|line| line.starts_with("#version"));
    let merges = model["merges"].as_array().into_iter().flatten().filter(|merge| !version(merge));
    for (rank, merge) in merges.enumerate() {
        let Some((left, right)) = halves(merge) else { return Err(format!("merge {rank} is not two texts")) };
        let made = right.strip_prefix(prefix).map(|right| format!("{left}{right}"));
        if !made.is_some_and(|made| vocabulary.contains_key(&made)) {
            let shown = format!("'{}' and '{}'", left.escape_debug(), right.escape_debug());
            return Err(format!("merge {rank} puts {shown} together, which is no token"));
        }
    }
    Ok(())
}

fn halves(merge: &Value) -> Option<(&str, &str)> {
    match merge {
        Value::String(pair) => pair.split_once(' ').filter(|(_, right)| !right.contains(' ')),
        pair => match pair.as_array()?.as_slice() {
            [left, right] => Some((left.as_str()?, right.as_str()?)),
            _ => None,
        },
    }
}
