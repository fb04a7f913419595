//! One score: a divergence in units of 2^-10 nat, saturating at 4.5 nats.

use serde::{Deserialize, Serialize};

/// Score units in one nat.
pub const UNITS_PER_NAT: u32 = 1 << 10;

/// The saturation of a score: 4,607 units, the last value below 4.5 nats. It is also clip B of the decision rule.
pub const MAX_SCORE: u16 = 4607;

/// A divergence score in units of 2^-10 nat, in `0..=MAX_SCORE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Score(u16);

/// A number that is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("score {0} is above the saturation of {MAX_SCORE} units")]
pub struct ScoreError(pub u16);

/// Scores that are not opened are wiped with what holds them.
impl zeroize::DefaultIsZeroes for Score {}

impl Score {
    /// The smallest score: no divergence.
    pub const ZERO: Self = Self(0);
    /// The saturated score.
    pub const MAX: Self = Self(MAX_SCORE);

    /// A score of `units`, refused above [`MAX_SCORE`].
    ///
    /// # Errors
    /// [`ScoreError`] when `units` is above the saturation.
    pub fn new(units: u16) -> Result<Self, ScoreError> {
        if units > MAX_SCORE { Err(ScoreError(units)) } else { Ok(Self(units)) }
    }

    /// A score of `units`, saturating at [`MAX_SCORE`].
    pub fn saturating(units: u64) -> Self {
        Self(u16::try_from(units).map_or(MAX_SCORE, |u| u.min(MAX_SCORE)))
    }

    /// The score in units of 2^-10 nat.
    pub fn units(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Score {
    type Error = ScoreError;
    fn try_from(units: u16) -> Result<Self, ScoreError> {
        Self::new(units)
    }
}

impl From<Score> for u16 {
    fn from(score: Score) -> Self {
        score.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_its_units_in_json_and_none_is_above_the_saturation() {
        for units in [0, 1, 4607] {
            let score = Score::new(units).unwrap();
            assert_eq!((Score::try_from(units), u16::from(score)), (Ok(score), units));
            assert_eq!(serde_json::to_string(&score).unwrap(), units.to_string());
            assert_eq!(serde_json::from_str::<Score>(&units.to_string()).unwrap(), score);
        }
        assert_eq!(Score::try_from(4608), Err(ScoreError(4608)));
        assert!(serde_json::from_str::<Score>("4608").is_err());
        assert_eq!((Score::saturating(4608), Score::saturating(1 << 40)), (Score::MAX, Score::MAX));
    }
}
