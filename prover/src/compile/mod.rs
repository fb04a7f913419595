//! The policy compiler: from α, γ, η, δ* and a range of n to the integers of a policy.
//!
//! Floats choose the stakes and weights; every coefficient is then floored with rigorous integer arithmetic, and the
//! protocol's own certificate has the last word.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the search is numerical: it only chooses among bets that are exact whatever it chooses"
)]

mod benchmark;
mod cells;
pub mod laws;
mod search;
pub mod simulate;
mod spline;

use pot_protocol::{
    policy::{
        BUMPS, Bet, Betting, Claim, ClaimBets, Coefficients, KNOTS_A, KNOTS_B, Parameters, Policy, PolicyError,
        RawPolicy, SEGMENTS_A, SEGMENTS_B,
        certificate::{self, CertificateError, Direction, UNIT_PARTS, loosest_above, loosest_below},
        check_name,
    },
    score::ScoreKind,
};

/// What the compiler tells while it works.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The search for one claim has tried `done` of `total` combinations.
    Searching {
        /// The claim.
        claim: Claim,
        /// Combinations tried.
        done: usize,
        /// Combinations in all.
        total: usize,
    },
    /// How fast the chosen bets decide in one situation.
    Cell {
        /// The claim.
        claim: Claim,
        /// The situation, such as `identical`.
        label: String,
        /// Mean and 90 % quantile of the stopping time, `n_min` ignored.
        stop: (f64, f64),
        /// The same for an unrounded mixture of many bets that looks after every score.
        ideal: (f64, f64),
    },
}

/// Why no policy comes out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The parameters are out of range.
    #[error("policy parameters: {0}")]
    Parameters(#[from] CertificateError),
    /// The threshold is too near 0 or the clip for any bet.
    #[error("{claim}: a threshold of {tq}/256 score units leaves no room to bet; choose gamma or delta further inside")]
    NoRoom {
        /// The claim.
        claim: Claim,
        /// Its threshold.
        tq: u32,
    },
    /// The finished document is refused.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// Compiles a policy. Deterministic; takes seconds in a release build.
///
/// # Errors
/// [`CompileError`] when the parameters allow no policy or the name is a preset's and the content is not.
pub fn compile(parameters: Parameters, progress: &mut dyn FnMut(Event)) -> Result<Policy, CompileError> {
    // Before the search, which takes seconds.
    check_name(&parameters.name)?;
    Ok(compile_document(parameters, progress)?.validate()?)
}

/// Compiles the document of a policy and checks its certificate, whatever its name.
///
/// # Errors
/// [`CompileError`] when the parameters allow no policy.
pub fn compile_document(parameters: Parameters, progress: &mut dyn FnMut(Event)) -> Result<RawPolicy, CompileError> {
    certificate::check_parameters(&parameters)?;
    let p = &parameters;
    let (same_betting, same) = claim::<2, SEGMENTS_A>(Claim::Same, p, &KNOTS_A, progress)?;
    let (different_betting, different) = claim::<2, SEGMENTS_A>(Claim::Different, p, &KNOTS_A, progress)?;
    let (strict_betting, strict) = claim::<1, SEGMENTS_B>(Claim::Strict, p, &KNOTS_B, progress)?;
    let (strong_betting, strong) = claim::<2, SEGMENTS_B>(Claim::Strong, p, &KNOTS_B, progress)?;
    // The first whole unit at or above SAME's threshold; DIFFERENT's lies at least one unit above that threshold.
    let tau = same_betting.tq.div_ceil(UNIT_PARTS as u32);
    let coefficients = Coefficients { n_min: p.n_min, n_max: p.n_max, tau, same, different, strict, strong };
    let betting =
        Betting { same: same_betting, different: different_betting, strict: strict_betting, strong: strong_betting };
    let document = RawPolicy { format: RawPolicy::FORMAT, parameters, betting, coefficients };
    certificate::check(&document)?;
    Ok(document)
}

fn claim<const K: usize, const S: usize>(
    claim: Claim,
    parameters: &Parameters,
    knots: &[u16],
    progress: &mut dyn FnMut(Event),
) -> Result<(ClaimBets<K>, [Bet<S>; K]), CompileError> {
    let (direction, tq) = match claim {
        Claim::Same | Claim::Strict => (Direction::Below, loosest_below(claim, parameters)),
        Claim::Different | Claim::Strong => (Direction::Above, loosest_above(claim, parameters)),
    };
    if parameters.kind == ScoreKind::DeltaCe && direction == Direction::Below {
        return Ok((ClaimBets { tq, lambda: [0; K], weight: [0; K] }, [const { Bet::NULL }; K]));
    }
    let alpha = parameters.alpha.0;
    let candidates = spline::candidates::<S>(direction, tq, knots);
    if candidates.len() < K {
        return Err(CompileError::NoRoom { claim, tq });
    }
    let cells = cells::table(claim, direction, parameters);
    let table = search::Table::new(&candidates, cells, direction, tq, knots, alpha);
    let chosen = table.best::<K>(&mut |done, total| progress(Event::Searching { claim, done, total }));
    for (label, stop, ideal) in table.report(&chosen) {
        progress(Event::Cell { claim, label, stop, ideal });
    }
    let room = || CompileError::NoRoom { claim, tq };
    let mut bets = [const { Bet::NULL }; K];
    for (bet, &(index, weight)) in bets.iter_mut().zip(&chosen) {
        let t = certificate::smallest_threshold(alpha, weight).ok_or_else(room)?;
        *bet = Bet { t, ..candidates[index].bet.clone() };
    }
    let lambda = chosen.map(|(index, _)| candidates[index].lambda);
    Ok((ClaimBets { tq, lambda, weight: chosen.map(|(_, weight)| weight) }, bets))
}

// The spline puts a bump on each of the first segments; both clips have at least that many.
const _: () = assert!(BUMPS <= SEGMENTS_A && SEGMENTS_A <= SEGMENTS_B);
