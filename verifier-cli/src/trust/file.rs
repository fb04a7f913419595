//! The trust file: a list of verifying keys that an organisation relies on, to be kept and handed on as one file.
//!
//! ```json
//! { "format": "pot trust v1",
//!   "keys": [ { "id": "64 hex digits", "label": "for people", "key": "the key file in hex" },
//!             { "id": "64 hex digits", "label": "for people", "file": "path/beside/this/file" } ] }
//! ```

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use pot_protocol::keys::{KeyId, RawVerifyingKey};
use serde::Deserialize;

use crate::error::CheckError;

const FORMAT: &str = "pot trust v1";
const MAX_KEYS: usize = 256;
const MAX_LABEL: usize = 200;

/// One key of a trust file. Its bytes are not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The id that the key must have.
    pub id: KeyId,
    /// What it is, for people.
    pub label: String,
    /// Its bytes, or where they are.
    pub bytes: KeyBytes,
}

/// The bytes of a listed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyBytes {
    /// In the trust file itself.
    Here(Vec<u8>),
    /// In a file, relative to the folder of the trust file and inside it.
    File(PathBuf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: String,
    keys: Vec<KeyText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    id: KeyId,
    label: String,
    key: Option<String>,
    file: Option<PathBuf>,
}

/// Reads a trust file.
///
/// # Errors
/// [`CheckError::Trust`] when it is not one, lists no key or one twice, or a key's bytes are given twice or not at all.
pub fn parse_trust_file(bytes: &[u8]) -> Result<Vec<ListedKey>, CheckError> {
    let refuse = |reason: String| CheckError::Trust(format!("trust file: {reason}"));
    let text: Text = serde_json::from_slice(bytes).map_err(|e| refuse(e.to_string()))?;
    if text.format != FORMAT {
        let shown = text.format.chars().take(64).collect::<String>();
        return Err(refuse(format!("its format is {shown:?}, this program reads {FORMAT:?}")));
    }
    if text.keys.is_empty() || text.keys.len() > MAX_KEYS {
        return Err(refuse(format!("it lists {} keys, a trust file lists 1 to {MAX_KEYS}", text.keys.len())));
    }
    let mut seen = BTreeSet::new();
    let mut keys = Vec::new();
    for KeyText { id, label, key, file } in text.keys {
        let refuse = |reason: &str| refuse(format!("key {id}: {reason}"));
        if !seen.insert(id) {
            return Err(refuse("it is listed twice"));
        }
        if label.is_empty() || label.len() > MAX_LABEL || label.chars().any(char::is_control) {
            return Err(refuse("a label has 1 to 200 bytes and no control characters"));
        }
        let bytes = match (key, file) {
            (Some(hex), None) if hex.len() <= 2 * RawVerifyingKey::MAX_LEN => {
                KeyBytes::Here(hex::decode(hex).map_err(|_| refuse("'key' is not hexadecimal"))?)
            }
            (Some(_), None) => return Err(refuse("'key' is longer than any verifying key")),
            (None, Some(path)) if is_inside(&path) => KeyBytes::File(path),
            (None, Some(_)) => return Err(refuse("'file' has to lie in the folder of the trust file or below it")),
            _ => return Err(refuse("it needs either 'key' or 'file'")),
        };
        keys.push(ListedKey { id, label, bytes });
    }
    Ok(keys)
}

fn is_inside(path: &Path) -> bool {
    path.components().next().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}
