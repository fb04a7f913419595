//! Committed prefixes for servers that take only text.

use std::sync::Arc;

use super::EndpointError;
use super::question::Question;
use super::table::TokenTable;
use crate::Tokenizer;

/// The reference's tokenizer with its table from bytes to tokens.
pub(super) struct Prefixes {
    tokenizer: Arc<dyn Tokenizer>,
    pub(super) table: TokenTable,
}

impl Prefixes {
    pub(super) fn new(tokenizer: Arc<dyn Tokenizer>) -> Self {
        Self { table: TokenTable::new(tokenizer.as_ref()), tokenizer }
    }

    /// The text before each scored position, each checked to become exactly the committed tokens again: else the server
    /// would be asked about something else.
    pub(super) fn texts<'a>(&self, question: Question<'a>) -> Result<Vec<&'a str>, EndpointError> {
        let steps = question.steps().enumerate();
        steps.map(|(position, (tokens, _))| self.text(position, question.text, tokens)).collect()
    }

    fn text<'a>(&self, position: usize, text: &'a str, tokens: &[u32]) -> Result<&'a str, EndpointError> {
        let refuse = |reason: &str| EndpointError::Prefix { position, reason: reason.to_owned() };
        let bytes: Vec<u8> = tokens.iter().filter_map(|token| self.tokenizer.token_bytes(*token)).flatten().collect();
        // Some tokenizers put a space before every text.
        let without_space = bytes.strip_prefix(b" ").unwrap_or(&bytes);
        let lengths = [bytes.len(), without_space.len()];
        let length = lengths.into_iter().zip([bytes.as_slice(), without_space]);
        let mut length = length.filter(|(_, bytes)| text.as_bytes().starts_with(bytes)).map(|(length, _)| length);
        let length = length.next().ok_or_else(|| refuse("they are not the beginning of the text"))?;
        let prefix = text.get(..length).ok_or_else(|| refuse("they end inside a character"))?;
        if prefix.is_empty() {
            return Err(refuse("there is no text before it"));
        }
        let again = self.tokenizer.tokenize(prefix).map_err(|e| EndpointError::Tokenizer(e.to_string()))?;
        if again != tokens {
            return Err(refuse("that text alone is split otherwise"));
        }
        Ok(prefix)
    }
}

/// Refuses an answer to fewer or more tokens than were sent as text, where the server says how many it saw. The start
/// token is counted by some and not by others.
pub(super) fn seen(position: usize, sent: usize, seen: Option<usize>) -> Result<(), EndpointError> {
    match seen {
        Some(seen) if seen.checked_add(1) == Some(sent) => Ok(()),
        seen => all_seen(position, sent, seen),
    }
}

/// The same for tokens that were sent as ids: each of them counts.
pub(super) fn all_seen(position: usize, sent: usize, seen: Option<usize>) -> Result<(), EndpointError> {
    match seen {
        Some(seen) if seen != sent => Err(EndpointError::Prefix {
            position,
            reason: format!("the server saw {seen} tokens in what is {sent} for the reference"),
        }),
        _ => Ok(()),
    }
}
