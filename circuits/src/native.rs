//! The relation in plain integers: what the circuit enforces, with an answer that says what is wrong.

use pot_protocol::{
    policy::{Bet, CLIP_A, Coefficients, MAX_ABS_Q, MAX_THRESHOLD, SEGMENTS_A, SEGMENTS_B},
    rule::{Capacity, Progress, decide},
    score::{MAX_SCORE, Score},
};

use crate::statement::{VerdictPrivate, VerdictPublic};

/// Why the relation does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// More scores than the circuit holds.
    #[error("{given} scores do not fit a circuit of {capacity}")]
    TooManyScores {
        /// Scores given.
        given: usize,
        /// Scores that fit.
        capacity: usize,
    },
    /// `n_min` and `n_max` are not looks of this capacity in this order.
    #[error("the policy's range {n_min}..={n_max} does not begin and end at looks of a circuit of {capacity} scores")]
    Window {
        /// First look.
        n_min: u32,
        /// Last look.
        n_max: u32,
        /// Scores that fit.
        capacity: usize,
    },
    /// An integer of the policy leaves the bounds that the circuit's ranges rely on.
    #[error("the policy's {0} leaves the bounds of its certificate")]
    Coefficient(&'static str),
    /// The rule has not stopped.
    #[error("the rule has not stopped after {0} scores")]
    NotStopped(u32),
    /// Scores after the stop.
    #[error("{given} scores are given, but the rule stopped at {n}")]
    AfterStop {
        /// Scores given.
        given: usize,
        /// Where the rule stopped.
        n: u32,
    },
    /// π is not the digest of the coefficients.
    #[error("the public policy digest is not that of the coefficients")]
    Policy,
    /// ρ is not the root of the scores.
    #[error("the public score root is not that of the scores")]
    ScoreRoot,
    /// v is not the outcome.
    #[error("the public verdict word is not what the rule gives")]
    Verdict,
}

/// Checks the relation clause by clause.
///
/// # Errors
/// [`Violation`] naming the first clause that does not hold.
pub fn check(capacity: Capacity, public: &VerdictPublic, private: &VerdictPrivate) -> Result<(), Violation> {
    let (c, scores) = (&private.coefficients, &private.scores);
    // 1. a `Score` is in range by its type.
    if scores.len() > capacity.scores() {
        return Err(Violation::TooManyScores { given: scores.len(), capacity: capacity.scores() });
    }
    // 4.
    let is_look = |n| capacity.looks().binary_search(&n).is_ok();
    if !is_look(c.n_min) || !is_look(c.n_max) || c.n_min > c.n_max {
        return Err(Violation::Window { n_min: c.n_min, n_max: c.n_max, capacity: capacity.scores() });
    }
    // 5, 6. the bounds behind the range checks; the certificate implies them.
    bounds(c)?;
    // 2, 3, 5 to 9, 11. the rule.
    let outcome = match decide(c, scores) {
        Progress::Decided(outcome) => outcome,
        Progress::GoOn { n } => return Err(Violation::NotStopped(n)),
    };
    // 10. the circuit pads with zeros, so nothing may come after the stop.
    if outcome.n as usize != scores.len() {
        return Err(Violation::AfterStop { given: scores.len(), n: outcome.n });
    }
    let expected = VerdictPublic::of(capacity, public.digest, private, outcome);
    // 12.
    if public.policy != expected.policy {
        return Err(Violation::Policy);
    }
    // 13.
    if public.score_root != expected.score_root {
        return Err(Violation::ScoreRoot);
    }
    // 14. Clause 15 holds for every d.
    if public.verdict == expected.verdict { Ok(()) } else { Err(Violation::Verdict) }
}

fn bounds(c: &Coefficients) -> Result<(), Violation> {
    if c.tau > u32::from(CLIP_A) {
        return Err(Violation::Coefficient("tau"));
    }
    let a = |bets: &[Bet<SEGMENTS_A>]| bets.iter().all(|bet| bounded(bet, CLIP_A));
    let b = |bets: &[Bet<SEGMENTS_B>]| bets.iter().all(|bet| bounded(bet, MAX_SCORE));
    for (name, holds) in [
        ("SAME bets", a(&c.same)),
        ("DIFFERENT bets", a(&c.different)),
        ("strict bet", b(&c.strict)),
        ("strong bets", b(&c.strong)),
    ] {
        if !holds {
            return Err(Violation::Coefficient(name));
        }
    }
    Ok(())
}

fn bounded<const S: usize>(bet: &Bet<S>, clip: u16) -> bool {
    let limit = i128::from(MAX_ABS_Q);
    (1..MAX_THRESHOLD).contains(&bet.t) && (0..=clip).all(|y| bet.gain(Score::saturating(u64::from(y))).abs() < limit)
}

#[cfg(test)]
mod tests;
