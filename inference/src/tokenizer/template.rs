//! The templates of `tokenizer.json`: which tokens go around a text. The crate `tokenizers` reads them unchecked and panics
//! where one names what is not there, so they are looked at before it sees them.

use serde_json::Value;

/// Refuses a post-processor with a template for single texts that names a second text, the text twice (templates follow one
/// another, and each could double it), a token that the file does not describe, or one of whose numbers and texts are not as
/// many.
///
/// # Errors
/// A sentence that names the token.
pub(super) fn check(processor: &Value) -> Result<(), String> {
    if let Some(parts) = processor["processors"].as_array() {
        return parts.iter().try_for_each(check);
    }
    if processor["type"] != "TemplateProcessing" {
        return Ok(());
    }
    let tokens = &processor["special_tokens"];
    let mut texts = 0;
    for piece in processor["single"].as_array().into_iter().flatten() {
        if let Some(id) = piece["Sequence"]["id"].as_str().filter(|id| *id != "A") {
            return Err(format!("its template for single texts has a text '{}'", id.escape_debug()));
        }
        texts += usize::from(piece["Sequence"].is_object());
        if texts > 1 {
            return Err("its template for single texts has the text twice".to_owned());
        }
        let Some(name) = piece["SpecialToken"]["id"].as_str() else { continue };
        let list = |key: &str| tokens[name][key].as_array().map(Vec::len);
        if list("ids").is_none() || list("ids") != list("tokens") {
            let name = name.escape_debug();
            return Err(format!("its template names the token '{name}', which special_tokens does not describe"));
        }
    }
    Ok(())
}
