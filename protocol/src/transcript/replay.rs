//! Strict replay of a transcript: the state machine that both the running auditor and the checker follow.

use std::collections::VecDeque;

use super::{Event, Record, RecordError, Side};
use crate::{digest::Digest, merkle, policy::Coefficients, rule::LOOKS, score::Score};

/// Longest line that is read, in bytes.
pub const MAX_LINE: usize = 1 << 20;
const VERSION: u16 = 1;
/// Most challenges that can be open at once: no run has more.
const MAX_OPEN: u64 = 1024;

/// Why a transcript is refused; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// A line is no event.
    #[error("transcript line {line}: {message}")]
    Line {
        /// Line number.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// An event does not follow from the ones before it.
    #[error("transcript line {line}: {message}")]
    Order {
        /// Line number.
        line: usize,
        /// What was expected.
        message: String,
    },
    /// A record contradicts itself.
    #[error("transcript line {line}: {error}")]
    Record {
        /// Line number.
        line: usize,
        /// What is wrong with it.
        error: RecordError,
    },
    /// The last line has no end: the writer was interrupted.
    #[error("the last line of the transcript is incomplete after byte {0}; resume the run to repair it")]
    Truncated(usize),
    /// There is nothing to seal.
    #[error("the transcript holds no complete record")]
    Empty,
}

/// How often models were asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// All attempts of both sides over the sealed records.
    pub total: u64,
    /// The most attempts that one answer took.
    pub most: u32,
}

/// What has to happen next for the first challenge that is not sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask `side` about challenge `index`; it will be attempt number `attempt`.
    Ask {
        /// Challenge index.
        index: u64,
        /// Who is to be asked.
        side: Side,
        /// The attempt number.
        attempt: u32,
    },
    /// An intent was written and its answer is outstanding.
    Await {
        /// Challenge index.
        index: u64,
        /// Who was asked.
        side: Side,
        /// The attempt number.
        attempt: u32,
    },
    /// Both answered: the record of challenge `index` is to be sealed.
    Seal {
        /// Challenge index.
        index: u64,
    },
}

/// One side of a challenge that is not sealed yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Half {
    /// Attempts so far.
    pub attempts: u32,
    /// Whether the last attempt has neither been answered nor failed.
    pub pending: bool,
    /// When the last attempt began, Unix milliseconds.
    pub asked_at: u64,
    /// The answer, once there is one.
    pub answer: Option<Logged>,
}

/// An answer as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// SHA-256 of what was said.
    pub digest: Digest,
    /// What was said, where the log keeps it.
    pub content: Option<String>,
    /// When it was there, Unix milliseconds.
    pub at: u64,
}

impl Half {
    fn digest(&self) -> Option<Digest> {
        self.answer.as_ref().map(|logged| logged.digest)
    }
}

/// A transcript as far as it has been written.
#[derive(Clone)]
pub struct Transcript {
    registration: Digest,
    nonce: Digest,
    records: Vec<Record>,
    /// The challenges after the sealed ones, reference and candidate of each.
    open: VecDeque<[Half; 2]>,
    /// For every challenge, how many were sealed when it was first asked.
    sealed_before: Vec<u64>,
    lines: usize,
}

impl std::fmt::Debug for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let answered = if self.answer.is_some() { "answered" } else { "not answered" };
        write!(f, "Half({} attempts, {answered})", self.attempts)
    }
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transcript({} records, {} open)", self.records.len(), self.open.len())
    }
}

/// Roots and counts over the complete records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Root of the evidence tree.
    pub evidence_root: Digest,
    /// Number of records, the size of the tree.
    pub size: u64,
    /// Attempt counts over these records.
    pub attempts: Attempts,
}

impl Transcript {
    /// A new transcript and its first event.
    pub fn open(registration: Digest, nonce: Digest, at: u64) -> (Self, Event) {
        let event = Event::Open { version: VERSION, registration, nonce, at };
        (Self::empty(registration, nonce), event)
    }

    fn empty(registration: Digest, nonce: Digest) -> Self {
        Self { registration, nonce, records: Vec::new(), open: VecDeque::new(), sealed_before: Vec::new(), lines: 1 }
    }

    /// Replays a complete file: every byte belongs to a complete line and every event follows from those before it.
    ///
    /// # Errors
    /// [`TranscriptError`] with the first line that does not fit.
    pub fn replay(bytes: &[u8]) -> Result<Self, TranscriptError> {
        let Some(body) = bytes.strip_suffix(b"\n") else {
            let last = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            return Err(TranscriptError::Truncated(last));
        };
        let mut lines = body.split(|&b| b == b'\n');
        let bad = |line, message: String| TranscriptError::Line { line, message };
        let first = lines.next().unwrap_or_default();
        let mut transcript = match parse(first).map_err(|m| bad(1, m))? {
            Event::Open { version: VERSION, registration, nonce, .. } => Self::empty(registration, nonce),
            Event::Open { version, .. } => {
                return Err(bad(1, format!("format version {version}, this program reads {VERSION}")));
            }
            _ => return Err(TranscriptError::Order { line: 1, message: "a transcript begins with 'open'".to_owned() }),
        };
        for line in lines {
            let event = parse(line).map_err(|m| bad(transcript.lines + 1, m))?;
            transcript.apply(&event)?;
        }
        Ok(transcript)
    }

    /// Takes one more event.
    ///
    /// # Errors
    /// [`TranscriptError`] when the event does not follow from the ones before it; the transcript is then unchanged.
    pub fn apply(&mut self, event: &Event) -> Result<(), TranscriptError> {
        let line = self.lines + 1;
        let order = |message: String| TranscriptError::Order { line, message };
        match event {
            Event::Open { .. } => return Err(order("a second 'open'".to_owned())),
            Event::Intent { index, side, attempt, at } => {
                let sealed = self.records.len() as u64;
                let after = sealed + self.open.len() as u64;
                if *index < sealed || *index > after || *index >= sealed + MAX_OPEN {
                    return Err(order(format!("challenge {index} where those from {sealed} to {after} can be asked")));
                }
                let fresh = Default::default();
                let [reference, candidate] = self.open.get(offset(*index, sealed)).unwrap_or(&fresh);
                let half = if *side == Side::Reference { reference } else { candidate };
                if half.answer.is_some() {
                    return Err(order(format!("the {side} answered challenge {index} already")));
                }
                if *side == Side::Candidate && reference.answer.is_none() {
                    return Err(order(format!(
                        "the reference answers challenge {index} before the candidate is asked"
                    )));
                }
                // A crash leaves an intent without an answer; the next intent counts as another attempt.
                let due = half.attempts.saturating_add(1);
                if *attempt != due {
                    return Err(order(format!("attempt {attempt} where attempt {due} was due")));
                }
                if *index == after {
                    self.open.push_back(fresh);
                    self.sealed_before.push(sealed);
                }
                if let Some(half) = self.half_mut(*index, *side) {
                    half.attempts = *attempt;
                    half.pending = true;
                    half.asked_at = *at;
                }
            }
            Event::Answer { index, side, attempt, digest, content, at } => {
                let half = self.awaited(*index, *side, *attempt)?;
                half.pending = false;
                half.answer = Some(Logged { digest: *digest, content: content.clone(), at: *at });
            }
            Event::Failure { index, side, attempt, .. } => {
                self.awaited(*index, *side, *attempt)?.pending = false;
            }
            Event::Record(record) => {
                if self.next() != (Next::Seal { index: record.index }) {
                    return Err(order(format!(
                        "a record of challenge {} where {:?} was due",
                        record.index,
                        self.next()
                    )));
                }
                for side in [Side::Reference, Side::Candidate] {
                    let half = self.half(record.index, side);
                    let sealed = if side == Side::Reference { &record.reference } else { &record.candidate };
                    if half.digest() != Some(sealed.answer) || half.attempts != sealed.attempts {
                        return Err(order("the record's answer or attempts are not the logged ones".to_owned()));
                    }
                }
                self.records.push((**record).clone());
                self.open.pop_front();
            }
        }
        self.lines = line;
        Ok(())
    }

    fn awaited(&mut self, index: u64, side: Side, attempt: u32) -> Result<&mut Half, TranscriptError> {
        let line = self.lines + 1;
        let half = self.half_mut(index, side).filter(|half| half.pending && half.attempts == attempt);
        half.ok_or_else(|| {
            let message = format!("attempt {attempt} of the {side} at challenge {index} ends without having begun");
            TranscriptError::Order { line, message }
        })
    }

    fn half_mut(&mut self, index: u64, side: Side) -> Option<&mut Half> {
        let open = self.open.get_mut(offset(index, self.records.len() as u64))?;
        let [reference, candidate] = open;
        Some(if side == Side::Reference { reference } else { candidate })
    }

    /// How far `side` is with challenge `index`, which is not sealed.
    pub fn half(&self, index: u64, side: Side) -> Half {
        let open = self.open.get(offset(index, self.records.len() as u64));
        let half = open.map(|[reference, candidate]| if side == Side::Reference { reference } else { candidate });
        half.cloned().unwrap_or_default()
    }

    /// Checks that no challenge was asked beyond the next look of the rule: one batch reaches at most up to it, so
    /// that nothing is ever asked after a decision.
    ///
    /// # Errors
    /// The first challenge that was asked too early.
    pub fn check_batches(&self, coefficients: &Coefficients) -> Result<(), u64> {
        let early = |(index, &sealed): (usize, &u64)| {
            let look = next_look(coefficients, sealed);
            (index as u64 >= look).then_some(index as u64)
        };
        self.sealed_before.iter().enumerate().find_map(early).map_or(Ok(()), Err)
    }

    /// What has to happen next for the first challenge that is not sealed.
    pub fn next(&self) -> Next {
        let index = self.records.len() as u64;
        for side in [Side::Reference, Side::Candidate] {
            let half = self.half(index, side);
            if half.pending {
                return Next::Await { index, side, attempt: half.attempts };
            }
            if half.answer.is_none() {
                return Next::Ask { index, side, attempt: half.attempts.saturating_add(1) };
            }
        }
        Next::Seal { index }
    }

    /// Whether nothing was asked beyond the sealed records.
    pub fn is_at_rest(&self) -> bool {
        self.open.is_empty()
    }

    /// Digest of the registration that this transcript belongs to.
    pub fn registration(&self) -> Digest {
        self.registration
    }

    /// The run's nonce.
    pub fn nonce(&self) -> Digest {
        self.nonce
    }

    /// The complete records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The scores of the complete records, in order.
    pub fn scores(&self) -> Vec<Score> {
        self.records.iter().map(|r| r.score).collect()
    }

    /// Roots and counts over the complete records.
    ///
    /// # Errors
    /// [`TranscriptError::Empty`] without a record.
    pub fn seal(&self) -> Result<Sealed, TranscriptError> {
        if self.records.is_empty() {
            return Err(TranscriptError::Empty);
        }
        let leaves: Vec<_> = self.records.iter().map(Record::leaf).collect();
        let mut attempts = Attempts::default();
        for count in self.records.iter().flat_map(|r| [r.reference.attempts, r.candidate.attempts]) {
            attempts.total += u64::from(count);
            attempts.most = attempts.most.max(count);
        }
        Ok(Sealed { evidence_root: Digest(merkle::root(&leaves)), size: leaves.len() as u64, attempts })
    }
}

/// The first look of the rule after `sealed` scores.
pub fn next_look(coefficients: &Coefficients, sealed: u64) -> u64 {
    let looks =
        LOOKS.iter().filter(|&&n| (coefficients.n_min..=coefficients.n_max).contains(&n)).map(|&n| u64::from(n));
    looks.into_iter().find(|&n| n > sealed).unwrap_or(u64::from(coefficients.n_max))
}

/// Position of challenge `index` among the open ones.
fn offset(index: u64, sealed: u64) -> usize {
    index.checked_sub(sealed).and_then(|offset| usize::try_from(offset).ok()).unwrap_or(usize::MAX)
}

fn parse(line: &[u8]) -> Result<Event, String> {
    if line.len() > MAX_LINE {
        return Err(format!("{} bytes, the limit is {MAX_LINE}", line.len()));
    }
    serde_json::from_slice(line).map_err(|e| format!("no event: {e}"))
}
