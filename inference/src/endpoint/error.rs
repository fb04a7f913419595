//! What can go wrong between a question to a server and a checked answer.

use std::time::Duration;

use pot_protocol::score::ScoreKind;

/// Why an endpoint could not be used or its answer is no answer. Each message is one line; text that came from the
/// server is cut short, and an API key in it is blotted out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The name of the endpoint cannot be read.
    #[error("bad endpoint: {reason}; write {instead}")]
    BadSpec {
        /// What is wrong, without the text itself: it may hold a password.
        reason: String,
        /// The form to write.
        instead: &'static str,
    },
    /// An option is out of range.
    #[error("bad endpoint option '{option}': {reason}")]
    BadOption {
        /// Name of the option.
        option: &'static str,
        /// What is allowed.
        reason: &'static str,
    },
    /// The environment variable that should hold the API key is not set. What was given for its name is not shown: it may
    /// be a key.
    #[error(
        "no environment variable has the name that was given for the API key's: give a variable's name, never the key"
    )]
    NoVariable,
    /// The environment variable with the API key holds no key.
    #[error("the environment variable '{variable}' holds no usable API key: set it, or name another one")]
    NoKey {
        /// Name of the variable.
        variable: String,
    },
    /// A key would cross the network unencrypted.
    #[error("{url}: an API key is not sent over plain http to another machine: use https, or allow it explicitly")]
    InsecureKey {
        /// Where it would have gone.
        url: String,
    },
    /// No connection, or it broke before the answer was complete.
    #[error("{url}: no complete answer from the server ({reason}): is it running and reachable?")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The system's reason.
        reason: String,
    },
    /// The time limit passed.
    #[error("{url}: no complete answer within the time limit ({phase}): raise the limit or lighten the server's load")]
    Timeout {
        /// What was asked.
        url: String,
        /// Which part took too long.
        phase: String,
    },
    /// What came is no HTTP, or encryption failed.
    #[error("{url}: the server's answer cannot be read as HTTP ({reason})")]
    Protocol {
        /// What was asked.
        url: String,
        /// What the reader said.
        reason: String,
    },
    /// The answer is larger than is read.
    #[error(
        "{url}: the answer has more than {limit} bytes, which none to such a question needs: check what serves this address"
    )]
    TooLarge {
        /// What was asked.
        url: String,
        /// Bytes that are read at most.
        limit: u64,
    },
    /// The server points elsewhere.
    #[error("{url}: HTTP {status} points to '{location}': redirects are not followed, name the new place instead")]
    Redirect {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The new place, without user names and query strings.
        location: String,
    },
    /// An HTTP status other than success.
    #[error("{url}: HTTP {status}: {said}")]
    Status {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the server said about it.
        said: String,
        /// How long to wait, when the server says so.
        retry_after: Option<Duration>,
    },
    /// The body is not JSON of the documented shape.
    #[error("{url}: the answer is not of the documented shape ({reason}): '{excerpt}'")]
    Shape {
        /// What was asked.
        url: String,
        /// What the reader said.
        reason: String,
        /// How the body begins.
        excerpt: String,
    },
    /// The server has no model of this name.
    #[error("{url}: no model '{model}' there, it has: {known}")]
    UnknownModel {
        /// What was asked.
        url: String,
        /// The name asked for.
        model: String,
        /// The names there.
        known: String,
    },
    /// Another model answered.
    #[error("'{found}' answered where '{wanted}' was asked: no score")]
    OtherModel {
        /// The name asked for.
        wanted: String,
        /// The name in the answer.
        found: String,
    },
    /// The answer is about another token than the one at this position.
    #[error("the answer at scored position {position} is about token {found}, not {wanted}: no score")]
    OtherToken {
        /// Scored position, from 0.
        position: usize,
        /// The committed token.
        wanted: u32,
        /// What the answer is about.
        found: String,
    },
    /// The answer covers more or fewer positions than were asked for.
    #[error("the server answered {found} positions where {expected} were asked for: no score")]
    Positions {
        /// Positions in the answer.
        found: usize,
        /// Positions asked for.
        expected: usize,
    },
    /// A finite number that only stands for minus infinity.
    #[error("the log-probability {value} at scored position {position} stands for a probability of 0: no score")]
    StandIn {
        /// Scored position, from 0.
        position: usize,
        /// The number.
        value: f64,
    },
    /// A listed token's text is not the text of exactly one token of the reference.
    #[error(
        "'{token}', listed at scored position {position}, is the text of {matches} of the reference's tokens, not of one: no score"
    )]
    ListedToken {
        /// Scored position, from 0.
        position: usize,
        /// The text, escaped.
        token: String,
        /// How many tokens have it.
        matches: usize,
    },
    /// The tokens up to a position cannot be sent as text.
    #[error("the tokens before scored position {position} cannot be sent as text ({reason}): use another prompt or K")]
    Prefix {
        /// Scored position, from 0.
        position: usize,
        /// Why not.
        reason: String,
    },
    /// The interface cannot answer this.
    #[error("{dialect} cannot answer {asked}: {instead}")]
    Unsupported {
        /// The interface.
        dialect: &'static str,
        /// What was asked.
        asked: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// The interface says token texts, which mean something only under a tokenizer.
    #[error("{dialect} gives tokens as text: connect with the reference's tokenizer")]
    NeedsTokenizer {
        /// The interface.
        dialect: &'static str,
    },
    /// The server splits texts otherwise than the reference.
    #[error("the server's tokenizer is another one: {text:?} is {server} there and {reference} for the reference")]
    OtherTokenizer {
        /// The text that differs.
        text: String,
        /// What the server makes of it.
        server: String,
        /// What the reference makes of it.
        reference: String,
    },
    /// The server's vocabulary is smaller than the reference's.
    #[error("the server's vocabulary has {server} tokens, the reference's {reference}: not the same tokenizer")]
    OtherVocabulary {
        /// Tokens there.
        server: usize,
        /// Tokens of the reference.
        reference: usize,
    },
    /// The log-probabilities do not depend on the text.
    #[error("the server gave the same log-probabilities for different texts: they do not come from a model")]
    Constant,
    /// The log-probabilities of one text differ too much from one time to the next.
    #[error(
        "the server's log-probabilities for the same text differ by {mean:.3} nats on average (at most {limit} are allowed): no score can come of it"
    )]
    Unsteady {
        /// Mean absolute difference in nats.
        mean: f64,
        /// Largest allowed mean.
        limit: f64,
    },
    /// Nothing that can be scored came out of the probe.
    #[error("this endpoint cannot be scored: {reasons}")]
    NotScorable {
        /// Why, for each way of asking.
        reasons: String,
    },
    /// The wanted score kind is not possible here.
    #[error("score kind {kind} is not possible with this endpoint, possible: {possible}")]
    Kind {
        /// The wanted kind.
        kind: ScoreKind,
        /// The possible ones.
        possible: String,
    },
    /// The reference's tokenizer refused a text.
    #[error("the reference's tokenizer: {0}")]
    Tokenizer(String),
}
