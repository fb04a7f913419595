//! One sealed challenge: prompt, figures of both models, integer score.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    codec,
    digest::Digest,
    merkle,
    score::{Figures, FiguresError, Score, ScoreKind},
};

/// What one model was given and how its answer came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
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

/// Why a record is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The figures give no score.
    #[error(transparent)]
    Figures(#[from] FiguresError),
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

    /// The record's leaf in the evidence tree.
    pub fn leaf(&self) -> merkle::Hash {
        merkle::leaf_hash(&codec::encode(self))
    }
}
