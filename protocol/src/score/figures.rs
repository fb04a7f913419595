//! Per-position figures of both models, and the exact integer score that follows from them.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{Score, ScoreKind, UNITS_PER_NAT};

/// Figure units in one nat: figures are integers in units of 2^-20 nat.
pub const FIGURE_SCALE: i64 = 1 << 20;

/// The largest figure: 2^40 units, about a million nats.
pub const MAX_FIGURE: i64 = 1 << 40;

/// Below −2^-12 nat a mean KL divergence is an error of the engine; from there to 0 it is rounding and counts as 0.
const KL_FLOOR_PER_POSITION: i64 = FIGURE_SCALE >> 12;

/// What both models said about one challenge, in units of 2^-20 nat, each in `0..=MAX_FIGURE`.
///
/// | kind | `reference[t]` | `candidate[t]` | `bytes` |
/// |---|---|---|---|
/// | `kl` | entropy H(ref) at position t | cross-entropy H(ref, cand) at t | 0 |
/// | `kl-topk` | the same, over the candidate's most likely tokens and all others as one event | likewise | 0 |
/// | `delta-logprob` | −log `p_ref`(token t) | −log `p_cand`(token t) | 0 |
/// | `delta-ce` | −log `p_ref` of its own token t | −log `p_cand` of its own token t | UTF-8 bytes of the text |
///
/// All but `delta-ce` have K entries on both sides; `delta-ce` has as many as each model's tokenizer made of the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The reference's figures.
    pub reference: Vec<i64>,
    /// The candidate's figures.
    pub candidate: Vec<i64>,
    /// Length of the scored text in bytes, for `delta-ce` only; 0 otherwise.
    pub bytes: u32,
}

/// Scores follow from them, so they are shown no more than these.
impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Figures({} reference, {} candidate)", self.reference.len(), self.candidate.len())
    }
}

/// Why figures give no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FiguresError {
    /// A side has no figures.
    #[error("an answer without figures is not a score")]
    Empty,
    /// The sides, or K, disagree on the number of positions.
    #[error("{reference} reference and {candidate} candidate figures where K = {k} were asked for")]
    Length {
        /// Entries of the reference.
        reference: usize,
        /// Entries of the candidate.
        candidate: usize,
        /// Scored positions that were registered.
        k: u32,
    },
    /// A figure is negative or too large to be a log-probability.
    #[error("figure {0} lies outside 0..=2^40 units of 2^-20 nat")]
    Range(i64),
    /// The number of bytes is given for a kind that has none, or missing for `delta-ce`.
    #[error("a text of {0} bytes does not fit the score kind")]
    Bytes(u32),
    /// The mean divergence is below −2^-12 nat: the two distributions do not come from one computation.
    #[error("negative divergence: {0} units of 2^-20 nat in total")]
    Negative(i64),
}

impl Figures {
    /// The integer score of these figures: the mean over `k` positions (over the text's bytes for `delta-ce`),
    /// rounded to the nearest unit of 2^-10 nat with ties to even, saturating.
    ///
    /// # Errors
    /// [`FiguresError`] when a side is empty, has another length than `k`, holds a figure out of range, or, for `kl` and `kl-topk`,
    /// when the divergence is negative beyond rounding.
    pub fn score(&self, kind: ScoreKind, k: u32) -> Result<Score, FiguresError> {
        self.check(kind, k)?;
        let pairs = || self.reference.iter().zip(&self.candidate);
        // At most 2^22 figures of 2^40 fit an i64 with room to spare; the length check above and the transcript's
        // size limit keep us far below, and checked sums would be refused as out of range.
        let (total, over) = match kind {
            ScoreKind::Kl | ScoreKind::KlTopk => {
                let total: i64 = pairs().map(|(h, ce)| ce - h).sum();
                if total < -KL_FLOOR_PER_POSITION * i64::from(k) {
                    return Err(FiguresError::Negative(total));
                }
                (total.max(0), k)
            }
            ScoreKind::DeltaLogprob => (pairs().map(|(r, c)| (r - c).abs()).sum(), k),
            ScoreKind::DeltaCe => {
                let sum = |side: &[i64]| side.iter().sum::<i64>();
                ((sum(&self.reference) - sum(&self.candidate)).abs(), self.bytes)
            }
        };
        Ok(rounded_mean(total.unsigned_abs(), over))
    }

    fn check(&self, kind: ScoreKind, k: u32) -> Result<(), FiguresError> {
        let (reference, candidate) = (self.reference.len(), self.candidate.len());
        if reference == 0 || candidate == 0 {
            return Err(FiguresError::Empty);
        }
        let fixed = kind != ScoreKind::DeltaCe;
        let longest = 1 << 22;
        let right = |n: usize| if fixed { u32::try_from(n) == Ok(k) } else { n <= longest };
        if !right(reference) || !right(candidate) || reference > longest || candidate > longest {
            return Err(FiguresError::Length { reference, candidate, k });
        }
        if fixed != (self.bytes == 0) {
            return Err(FiguresError::Bytes(self.bytes));
        }
        match self.reference.iter().chain(&self.candidate).find(|f| !(0..=MAX_FIGURE).contains(*f)) {
            Some(&f) => Err(FiguresError::Range(f)),
            None => Ok(()),
        }
    }
}

/// `total / over` in units of 2^-20, rounded to units of 2^-10, ties to even, saturating. `over` is at least 1.
fn rounded_mean(total: u64, over: u32) -> Score {
    let unit = u64::from(over) * (FIGURE_SCALE.unsigned_abs() / u64::from(UNITS_PER_NAT));
    let (quotient, rest) = (total / unit, total % unit);
    let up = match (2 * rest).cmp(&unit) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => quotient % 2,
        std::cmp::Ordering::Greater => 1,
    };
    Score::saturating(quotient + up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(reference: &[i64], candidate: &[i64], bytes: u32) -> Figures {
        Figures { reference: reference.to_vec(), candidate: candidate.to_vec(), bytes }
    }

    #[test]
    fn kl_is_cross_entropy_minus_entropy() {
        let f = figures(&[FIGURE_SCALE, 0], &[2 * FIGURE_SCALE, FIGURE_SCALE], 0);
        assert_eq!(f.score(ScoreKind::Kl, 2).unwrap().units(), 1024);
    }

    #[test]
    fn ties_round_to_even() {
        for (total, units) in [(512, 0), (513, 1), (1536, 2), (2560, 2), (2561, 3)] {
            assert_eq!(figures(&[0], &[total], 0).score(ScoreKind::Kl, 1).unwrap().units(), units, "{total}");
        }
    }

    #[test]
    fn tiny_negative_divergence_is_zero_and_more_is_an_error() {
        assert_eq!(figures(&[256], &[0], 0).score(ScoreKind::Kl, 1), Ok(Score::ZERO));
        assert_eq!(figures(&[257], &[0], 0).score(ScoreKind::Kl, 1), Err(FiguresError::Negative(-257)));
    }

    #[test]
    fn the_floor_of_a_divergence_is_that_of_its_positions_together() {
        let below = |parts: i64| figures(&[parts, 0, 0], &[0; 3], 0).score(ScoreKind::Kl, 3);
        assert_eq!((below(768), below(769)), (Ok(Score::ZERO), Err(FiguresError::Negative(-769))));
    }

    #[test]
    fn differences_are_taken_side_by_side_and_cross_entropies_as_a_whole() {
        let (r, c) = ([3 * FIGURE_SCALE, FIGURE_SCALE], [FIGURE_SCALE, 2 * FIGURE_SCALE]);
        assert_eq!(figures(&r, &c, 0).score(ScoreKind::DeltaLogprob, 2).unwrap().units(), 3 * 512);
        assert_eq!(figures(&r, &c, 4).score(ScoreKind::DeltaCe, 0).unwrap().units(), 256);
    }

    #[test]
    fn both_sides_have_as_many_figures_as_are_scored() {
        for (reference, candidate, k) in [(1, 2, 1), (2, 1, 1), (2, 2, 1), (1, 1, 2)] {
            let refused = figures(&vec![1; reference], &vec![1; candidate], 0).score(ScoreKind::Kl, k);
            assert_eq!(refused, Err(FiguresError::Length { reference, candidate, k }));
        }
        assert_eq!(figures(&[], &[1], 1).score(ScoreKind::DeltaCe, 0), Err(FiguresError::Empty));
        assert_eq!(figures(&[1], &[], 1).score(ScoreKind::DeltaCe, 0), Err(FiguresError::Empty));
    }

    #[test]
    fn a_side_holds_at_most_four_million_figures() {
        let (most, more) = (vec![0; 1 << 22], vec![0; (1 << 22) + 1]);
        let of = |reference: &[i64], candidate: &[i64], kind, k: u32| {
            figures(reference, candidate, u32::from(kind == ScoreKind::DeltaCe)).score(kind, k)
        };
        assert_eq!(of(&most, &most, ScoreKind::DeltaCe, 0), Ok(Score::ZERO));
        assert_eq!(of(&most, &most, ScoreKind::Kl, 1 << 22), Ok(Score::ZERO));
        for (reference, candidate) in [(&more, &most), (&most, &more)] {
            assert!(matches!(of(reference, candidate, ScoreKind::DeltaCe, 0), Err(FiguresError::Length { .. })));
        }
        assert!(matches!(of(&more, &more, ScoreKind::Kl, (1 << 22) + 1), Err(FiguresError::Length { .. })));
    }

    #[test]
    fn absolute_differences_do_not_cancel_but_cross_entropies_do() {
        let (r, c) = ([0, FIGURE_SCALE], [FIGURE_SCALE, 0]);
        assert_eq!(figures(&r, &c, 0).score(ScoreKind::DeltaLogprob, 2).unwrap().units(), 1024);
        assert_eq!(figures(&r, &c, 7).score(ScoreKind::DeltaCe, 0).unwrap().units(), 0);
    }

    #[test]
    fn saturates() {
        let f = figures(&[0], &[MAX_FIGURE], 0);
        assert_eq!(f.score(ScoreKind::DeltaLogprob, 1), Ok(Score::MAX));
    }

    #[test]
    fn what_is_no_answer_is_no_score() {
        assert_eq!(figures(&[], &[], 0).score(ScoreKind::Kl, 0), Err(FiguresError::Empty));
        assert!(matches!(figures(&[1], &[1, 2], 0).score(ScoreKind::Kl, 1), Err(FiguresError::Length { .. })));
        assert_eq!(figures(&[-1], &[1], 0).score(ScoreKind::Kl, 1), Err(FiguresError::Range(-1)));
        assert_eq!(figures(&[1], &[1], 0).score(ScoreKind::DeltaCe, 0), Err(FiguresError::Bytes(0)));
        assert_eq!(figures(&[1], &[1], 3).score(ScoreKind::Kl, 1), Err(FiguresError::Bytes(3)));
    }
}
