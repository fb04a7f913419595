//! The list of models that most servers give, and the model's name in answers.

use serde::Deserialize;

use super::EndpointError;
use super::http::Client;

/// A served model, as far as servers tell.
#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
    /// vLLM: longest sequence.
    pub(super) max_model_len: Option<usize>,
    /// llama.cpp: sizes.
    pub(super) meta: Option<Meta>,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    pub(super) n_vocab: Option<usize>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Model>,
}

/// The model `wanted`, or the only one when no name is given.
pub(super) fn find(client: &Client, path: &str, wanted: Option<&str>) -> Result<Model, EndpointError> {
    let mut list = client.get::<List>(path)?.data;
    let known: Vec<&str> = list.iter().map(|model| model.id.as_str()).collect();
    let at = match wanted {
        Some(name) => known.iter().position(|id| *id == name),
        None => (known.len() == 1).then_some(0),
    };
    match at {
        Some(at) => Ok(list.swap_remove(at)),
        None => Err(EndpointError::UnknownModel {
            url: client.url(path),
            model: wanted.unwrap_or("(the only one)").to_owned(),
            known: client.clean(&if known.is_empty() { "none".to_owned() } else { known.join(", ") }),
        }),
    }
}

/// Refuses an answer under another model's name.
pub(super) fn same(client: &Client, wanted: &str, found: &str) -> Result<(), EndpointError> {
    if wanted == found {
        return Ok(());
    }
    // The wanted name is the server's own where the user named none.
    Err(EndpointError::OtherModel { wanted: client.clean(wanted), found: client.clean(found) })
}
