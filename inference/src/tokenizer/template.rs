//! The templates of `tokenizer.json`: which tokens go around a text. The crate `tokenizers` reads them unchecked and panics
//! where one names what is not there, so they are looked at before it sees them.

use serde_json::Value;

/// Refuses a post-processor with a template for single texts that names a second text, the text twice (templates follow one
/// another, and each could double it), a token that the file does not describe, or one of whose numbers and texts are not as
/// many. A template is what has the fields of one, whatever its type says.
///
/// # Errors
/// A sentence that names the token.
pub(super) fn check(processor: &Value) -> Result<(), String> {
    processor["processors"].as_array().into_iter().flatten().try_for_each(check)?;
    let tokens = &processor["special_tokens"];
    let mut texts = 0;
    for piece in processor["single"].as_array().into_iter().flatten() {
        match (piece["Sequence"]["id"].as_str(), piece["SpecialToken"]["id"].as_str()) {
            (Some("A"), None) => texts += 1,
            (Some(id), None) => {
                return Err(format!("its template for single texts has a text '{}'", id.escape_debug()));
            }
            (None, Some(name)) => {
                let list = |key: &str| tokens[name][key].as_array().map(Vec::len);
                if list("ids").is_none() || list("ids") != list("tokens") {
                    let name = name.escape_debug();
                    return Err(format!(
                        "its template names the token '{name}', which special_tokens does not describe"
                    ));
                }
            }
            _ => return Err("its template for single texts has a part that is neither a text nor a token".to_owned()),
        }
    }
    if texts > 1 {
        return Err("its template for single texts has the text twice".to_owned());
    }
    Ok(())
}
