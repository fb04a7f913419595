//! One sealed challenge: prompt, figures of both models, integer score.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    codec,
    digest::Digest,
    merkle,
    registration::Registration,
    score::{Figures, FiguresError, Score, ScoreKind},
};

/// What one model was given and how its answer came about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct SideRecord {
    /// Token ids of the prompt under this model's tokenizer.
    pub tokens: Vec<u32>,
    /// Attempts until the answer was complete, at least 1.
    pub attempts: u32,
    /// SHA-256 of the raw answer (for local models: of the logits as little-endian 32-bit floats).
    pub answer: Digest,
    /// When the successful attempt began, Unix milliseconds.
    pub started_at: u64,
    /// Duration of the successful attempt in milliseconds.
    pub millis: u32,
    /// Engine and version.
    pub engine: String,
    /// Number type of the forward pass.
    pub dtype: String,
}

/// One challenge with both answers and the score. A leaf of the evidence tree is the hash of its canonical bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Challenge index, from 0.
    pub index: u64,
    /// The prompt's text.
    pub prompt: String,
    /// The reference's part.
    pub reference: SideRecord,
    /// The candidate's part.
    pub candidate: SideRecord,
    /// Per-position figures of both, in units of 2^-20 nat.
    pub figures: Figures,
    /// The score that follows from the figures, in units of 2^-10 nat.
    pub score: Score,
    /// Random bytes that hide the record inside its leaf.
    #[serde(with = "hex::serde")]
    pub salt: [u8; 16],
}

impl std::fmt::Debug for SideRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SideRecord({} tokens, {} attempts)", self.tokens.len(), self.attempts)
    }
}

/// Prompt, figures, score and salt are the auditor's to open: none of them gets into logs and messages.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record(challenge {})", self.index)
    }
}

/// Why a record is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The figures give no score.
    #[error(transparent)]
    Figures(#[from] FiguresError),
    /// The record's parts do not fit together or the registration.
    #[error("{0}")]
    Misfit(&'static str),
    /// The written score is not the one that the figures give.
    #[error("the record says {written} units, its figures give {computed}")]
    Score {
        /// Score in the record.
        written: u16,
        /// Score of its figures.
        computed: u16,
    },
}

impl Record {
    /// Recomputes the score from the figures and compares.
    ///
    /// # Errors
    /// [`RecordError`] when the figures give no score, or another one.
    pub fn check_score(&self, kind: ScoreKind, k: u32) -> Result<Score, RecordError> {
        let computed = self.figures.score(kind, k)?;
        if computed != self.score {
            return Err(RecordError::Score { written: self.score.units(), computed: computed.units() });
        }
        Ok(computed)
    }

    /// Checks this record against the registration, as far as it can be without the models: that the score follows from
    /// the figures, and that tokens, figures, text length and number types fit together.
    ///
    /// # Errors
    /// [`RecordError`] saying which of these fails.
    pub fn check(&self, registration: &Registration) -> Result<Score, RecordError> {
        let fields = registration.fields();
        let misfit = |what: &'static str| Err(RecordError::Misfit(what));
        for (side, identity) in [(&self.reference, &fields.reference), (&self.candidate, &fields.candidate)] {
            if side.dtype != identity.dtype() {
                return misfit("the number type is not the registered one");
            }
            if side.attempts == 0 || side.tokens.len() < 2 {
                return misfit("an answer takes an attempt, and two tokens to predict one");
            }
        }
        let (reference, candidate) = (&self.reference.tokens, &self.candidate.tokens);
        if fields.kind == ScoreKind::DeltaCe {
            if usize::try_from(self.figures.bytes) != Ok(self.prompt.len()) {
                return misfit("the text's length is not that of the prompt");
            }
            if self.figures.reference.len() + 1 != reference.len()
                || self.figures.candidate.len() + 1 != candidate.len()
            {
                return misfit("every predicted token has a figure");
            }
        } else {
            if reference != candidate {
                return misfit("the models were given different tokens");
            }
            if reference.len() - 1 < self.figures.reference.len() {
                return misfit("there are more figures than predicted tokens");
            }
        }
        self.check_score(fields.kind, registration.k())
    }

    /// The record's leaf in the evidence tree.
    pub fn leaf(&self) -> merkle::Hash {
        merkle::leaf_hash(&codec::encode(self))
    }
}

#[cfg(test)]
mod tests;
