//! An API key that cannot be shown.

use std::fmt;

use pot_protocol::text::is_unprintable;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::EndpointError;

/// A key, or none, wiped when dropped. It has no `Display`, and its `Debug` says only whether there is one.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Secret(Option<String>);

impl Secret {
    /// Reads the key from the environment variable `variable`.
    ///
    /// # Errors
    /// [`EndpointError::NoVariable`] when it is not set, [`EndpointError::NoKey`] when what it holds cannot stand in a
    /// header.
    pub(super) fn from_env(variable: Option<&str>) -> Result<Self, EndpointError> {
        let Some(variable) = variable else { return Ok(Self(None)) };
        // Asking for a variable by an empty name, or one with these characters, is not defined everywhere.
        if variable.is_empty() || variable.contains(['=', '\0']) {
            return Err(EndpointError::NoVariable);
        }
        let read = std::env::var_os(variable).ok_or(EndpointError::NoVariable)?;
        let read = Zeroizing::new(read.into_encoded_bytes());
        let key = std::str::from_utf8(&read).unwrap_or_default().trim();
        let usable = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
        if usable {
            Ok(Self(Some(key.to_owned())))
        } else {
            Err(EndpointError::NoKey { variable: variable.to_owned() })
        }
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The value of the `Authorization` header.
    pub(super) fn header(&self) -> Option<Zeroizing<String>> {
        self.0.as_ref().map(|key| Zeroizing::new(format!("Bearer {key}")))
    }

    /// `text` from a server made fit for an error or a record: the key blotted out, on one line, cut short.
    pub(super) fn clean(&self, text: &str) -> String {
        // The key goes first: cutting or joining lines before could leave a part of it that is not recognised.
        let blotted = self.0.as_ref().map_or_else(|| text.to_owned(), |key| text.replace(key.as_str(), "[API key]"));
        let gap = |c: char| c.is_whitespace() || is_unprintable(c);
        let words: Vec<&str> = blotted.split(gap).collect();
        // So could gaps that a server put into it.
        if self.0.as_ref().is_some_and(|key| words.concat().contains(key.as_str())) {
            return "[API key]".to_owned();
        }
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
        // Characters that do not show neither turn a text around nor hide a key.
        assert_eq!(secret.clean("a\u{202e}b"), "a b");
        for gap in ["\u{200b}", "\n", " "] {
            assert_eq!(secret.clean(&format!("bad key sk-01{gap}23456789")), "[API key]");
        }
        assert_eq!(format!("{secret:?}"), "Secret(set)");
    }

    #[test]
    fn the_key_is_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let mut secret = Secret(Some("sk-0123456789".to_owned()));
        wiped(&secret);
        wiped(&secret.header().unwrap());
        secret.zeroize();
        assert!(!secret.is_set() && secret.header().is_none());
    }
}
