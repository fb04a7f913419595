//! The templates of `tokenizer.json`: which tokens go around a text. The crate `tokenizers` reads them unchecked and panics
//! where one names what is not there or follows another, so they are looked at before it sees them.

use serde_json::Value;

/// Most tokens around a text: the families have one or two.
const MOST: usize = 64;

/// Refuses a post-processor with two templates, or one whose template for single texts has not the text once and nothing else
/// but tokens that the file describes, with as many numbers as texts.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn check(processor: &Value) -> Result<(), String> {
    let mut templates = vec![];
    collect(processor, &mut templates);
    match templates[..] {
        [] => Ok(()),
        [template] => one(template),
        _ => Err("its post_processor has two templates, one after the other".to_owned()),
    }
}

fn collect<'a>(processor: &'a Value, templates: &mut Vec<&'a Value>) {
    processor["processors"].as_array().into_iter().flatten().for_each(|part| collect(part, templates));
    if processor["type"] == "TemplateProcessing" {
        templates.push(processor);
    }
}

fn one(template: &Value) -> Result<(), String> {
    let described = &template["special_tokens"];
    let (mut texts, mut tokens) = (0, 0);
    for piece in template["single"].as_array().into_iter().flatten() {
        match (piece["Sequence"]["id"].as_str(), piece["SpecialToken"]["id"].as_str()) {
            (Some("A"), None) => texts += 1,
            (Some(id), None) => {
                return Err(format!("its template for single texts has a text '{}'", id.escape_debug()));
            }
            (None, Some(name)) => {
                let list = |key: &str| described[name][key].as_array().map(Vec::len);
                if list("ids").is_none() || list("ids") != list("tokens") {
                    let name = name.escape_debug();
                    return Err(format!(
                        "its template names the token '{name}', which special_tokens does not describe"
                    ));
                }
                tokens += list("ids").unwrap_or_default();
            }
            _ => return Err("its template for single texts has a part that is neither a text nor a token".to_owned()),
        }
    }
    match texts {
        1 if tokens <= MOST => Ok(()),
        1 => Err(format!("its template puts {tokens} tokens around a text, at most {MOST} are allowed")),
        0 => Err("its template for single texts has no text".to_owned()),
        _ => Err("its template for single texts has the text twice".to_owned()),
    }
}
