//! An API key that cannot be shown.

use std::fmt;

use super::EndpointError;

/// A key, or none. It has no `Display`, and its `Debug` says only whether there is one.
pub(super) struct Secret(Option<String>);

impl Secret {
    /// Reads the key from the environment variable `variable`.
    ///
    /// # Errors
    /// [`EndpointError::NoKey`] when it is not set, empty, or cannot stand in a header.
    pub(super) fn from_env(variable: Option<&str>) -> Result<Self, EndpointError> {
        let Some(variable) = variable else { return Ok(Self(None)) };
        let none = || EndpointError::NoKey { variable: variable.to_owned() };
        let key = std::env::var(variable).map_err(|_| none())?.trim().to_owned();
        let usable = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
        if usable { Ok(Self(Some(key))) } else { Err(none()) }
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The value of the `Authorization` header.
    pub(super) fn header(&self) -> Option<String> {
        self.0.as_ref().map(|key| format!("Bearer {key}"))
    }

    /// `text` from a server made fit for an error or a record: the key blotted out, on one line, cut short.
    pub(super) fn clean(&self, text: &str) -> String {
        // The key goes first: cutting or joining lines before could leave a part of it that is not recognised.
        let blotted = self.0.as_ref().map_or_else(|| text.to_owned(), |key| text.replace(key.as_str(), "[API key]"));
        let words: Vec<&str> = blotted.split(|c: char| c.is_whitespace() || c.is_control()).collect();
        let one_line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let mut shown: String = one_line.chars().take(LONGEST).collect();
        if shown.len() < one_line.len() {
            shown.push('…');
        }
        shown
    }
}

/// Most characters shown of a server's text.
const LONGEST: usize = 200;

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "Secret(set)" } else { "Secret(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_blotted_out_before_the_text_is_cut() {
        let secret = Secret(Some("sk-0123456789".to_owned()));
        let said = format!("{} sk-0123456789\r\n\u{1b}[31mred", "x".repeat(195));
        let clean = secret.clean(&said);
        assert!(!clean.contains("sk-0") && clean.ends_with('…') && !clean.contains('\n'), "{clean}");
        assert_eq!(secret.clean("bad key sk-0123456789!"), "bad key [API key]!");
        assert_eq!(format!("{secret:?}"), "Secret(set)");
    }
}
