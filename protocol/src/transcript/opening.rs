//! The opened score list: everything needed to recompute ρ and the verdict without trust in any setup.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    rule::Capacity,
    score::Score,
};

/// The scores of a run and the seed of their blindings, as published by an auditor who chooses to open them. Wiped when
/// dropped: until then it is a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Digest of the statement that this opens.
    pub statement: Digest,
    /// Seed of the leaf blindings.
    pub seed: Digest,
    /// Scores in units of 2^-10 nat, in the order of the challenges.
    pub scores: Vec<Score>,
}

impl Zeroize for Opening {
    fn zeroize(&mut self) {
        self.seed.0.zeroize();
        self.scores.zeroize();
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for Opening {}

/// An auditor has one before deciding to publish it: neither the seed nor the scores get into logs and messages.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("statement", &self.statement).finish_non_exhaustive()
    }
}

/// Why an opening is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// No JSON of the expected shape.
    #[error("score opening: {0}")]
    Json(String),
    /// More scores than the circuit holds.
    #[error("score opening: {0} scores do not fit a capacity of {1}")]
    TooMany(usize, usize),
}

impl Opening {
    /// Reads the JSON file.
    ///
    /// # Errors
    /// [`OpeningError::Json`] with the position of the first fault.
    pub fn from_json(bytes: &[u8]) -> Result<Self, OpeningError> {
        serde_json::from_slice(bytes).map_err(|e| OpeningError::Json(e.to_string()))
    }

    /// The score root ρ of this opening, as 32 big-endian bytes.
    ///
    /// # Errors
    /// [`OpeningError::TooMany`] when the scores do not fit `capacity`.
    pub fn score_root(&self, capacity: Capacity) -> Result<Digest, OpeningError> {
        if self.scores.len() > capacity.scores() {
            return Err(OpeningError::TooMany(self.scores.len(), capacity.scores()));
        }
        let seed = BlindingSeed::new(self.seed.0);
        let commitment = ScoreCommitment::commit(capacity, &self.scores, &seed);
        Ok(Digest(crate::poseidon::to_bytes(commitment.root())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(scores: usize) -> Opening {
        Opening { statement: Digest([1; 32]), seed: Digest([2; 32]), scores: vec![Score::saturating(5); scores] }
    }

    #[test]
    fn the_root_is_that_of_the_commitment_to_the_scores_under_the_seed() {
        for scores in [1, 127, 128] {
            let opening = opening(scores);
            let commitment =
                ScoreCommitment::commit(Capacity::C128, &opening.scores, &BlindingSeed::new(opening.seed.0));
            let root = Digest(crate::poseidon::to_bytes(commitment.root()));
            assert_eq!(opening.score_root(Capacity::C128), Ok(root));
        }
    }

    #[test]
    fn scores_beyond_the_capacity_are_refused() {
        assert_eq!(opening(129).score_root(Capacity::C128), Err(OpeningError::TooMany(129, 128)));
        assert!(opening(129).score_root(Capacity::C1024).is_ok());
    }

    #[test]
    fn seed_and_scores_are_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let mut opening = opening(3);
        wiped(&opening);
        opening.zeroize();
        assert_eq!((opening.seed.0, opening.scores.len()), ([0; 32], 0));
    }

    #[test]
    fn what_is_not_published_yet_is_in_no_debug_output() {
        let scores = vec![Score::saturating(1234)];
        let opening = Opening { statement: Digest([1; 32]), seed: Digest([0xcd; 32]), scores };
        let shown = format!("{opening:?}");
        assert!(shown.contains("0101") && !shown.contains("cdcd") && !shown.contains("1234"), "{shown}");
    }
}
