//! One model's answer to one prompt: all that a score of it needs.

use sha2::{Digest, Sha256};

use crate::logprobs::log_softmax;
use crate::model::check;
use crate::{Ask, InferenceError, LanguageModel, Prompt};

/// What a model said at the scored positions.
#[derive(Clone, PartialEq)]
pub enum Scored {
    /// Logits (or log-probabilities, whose log-softmax is themselves) over the whole vocabulary, one row for each scored
    /// predicted token.
    Logits(Vec<Vec<f32>>),
    /// Log-probabilities in nats of the scored predicted tokens.
    Tokens(Vec<f64>),
    /// The most likely tokens at each scored position with their log-probabilities in nats.
    Top(Vec<Vec<(u32, f64)>>),
}

/// A score follows from what two models said, so it is shown no more than that.
impl std::fmt::Debug for Scored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, positions) = match self {
            Self::Logits(rows) => ("Logits", rows.len()),
            Self::Tokens(values) => ("Tokens", values.len()),
            Self::Top(rows) => ("Top", rows.len()),
        };
        write!(f, "{name}({positions} positions)")
    }
}

/// A model's complete answer to one prompt, every value checked.
#[derive(Clone, PartialEq)]
pub struct Answer {
    tokens: Vec<u32>,
    tokenizer: [u8; 32],
    vocabulary: usize,
    bytes: u32,
    text: [u8; 32],
    scored: Scored,
    digest: [u8; 32],
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({} tokens, {:?})", self.tokens.len(), self.scored)
    }
}

impl Answer {
    /// Asks `model` about `text`, under its own tokenizer.
    ///
    /// # Errors
    /// [`InferenceError`] for an empty, too short or too long text, and whatever the model refuses.
    pub fn evaluate(model: &dyn LanguageModel, text: &str, ask: Ask) -> Result<Self, InferenceError> {
        let tokens = model.tokenize(text)?;
        let mut answers = model.answers(&[Prompt { text, tokens: &tokens }], ask);
        answers.pop().unwrap_or(Err(InferenceError::EmptyPrompt))
    }

    /// Checks what `model` said. Logits are reduced to the tokens' log-probabilities when no more was asked for.
    ///
    /// # Errors
    /// [`InferenceError`] when the prompt does not fit the model, a value is NaN or infinite or no log-probability, or
    /// there are more or fewer values than were asked for.
    pub fn new(
        model: &dyn LanguageModel,
        prompt: Prompt<'_>,
        ask: Ask,
        scored: Scored,
    ) -> Result<Self, InferenceError> {
        let first = check(model, prompt, ask)?;
        let bytes = u32::try_from(prompt.text.len())
            .map_err(|_| InferenceError::PromptTooLong { tokens: prompt.text.len(), max: model.max_positions() })?;
        let predicted = prompt.tokens.get(first + 1..).unwrap_or_default();
        let vocabulary = model.vocabulary();
        let scored = match (ask, scored) {
            (Ask::Distributions(_), Scored::Logits(rows)) => {
                check_rows(&rows, predicted.len(), vocabulary)?;
                Scored::Logits(rows)
            }
            (Ask::LastTokens(_) | Ask::AllTokens, Scored::Logits(rows)) => {
                check_rows(&rows, predicted.len(), vocabulary)?;
                let log_prob = |(row, &token): (&Vec<f32>, &u32)| token_log_prob(row, token);
                Scored::Tokens(rows.iter().zip(predicted).map(log_prob).collect::<Result<_, _>>()?)
            }
            (Ask::LastTokens(_) | Ask::AllTokens, Scored::Tokens(values)) => {
                check_count(values.len(), predicted.len())?;
                check_log_probs(values.iter().enumerate().map(|(at, x)| (at, *x)))?;
                // What exceeds 0 by an engine's rounding is 0: there is no figure for it.
                Scored::Tokens(values.into_iter().map(|x| x.min(0.0)).collect())
            }
            (Ask::Top { top, .. }, Scored::Top(rows)) => {
                check_top(&rows, predicted.len(), top, vocabulary)?;
                Scored::Top(rows)
            }
            _ => return Err(InferenceError::OtherAnswer),
        };
        let digest = digest(&scored);
        Ok(Self {
            tokens: prompt.tokens.to_vec(),
            tokenizer: model.tokenizer_id(),
            vocabulary,
            bytes,
            text: Sha256::digest(prompt.text).into(),
            scored,
            digest,
        })
    }

    /// The prompt's tokens, the start token included.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Digest of the vocabulary that the tokens are of.
    pub fn tokenizer(&self) -> [u8; 32] {
        self.tokenizer
    }

    /// Size of the vocabulary that each distribution is over.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// Length of the text in UTF-8 bytes.
    pub fn bytes(&self) -> u32 {
        self.bytes
    }

    /// SHA-256 of the text.
    pub fn text_sha256(&self) -> [u8; 32] {
        self.text
    }

    /// What was said at the scored positions.
    pub fn scored(&self) -> &Scored {
        &self.scored
    }

    /// SHA-256 of everything that was said, position by position: logits as four little-endian bytes, log-probabilities
    /// as eight, tokens as four.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// The log-probability in nats of `token` under a row of finite logits.
///
/// # Errors
/// [`InferenceError::BadToken`] when the row has no such column.
pub(crate) fn token_log_prob(logits: &[f32], token: u32) -> Result<f64, InferenceError> {
    let bad = || InferenceError::BadToken { token, vocabulary: logits.len() };
    let column = usize::try_from(token).map_err(|_| bad())?;
    log_softmax(logits).get(column).copied().ok_or_else(bad)
}

fn check_count(found: usize, expected: usize) -> Result<(), InferenceError> {
    if found == expected { Ok(()) } else { Err(InferenceError::PositionCount { found, expected }) }
}

fn check_rows(rows: &[Vec<f32>], expected: usize, vocabulary: usize) -> Result<(), InferenceError> {
    check_count(rows.len(), expected)?;
    for (position, row) in rows.iter().enumerate() {
        if row.len() != vocabulary {
            return Err(InferenceError::LogitCount { found: row.len(), expected: vocabulary });
        }
        if row.iter().any(|x| !x.is_finite()) {
            return Err(InferenceError::NotFiniteLogit { position });
        }
    }
    Ok(())
}

/// A log-probability may exceed 0 by the rounding of an engine, and by no more.
const ROUNDING: f64 = 1e-4;

fn check_log_probs(mut values: impl Iterator<Item = (usize, f64)>) -> Result<(), InferenceError> {
    match values.find(|(_, x)| !(x.is_finite() && *x <= ROUNDING)) {
        Some((position, value)) => Err(InferenceError::NotLogProb { position, value }),
        None => Ok(()),
    }
}

fn check_top(rows: &[Vec<(u32, f64)>], expected: usize, top: u32, vocabulary: usize) -> Result<(), InferenceError> {
    check_count(rows.len(), expected)?;
    check_log_probs(rows.iter().enumerate().flat_map(|(at, row)| row.iter().map(move |(_, x)| (at, *x))))?;
    for (position, row) in rows.iter().enumerate() {
        if u32::try_from(row.len()) != Ok(top) {
            return Err(InferenceError::TopCount { position, found: row.len(), top });
        }
        let mut ids: Vec<u32> = row.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(InferenceError::RepeatedToken { position });
        }
        if let Some(&token) = ids.iter().find(|&&t| usize::try_from(t).map_or(true, |t| t >= vocabulary)) {
            return Err(InferenceError::BadToken { token, vocabulary });
        }
        let rest = 1.0 - row.iter().map(|(_, x)| x.exp()).sum::<f64>();
        if rest <= 0.0 {
            return Err(InferenceError::NoRest { position, rest });
        }
    }
    Ok(())
}

fn digest(scored: &Scored) -> [u8; 32] {
    let mut hash = Sha256::new();
    match scored {
        Scored::Logits(rows) => {
            for row in rows {
                hash.update(row.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
            }
        }
        Scored::Tokens(values) => values.iter().for_each(|x| hash.update(x.to_le_bytes())),
        Scored::Top(rows) => {
            for (token, value) in rows.iter().flatten() {
                hash.update(token.to_le_bytes());
                hash.update(value.to_le_bytes());
            }
        }
    }
    hash.finalize().into()
}
