//! The lists of tokens that llama.cpp, Ollama and newer `OpenAI`-like servers write for a generated token.

use serde::Deserialize;

use super::EndpointError;
use super::http::Client;
use super::question::real;
use super::table::TokenTable;

/// A generated token, with the most likely ones at its position.
#[derive(Deserialize)]
pub(super) struct Generated {
    #[serde(flatten)]
    pub(super) token: Listed,
    #[serde(default)]
    pub(super) top_logprobs: Vec<Listed>,
}

/// A token with its log-probability in nats.
#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) id: Option<u32>,
    #[serde(default)]
    token: String,
    bytes: Option<Vec<u8>>,
    pub(super) logprob: f64,
}

impl Listed {
    /// A token known by its text alone.
    pub(super) fn text(token: String, logprob: f64) -> Self {
        Self { id: None, token, bytes: None, logprob }
    }

    /// The bytes that the token is known by.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| bytes_of(&self.token))
    }

    /// The token of the given number, where numbers mean to the server what they mean to the reference, and the
    /// log-probability. Control tokens are listed without bytes, so nothing but the number says which they are.
    pub(super) fn numbered(
        &self,
        client: &Client,
        position: usize,
        table: &TokenTable,
    ) -> Result<(u32, f64), EndpointError> {
        match (self.id, table.find(&self.bytes())) {
            (Some(id), Ok(wanted)) if id != wanted => {
                Err(EndpointError::OtherToken { position, wanted, found: id.to_string() })
            }
            (Some(id), _) => Ok((id, real(position, self.logprob)?)),
            (None, _) => self.resolve(client, position, table),
        }
    }

    /// The reference's token with these bytes, and the log-probability.
    pub(super) fn resolve(
        &self,
        client: &Client,
        position: usize,
        table: &TokenTable,
    ) -> Result<(u32, f64), EndpointError> {
        let bytes = self.bytes();
        let id = table.find(&bytes).map_err(|matches| EndpointError::ListedToken {
            position,
            // What a server calls a token may be anything, such as the key that it was sent.
            token: client.clean(&String::from_utf8_lossy(&bytes)),
            matches,
        })?;
        Ok((id, real(position, self.logprob)?))
    }
}

/// The bytes of a token written as text. Tokens that are no UTF-8 by themselves are written `bytes:\xe2\x80`.
fn bytes_of(token: &str) -> Vec<u8> {
    let escaped = token.strip_prefix("bytes:").and_then(|rest| {
        let parts = rest.strip_prefix("\\x")?.split("\\x");
        parts.map(|hex| if hex.len() == 2 { u8::from_str_radix(hex, 16).ok() } else { None }).collect()
    });
    escaped.unwrap_or_else(|| token.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_bytes_are_read_and_other_text_is_left() {
        assert_eq!(bytes_of("bytes:\\xe2\\x80"), [0xe2, 0x80]);
        for text in ["bytes:", "bytes:\\xe", "bytes:\\xzz", " the", "\\xe2"] {
            assert_eq!(bytes_of(text), text.as_bytes(), "{text}");
        }
    }
}
