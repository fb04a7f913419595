//! What can go wrong between a model file and its figures.

use std::path::PathBuf;

use pot_protocol::text::is_unprintable;

/// Why a model could not be loaded, asked or scored. Each message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// The file or folder cannot be read.
    #[error("cannot read '{path}': {source}")]
    Io {
        /// The path that was read.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file is no longer what was hashed.
    #[error("'{path}' changed while it was in use: register again, and leave the model's files alone meanwhile")]
    Changed {
        /// The path that was read.
        path: PathBuf,
    },
    /// No built-in model has this name.
    #[error("no built-in model '{name}': use one of {known}")]
    UnknownBuiltin {
        /// The name that was asked for.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// The file is not a safetensors file, or is cut short.
    #[error("{origin}: not a complete safetensors file ({}): fetch or write it again", plain(reason))]
    Container {
        /// Which file.
        origin: String,
        /// What the reader said.
        reason: String,
    },
    /// The files of a model do not fit together, or one that is needed is not there.
    #[error("{origin}: {}", plain(reason))]
    Files {
        /// Which folder or file.
        origin: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The file is not a GGUF file, is cut short, or says something that is not understood.
    #[error("{origin}: not a GGUF file that can be used: {}", plain(reason))]
    Gguf {
        /// Which file.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// The model's tokenizer is damaged or of a kind that is not implemented.
    #[error("{origin}: its tokenizer cannot be used: {}", plain(reason))]
    Tokenizer {
        /// Which file.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// The tokenizer has no tokens for a text.
    #[error("the text cannot be split into tokens: {}", plain(reason))]
    Untokenizable {
        /// What is in the way.
        reason: String,
    },
    /// There is no configuration, or it is unreadable or contradicts itself.
    #[error("{origin}: bad model configuration: {}", plain(reason))]
    Config {
        /// Which file.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// The family of the model is not implemented.
    #[error("{origin}: unknown architecture '{}': supported are {}", plain(architecture), crate::families::NAMES.join(", "))]
    UnknownArchitecture {
        /// Which file.
        origin: String,
        /// The name found in the configuration.
        architecture: String,
    },
    /// The model's tokens are of a kind that is not implemented.
    #[error(
        "{origin}: unsupported tokenizer '{}': leave it out to use the tokenizer.json beside the weights, or say 'bytes-bos'",
        plain(tokenizer)
    )]
    UnknownTokenizer {
        /// Which file.
        origin: String,
        /// The name found in the configuration.
        tokenizer: String,
    },
    /// A tensor that the architecture needs is not there.
    #[error("{origin}: tensor '{}' is missing", plain(tensor))]
    MissingTensor {
        /// Which file.
        origin: String,
        /// Name of the tensor.
        tensor: String,
    },
    /// A tensor that the architecture does not use is there: the file is of another model.
    #[error("{origin}: tensor '{}' does not belong to this architecture", plain(tensor))]
    UnexpectedTensor {
        /// Which file.
        origin: String,
        /// Name of the tensor.
        tensor: String,
    },
    /// A tensor has another shape or another element type than the configuration says.
    #[error("{origin}: tensor '{}' is {}, expected {expected}", plain(tensor), plain(found))]
    WrongTensor {
        /// Which file.
        origin: String,
        /// Name of the tensor.
        tensor: String,
        /// Shape or type in the file.
        found: String,
        /// Shape or type that was expected.
        expected: String,
    },
    /// A weight is NaN or infinite.
    #[error("{origin}: tensor '{}' holds a NaN or infinite weight: the file is damaged", plain(tensor))]
    NotFiniteWeight {
        /// Which file.
        origin: String,
        /// Name of the tensor.
        tensor: String,
    },
    /// The weights that must be held at once are more than the caller allows.
    #[error("{origin}: {part} needs {needed} bytes of memory, {max} are allowed: allow more memory")]
    Memory {
        /// Which model.
        origin: String,
        /// The part of the model.
        part: &'static str,
        /// Bytes that it needs.
        needed: u64,
        /// Bytes that are allowed.
        max: u64,
    },
    /// A part of the model could not be loaded, and so no prompt of the batch has an answer.
    #[error(transparent)]
    Batch(std::sync::Arc<InferenceError>),
    /// The text holds nothing to score.
    #[error("an empty prompt has nothing to score")]
    EmptyPrompt,
    /// There are more tokens than the model has positions.
    #[error("the prompt has {tokens} tokens, the model takes at most {max}: use a shorter prompt")]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// The model's positions.
        max: usize,
    },
    /// There are fewer predicted tokens than scored positions.
    #[error(
        "the prompt has {predicted} predicted tokens, K = {k} are to be scored: use a longer prompt or a smaller K"
    )]
    PromptTooShort {
        /// Predicted tokens of the prompt.
        predicted: usize,
        /// Scored positions.
        k: u32,
    },
    /// A token id is not in the vocabulary.
    #[error("token {token} is outside the vocabulary of {vocabulary}")]
    BadToken {
        /// The token id.
        token: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// The engine gave a NaN or an infinity: no score may come of it.
    #[error("the model gave a NaN or infinite logit at position {position}: no score")]
    NotFiniteLogit {
        /// Row of the logits.
        position: usize,
    },
    /// The engine gave another number of values than positions × vocabulary.
    #[error("the model gave {found} logits where {expected} were expected")]
    LogitCount {
        /// Values that came.
        found: usize,
        /// Positions × vocabulary.
        expected: usize,
    },
    /// An answer covers more or fewer positions than were asked for.
    #[error("the model answered {found} positions where {expected} were asked for: no score")]
    PositionCount {
        /// Positions that came.
        found: usize,
        /// Positions that were asked for.
        expected: usize,
    },
    /// A value is no log-probability.
    #[error("{value} at scored position {position} is no log-probability: no score")]
    NotLogProb {
        /// Scored position, from 0.
        position: usize,
        /// The value.
        value: f64,
    },
    /// Another number of most likely tokens than was asked for.
    #[error("{found} most likely tokens at scored position {position} where exactly {top} were asked for: no score")]
    TopCount {
        /// Scored position, from 0.
        position: usize,
        /// Tokens that came.
        found: usize,
        /// Tokens that were asked for.
        top: u32,
    },
    /// One token is listed twice.
    #[error("a token is listed twice among the most likely ones at scored position {position}: no score")]
    RepeatedToken {
        /// Scored position, from 0.
        position: usize,
    },
    /// The most likely tokens leave nothing for all others.
    #[error(
        "the most likely tokens at scored position {position} leave a probability of {rest} to all others: no score"
    )]
    NoRest {
        /// Scored position, from 0.
        position: usize,
        /// 1 less the sum of their probabilities.
        rest: f64,
    },
    /// A kept answer is damaged.
    #[error("the kept answer is damaged: it cannot be read back")]
    Kept,
    /// A model behind an interface could not be asked, or its answer is no answer.
    #[error(transparent)]
    Endpoint(#[from] crate::endpoint::EndpointError),
    /// The model gave another sort of answer than was asked for.
    #[error("the model gave another sort of answer than was asked for: no score")]
    OtherAnswer,
    /// The two answers are not about the same tokens.
    #[error("the answers cannot be compared under {kind}: {reason}; delta-ce compares across tokenizers")]
    Incomparable {
        /// The score kind.
        kind: pot_protocol::score::ScoreKind,
        /// What differs.
        reason: &'static str,
    },
    /// The answers are about different texts.
    #[error("the answers are about different texts, of {reference} and {candidate} bytes")]
    TextMismatch {
        /// Bytes of the reference's text.
        reference: u32,
        /// Bytes of the candidate's text.
        candidate: u32,
    },
    /// An answer kept another number of distributions than K.
    #[error("an answer was evaluated with K = {evaluated}, the figures need K = {k}")]
    WrongK {
        /// K of the answer.
        evaluated: usize,
        /// K of the figures.
        k: u32,
    },
    /// A log-probability is too large in magnitude to be a figure.
    #[error("a figure of {0} nats is out of range: the model's output is not a distribution to score")]
    FigureRange(f64),
    /// This score kind is not implemented here.
    #[error("score kind {0} needs another scorer")]
    Kind(pot_protocol::score::ScoreKind),
    /// The tensor engine refused an operation.
    #[error("tensor engine: {}", plain(.0))]
    Engine(String),
}

/// A text out of somebody's file as a part of a message: what breaks lines, turns their direction or speaks to a terminal is
/// escaped.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unprintable(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

impl From<candle_core::Error> for InferenceError {
    fn from(error: candle_core::Error) -> Self {
        // candle appends a multi-line backtrace when one is enabled: the first line is the message.
        Self::Engine(error.to_string().lines().next().unwrap_or_default().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_out_of_a_file_breaks_no_line_and_speaks_to_no_terminal() {
        let text = "é世\n\u{1b}[2J\u{202e}'\\";
        let origin = || "file".to_owned();
        let (reason, tensor, found) = (text.to_owned(), text.to_owned(), text.to_owned());
        let shown = "é世\\n\\u{1b}[2J\\u{202e}'\\";
        for (error, ends) in [
            (InferenceError::Container { origin: origin(), reason: reason.clone() }, "): fetch or write it again"),
            (InferenceError::Files { origin: origin(), reason: reason.clone() }, ""),
            (InferenceError::Gguf { origin: origin(), reason: reason.clone() }, ""),
            (InferenceError::Tokenizer { origin: origin(), reason: reason.clone() }, ""),
            (InferenceError::Untokenizable { reason: reason.clone() }, ""),
            (InferenceError::Config { origin: origin(), reason: reason.clone() }, ""),
            (InferenceError::MissingTensor { origin: origin(), tensor: tensor.clone() }, "' is missing"),
            (InferenceError::Engine(reason.clone()), ""),
        ] {
            let said = error.to_string();
            assert!(said.ends_with(&format!("{shown}{ends}")), "{said}");
        }
        let (expected, architecture) = ("another".to_owned(), text.to_owned());
        for error in [
            InferenceError::WrongTensor { origin: origin(), tensor: tensor.clone(), found, expected },
            InferenceError::UnexpectedTensor { origin: origin(), tensor: tensor.clone() },
            InferenceError::NotFiniteWeight { origin: origin(), tensor },
            InferenceError::UnknownArchitecture { origin: origin(), architecture },
            InferenceError::UnknownTokenizer { origin: origin(), tokenizer: reason },
        ] {
            let said = error.to_string();
            assert!(said.contains(shown) && !said.contains(char::is_control), "{said}");
        }
    }
}
