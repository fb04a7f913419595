//! The probe before a run: a server that answers is not yet one that can be scored.

use std::collections::BTreeMap;
use std::fmt;

use pot_protocol::score::ScoreKind;
use sha2::{Digest, Sha256};

use super::http::Client;
use super::question::Speaks;
use super::retry::Retry;
use super::{Endpoint, EndpointError};
use crate::{Answer, Ask, InferenceError, LanguageModel, Prompt, Scored, Tokenizer};

/// Texts on which tokenizers are compared: words, spaces, line ends, digits, accents, other scripts, an emoji, code.
const SPLIT: &[&str] = &[
    "The quick brown fox jumps over the lazy dog.",
    " leading, double  and trailing spaces ",
    "tabs\tand\nline ends\r\n\n\nthree",
    "1234567890 3.14159 0x1F",
    "naïve café Ångström Übergröße",
    "Мир 世界 こんにちは العالم नमस्ते",
    "🦀👩‍👩‍👧 é ﬁ",
    "fn main() { println!(\"{}\", 1 << 20); }",
    CONTROL,
];

/// Names of control tokens, which some servers do not take for text.
const CONTROL: &str = "<s> </s> <|endoftext|> [INST]";

/// Two texts with the same end, so that only what comes before can make a difference.
const TEXTS: [&str; 2] =
    ["The river Thames flows through the city of London", "Nine plus seven is sixteen, and my cat comes from London"];

/// Positions of the probe about the most likely tokens.
const POSITIONS: u32 = 2;

/// Largest mean difference of a text's log-probabilities from one time to the next, in nats. Batching alone was seen to
/// make 0.05 to 0.09, heavy quantisation of the weights makes about 1.
pub(super) const STEADY: f64 = 0.5;

/// The probing texts, without the names of control tokens.
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    SPLIT.iter().chain(&TEXTS).copied().filter(|&text| text != CONTROL)
}

/// What was found out about an endpoint before the run.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeReport {
    /// Interface, URL and model.
    pub endpoint: String,
    /// What the server says of itself; empty when it says nothing.
    pub server: String,
    /// Longest sequence in tokens.
    pub max_positions: usize,
    /// Size of the vocabulary as the server says it.
    pub vocabulary: Option<usize>,
    /// The score kinds that are possible.
    pub kinds: Vec<ScoreKind>,
    /// Why others are not.
    pub impossible: Vec<String>,
    /// Mean absolute difference in nats between two answers to the same question, one after the other.
    pub self_difference: f64,
    /// How it was made sure that tokens mean the same.
    pub tokens: TokenCheck,
}

/// How it was made sure that tokens mean the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenCheck {
    /// The server and the reference split this many probing texts alike.
    Same(usize),
    /// The server does not tell how it splits texts; the tokens that it lists are matched by their bytes.
    Bytes,
    /// There is no reference: texts are split by the server's own tokenizer.
    Own,
}

impl ProbeReport {
    /// Refuses a kind that is not possible here.
    ///
    /// # Errors
    /// [`EndpointError::Kind`] that names the possible ones.
    pub fn require(&self, kind: ScoreKind) -> Result<(), EndpointError> {
        if self.kinds.contains(&kind) {
            return Ok(());
        }
        Err(EndpointError::Kind { kind, possible: names(&self.kinds) })
    }
}

impl fmt::Display for ProbeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = if self.server.is_empty() { "a server that does not name itself" } else { &self.server };
        write!(f, "{} is {server}, sequences of up to {} tokens", self.endpoint, self.max_positions)?;
        if let Some(vocabulary) = self.vocabulary {
            write!(f, ", {vocabulary} tokens in the vocabulary")?;
        }
        write!(f, ". Possible score kinds: {}.", names(&self.kinds))?;
        for reason in &self.impossible {
            write!(f, " Not possible: {reason}.")?;
        }
        write!(f, " The same question asked twice differed by {:.6} nats on average.", self.self_difference)?;
        match self.tokens {
            TokenCheck::Same(n) => write!(f, " It splits {n} probing texts like the tokenizer it is asked under."),
            TokenCheck::Bytes => {
                write!(f, " It does not tell how it splits texts; its tokens are matched by their bytes.")
            }
            TokenCheck::Own => write!(f, " Texts are split by the server's own tokenizer."),
        }
    }
}

fn names(kinds: &[ScoreKind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

/// Compares the tokens of the probing texts.
pub(super) fn same_tokens(
    client: &Client,
    server: &dyn Speaks,
    reference: &dyn Tokenizer,
) -> Result<TokenCheck, InferenceError> {
    let texts = || SPLIT.iter().chain(&TEXTS).filter(|&&text| text != CONTROL || server.control_names_are_text());
    for text in texts() {
        let Some(theirs) = server.tokenize(client, text)? else { return Ok(TokenCheck::Bytes) };
        let ours = reference.tokenize(text)?;
        if ours != theirs {
            return Err(EndpointError::OtherTokenizer {
                text: (*text).to_owned(),
                server: client.clean(&format!("{theirs:?}")),
                reference: client.clean(&format!("{ours:?}")),
            }
            .into());
        }
    }
    Ok(TokenCheck::Same(texts().count()))
}

/// Stands for a tokenizer that is known only by what it does: a digest over the tokens of the probing texts. Names of
/// control tokens are left out, as interfaces to one server differ in how they read them.
pub(super) fn observed_tokenizer(client: &Client, server: &dyn Speaks) -> Result<[u8; 32], EndpointError> {
    let mut hash = Sha256::new();
    hash.update(b"pot/endpoint-tokenizer/v1: tokens of probing texts\0");
    for text in texts() {
        let missing = || client.shape("", "the interface does not split texts");
        let tokens = server.tokenize(client, text)?.ok_or_else(missing)?;
        for length in [text.len(), tokens.len()] {
            hash.update(u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
        }
        hash.update(text);
        for token in tokens {
            hash.update(token.to_le_bytes());
        }
    }
    Ok(hash.finalize().into())
}

/// What scoring probes led to.
pub(super) struct Scores {
    pub(super) kinds: Vec<ScoreKind>,
    pub(super) impossible: Vec<String>,
    pub(super) self_difference: f64,
}

/// Asks in every way that there is. What fails for good is left out with its reason; what may pass is an error, as the
/// probe is worth nothing then.
pub(super) fn scores(endpoint: &Endpoint, top: u32) -> Result<Scores, InferenceError> {
    let ways = [
        (Ask::AllTokens, [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe].as_slice()),
        (Ask::Top { positions: POSITIONS, top }, [ScoreKind::KlTopk].as_slice()),
    ];
    let mut scores = Scores { kinds: Vec::new(), impossible: Vec::new(), self_difference: 0.0 };
    for (ask, kinds) in ways {
        match steady(endpoint, ask) {
            Ok(difference) => {
                scores.kinds.extend(kinds);
                scores.self_difference = scores.self_difference.max(difference);
            }
            Err(error) if error.retry() != Retry::Never => return Err(error),
            // A server that makes its numbers up in one way is not believed in another.
            Err(InferenceError::Endpoint(error @ (EndpointError::Constant | EndpointError::Unsteady { .. }))) => {
                return Err(error.into());
            }
            Err(error) => scores.impossible.push(format!("{} ({error})", names(kinds))),
        }
    }
    if scores.kinds.is_empty() {
        return Err(EndpointError::NotScorable { reasons: scores.impossible.join("; ") }.into());
    }
    Ok(scores)
}

/// Asks about one text twice and about another once, and gives the mean difference between the first two answers.
fn steady(endpoint: &Endpoint, ask: Ask) -> Result<f64, InferenceError> {
    let [text, other] = TEXTS;
    let first = ask_about(endpoint, text, ask)?;
    let again = ask_about(endpoint, text, ask)?;
    let other = ask_about(endpoint, other, ask)?;
    if last(first.scored()) == last(other.scored()) {
        return Err(EndpointError::Constant.into());
    }
    let mean = difference(first.scored(), again.scored()).unwrap_or(f64::INFINITY);
    if mean > STEADY {
        return Err(EndpointError::Unsteady { mean, limit: STEADY }.into());
    }
    Ok(mean)
}

fn ask_about(endpoint: &Endpoint, text: &str, ask: Ask) -> Result<Answer, InferenceError> {
    let tokens = endpoint.tokenize(text)?;
    endpoint.answer(Prompt { text, tokens: &tokens }, ask)
}

/// What was said at the last position: the token there is the same for both texts.
fn last(scored: &Scored) -> Option<Vec<(u32, f64)>> {
    match scored {
        Scored::Tokens(values) => values.last().map(|value| vec![(0, *value)]),
        Scored::Top(rows) => rows.last().cloned(),
        Scored::Logits(_) => None,
    }
}

/// Mean absolute difference of what both say; nothing when they have nothing in common.
fn difference(a: &Scored, b: &Scored) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = match (a, b) {
        (Scored::Tokens(a), Scored::Tokens(b)) => a.iter().copied().zip(b.iter().copied()).collect(),
        (Scored::Top(a), Scored::Top(b)) => a.iter().zip(b).flat_map(|(a, b)| common(a, b)).collect(),
        _ => Vec::new(),
    };
    let count = u32::try_from(pairs.len()).ok().filter(|n| *n > 0)?;
    Some(pairs.iter().map(|(a, b)| (a - b).abs()).sum::<f64>() / f64::from(count))
}

fn common(a: &[(u32, f64)], b: &[(u32, f64)]) -> Vec<(f64, f64)> {
    let b: BTreeMap<u32, f64> = b.iter().copied().collect();
    a.iter().filter_map(|(token, x)| b.get(token).map(|y| (*x, *y))).collect()
}
