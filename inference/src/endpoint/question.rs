//! What a dialect is asked, and what it says about its server.

use super::EndpointError;
use super::http::Client;
use crate::Scored;

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Name and version; empty when it does not say.
    pub(super) server: String,
    /// The model's name there.
    pub(super) model: String,
    /// Longest sequence that can be scored, in tokens.
    pub(super) positions: Option<usize>,
    /// Size of the vocabulary.
    pub(super) vocabulary: Option<usize>,
}

/// A checked prompt and what to say about it.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// The committed tokens.
    pub(super) tokens: &'a [u32],
    /// The first scored predicted token, counted from 0.
    pub(super) first: usize,
    /// How many of the most likely tokens; nothing for the committed tokens' own log-probabilities.
    pub(super) top: Option<u32>,
}

impl<'a> Question<'a> {
    /// The tokens before the first scored one.
    pub(super) fn prefix(self) -> &'a [u32] {
        self.tokens.get(..=self.first).unwrap_or_default()
    }

    /// The scored tokens.
    pub(super) fn targets(self) -> &'a [u32] {
        self.tokens.get(self.first + 1..).unwrap_or_default()
    }

    /// The tokens before each scored one, and it.
    pub(super) fn steps(self) -> impl Iterator<Item = (&'a [u32], u32)> {
        let starts = self.first + 1..self.tokens.len();
        starts.filter_map(move |t| self.tokens.split_at_checked(t).and_then(|(a, b)| Some((a, *b.first()?))))
    }
}

/// One interface: which requests to send, and how to read what comes.
pub(super) trait Speaks: Send + Sync {
    /// The tokens of `text` on the server, start token included; nothing when the interface does not tell.
    fn tokenize(&self, client: &Client, text: &str) -> Result<Option<Vec<u32>>, EndpointError>;

    /// Whether the question can be put in this interface, looked at without a request.
    ///
    /// # Errors
    /// [`EndpointError::Prefix`] with the first scored position at which it cannot.
    fn askable(&self, _: Question<'_>) -> Result<(), EndpointError> {
        Ok(())
    }

    /// Says what was asked, position by position, each request sent once.
    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError>;

    /// The shape of the requests, as far as it can change answers.
    fn settings(&self) -> String;

    /// Whether what looks like a control token in a text is split like any other text.
    fn control_names_are_text(&self) -> bool {
        true
    }

    /// Why the committed tokens' own log-probabilities cannot be had, if they cannot.
    fn no_tokens(&self) -> Option<EndpointError> {
        None
    }
}

/// Refuses a log-probability that only stands for minus infinity: servers write −9999 or the lowest float because JSON
/// has no infinity. No softmax in f32 or f64 comes near the bound.
pub(super) fn real(position: usize, value: f64) -> Result<f64, EndpointError> {
    if value < -1000.0 { Err(EndpointError::StandIn { position, value }) } else { Ok(value) }
}
