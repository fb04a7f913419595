//! Strict replay of a transcript: the state machine that both the running auditor and the checker follow.

use super::{Event, Record, RecordError, Side};
use crate::{digest::Digest, merkle, score::Score};

/// Longest line that is read, in bytes.
pub const MAX_LINE: usize = 1 << 20;
const VERSION: u16 = 1;

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

/// What has to happen next for a run to go on.
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

#[derive(Clone, Debug, Default)]
struct Half {
    attempts: u32,
    pending: bool,
    answer: Option<Digest>,
}

/// A transcript as far as it has been written.
#[derive(Clone, Debug)]
pub struct Transcript {
    registration: Digest,
    nonce: Digest,
    records: Vec<Record>,
    reference: Half,
    candidate: Half,
    lines: usize,
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
        let (reference, candidate) = Default::default();
        Self { registration, nonce, records: Vec::new(), reference, candidate, lines: 1 }
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
            Event::Intent { index, side, attempt, .. } => {
                let expected = match self.next() {
                    // A crash leaves an intent without an answer; the next intent counts as another attempt.
                    Next::Await { index, side, attempt } => {
                        Next::Ask { index, side, attempt: attempt.saturating_add(1) }
                    }
                    other => other,
                };
                let given = Next::Ask { index: *index, side: *side, attempt: *attempt };
                if given != expected {
                    return Err(order(format!("{given:?} where {expected:?} was due")));
                }
                let half = self.half(*side);
                half.attempts = *attempt;
                half.pending = true;
            }
            Event::Answer { index, side, attempt, digest, .. } => {
                self.awaited(*index, *side, *attempt)?;
                let half = self.half(*side);
                half.pending = false;
                half.answer = Some(*digest);
            }
            Event::Failure { index, side, attempt, .. } => {
                self.awaited(*index, *side, *attempt)?;
                self.half(*side).pending = false;
            }
            Event::Record(record) => {
                if self.next() != (Next::Seal { index: record.index }) {
                    return Err(order(format!(
                        "a record of challenge {} where {:?} was due",
                        record.index,
                        self.next()
                    )));
                }
                for (half, side) in [(&self.reference, &record.reference), (&self.candidate, &record.candidate)] {
                    if half.answer != Some(side.answer) || half.attempts != side.attempts {
                        return Err(order("the record's answer or attempts are not the logged ones".to_owned()));
                    }
                }
                self.records.push((**record).clone());
                (self.reference, self.candidate) = Default::default();
            }
        }
        self.lines = line;
        Ok(())
    }

    fn awaited(&self, index: u64, side: Side, attempt: u32) -> Result<(), TranscriptError> {
        let given = Next::Await { index, side, attempt };
        if self.next() == given {
            return Ok(());
        }
        let message = format!("an answer to {given:?} where {:?} was due", self.next());
        Err(TranscriptError::Order { line: self.lines + 1, message })
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Reference => &mut self.reference,
            Side::Candidate => &mut self.candidate,
        }
    }

    /// What has to happen next.
    pub fn next(&self) -> Next {
        let index = self.records.len() as u64;
        for (side, half) in [(Side::Reference, &self.reference), (Side::Candidate, &self.candidate)] {
            if half.pending {
                return Next::Await { index, side, attempt: half.attempts };
            }
            if half.answer.is_none() {
                return Next::Ask { index, side, attempt: half.attempts.saturating_add(1) };
            }
        }
        Next::Seal { index }
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

    /// Attempts already spent on `side` for the challenge that is open now.
    pub fn attempts_spent(&self, side: Side) -> u32 {
        match side {
            Side::Reference => self.reference.attempts,
            Side::Candidate => self.candidate.attempts,
        }
    }

    /// Digest of the answer that `side` gave to the challenge that is open now, once it did.
    pub fn answered(&self, side: Side) -> Option<Digest> {
        match side {
            Side::Reference => self.reference.answer,
            Side::Candidate => self.candidate.answer,
        }
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

fn parse(line: &[u8]) -> Result<Event, String> {
    if line.len() > MAX_LINE {
        return Err(format!("{} bytes, the limit is {MAX_LINE}", line.len()));
    }
    serde_json::from_slice(line).map_err(|e| format!("no event: {e}"))
}
