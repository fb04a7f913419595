//! The certificate's conditions, one by one.

use super::{
    Direction, Factor,
    bounds::{clip, loosest_above, loosest_below},
    factor::{UNIT_PARTS, WEIGHT_PARTS, smallest_threshold},
};
use crate::{
    policy::{Bet, CLIP_A, Claim, ClaimBets, MAX_ABS_Q, MAX_THRESHOLD, Micro, Parameters, RawPolicy},
    rule::LOOKS,
    score::{Score, ScoreKind},
};

/// The first condition of the certificate that a policy breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A parameter is out of its range.
    #[error("{parameter} is {value}: {rule}")]
    Parameter {
        /// Which one.
        parameter: &'static str,
        /// What it is.
        value: String,
        /// What it has to be.
        rule: &'static str,
    },
    /// `coefficients` and `parameters` name different ranges of n.
    #[error("the coefficients run over n = {0}..{1}, the parameters over {2}..{3}")]
    Range(u32, u32, u32, u32),
    /// A claim compares its mean with a threshold on the unsafe side.
    #[error("{claim}: threshold {tq}/256 units is on the unsafe side of {bound}/256 or outside the clip")]
    Threshold {
        /// The claim.
        claim: Claim,
        /// Its threshold.
        tq: u32,
        /// The loosest threshold that the parameters allow.
        bound: u32,
    },
    /// τ does not separate the thresholds of SAME and DIFFERENT.
    #[error(
        "tau is {tau} units: it has to lie between the thresholds of SAME ({same}/256) and DIFFERENT ({different}/256)"
    )]
    Tau {
        /// τ in units.
        tau: u32,
        /// SAME's threshold.
        same: u32,
        /// DIFFERENT's threshold.
        different: u32,
    },
    /// A claim's weights sum to more than 1.
    #[error("{claim}: the weights sum to {sum}/1024, above 1")]
    Weights {
        /// The claim.
        claim: Claim,
        /// Their sum.
        sum: u32,
    },
    /// A stake is not in (0, 1), a weight is 0 or above 1, or a null bet has coefficients.
    #[error("{claim}, bet {bet}: stake {lambda}/1000 and weight {weight}/1024 are no bet, and it is not the null bet")]
    Stake {
        /// The claim.
        claim: Claim,
        /// Which bet, from 1.
        bet: usize,
        /// λ per mille.
        lambda: u16,
        /// w of 1024.
        weight: u16,
    },
    /// The score kind cannot make this claim.
    #[error("{claim}: {kind} scores cannot make this claim, its bets have to be null bets")]
    Impossible {
        /// The claim.
        claim: Claim,
        /// The kind.
        kind: ScoreKind,
    },
    /// A bet fires too early for its weight and α.
    #[error("{claim}, bet {bet}: T = {t}, but it has to lie in {least}..{MAX_THRESHOLD}")]
    FiringLevel {
        /// The claim.
        claim: Claim,
        /// Which bet, from 1.
        bet: usize,
        /// Its T.
        t: i64,
        /// The least T that α and the weight allow.
        least: i64,
    },
    /// A bet gains more from a score than its betting factor does.
    #[error("{claim}, bet {bet}: q({y}) = {gain} is above the log factor, at most {limit}")]
    Gain {
        /// The claim.
        claim: Claim,
        /// Which bet, from 1.
        bet: usize,
        /// The score.
        y: u16,
        /// q(y).
        gain: i128,
        /// floor(2^20·ln factor).
        limit: i64,
    },
    /// The statistic could leave the circuit's width.
    #[error("{claim}, bet {bet}: |q({y})| = |{gain}| is not below {MAX_ABS_Q}")]
    Width {
        /// The claim.
        claim: Claim,
        /// Which bet, from 1.
        bet: usize,
        /// The score.
        y: u16,
        /// q(y).
        gain: i128,
    },
}

/// Checks every condition under which the policy's error bounds hold.
///
/// # Errors
/// The first [`CertificateError`].
pub fn check(policy: &RawPolicy) -> Result<(), CertificateError> {
    let (p, betting, c) = (&policy.parameters, &policy.betting, &policy.coefficients);
    check_parameters(p)?;
    if (c.n_min, c.n_max) != (p.n_min, p.n_max) {
        return Err(CertificateError::Range(c.n_min, c.n_max, p.n_min, p.n_max));
    }
    claim(Claim::Same, p, &betting.same, &c.same)?;
    claim(Claim::Different, p, &betting.different, &c.different)?;
    claim(Claim::Strict, p, &betting.strict, &c.strict)?;
    claim(Claim::Strong, p, &betting.strong, &c.strong)?;
    let (same, different) = (betting.same.tq, betting.different.tq);
    let tau = u64::from(c.tau) * UNIT_PARTS;
    if c.tau > u32::from(CLIP_A) || tau < u64::from(same) || tau > u64::from(different) {
        return Err(CertificateError::Tau { tau: c.tau, same, different });
    }
    Ok(())
}

/// Checks what a person chose, without the bets.
///
/// # Errors
/// [`CertificateError::Parameter`] for the first one out of its range.
pub fn check_parameters(p: &Parameters) -> Result<(), CertificateError> {
    let require = |holds: bool, parameter, value: &dyn std::fmt::Display, rule| {
        if holds { Ok(()) } else { Err(CertificateError::Parameter { parameter, value: value.to_string(), rule }) }
    };
    let half = Micro(Micro::ONE.0 / 2);
    let inside = |v: Micro, top: Micro| v > Micro(0) && v < top;
    let look = |n: u32| LOOKS.binary_search(&n).is_ok();
    require(p.version > 0, "version", &p.version, "versions count from 1")?;
    require(inside(p.alpha, Micro::ONE), "alpha", &p.alpha, "it has to lie strictly between 0 and 1")?;
    require(inside(p.gamma, half), "gamma", &p.gamma, "it has to lie strictly between 0 and 0.5 nat, the clip")?;
    require(p.eta > Micro(0) && p.eta <= Micro::ONE, "eta", &p.eta, "it has to lie above 0 and be at most 1")?;
    require(p.delta > p.gamma && p.delta < Micro(4_500_000), "delta", &p.delta, "it has to lie between gamma and 4.5")?;
    require(inside(p.epsilon, Micro::ONE), "epsilon", &p.epsilon, "it has to lie strictly between 0 and 1")?;
    require(look(p.n_min), "n_min", &p.n_min, "it has to be one of the 59 looks")?;
    require(look(p.n_max), "n_max", &p.n_max, "it has to be one of the 59 looks, at most 1024")?;
    require(p.n_min <= p.n_max, "n_min", &p.n_min, "it has to be at most n_max")?;
    require((1..=100).contains(&p.max_attempts), "max_attempts", &p.max_attempts, "it has to lie in 1..=100")
}

fn claim<const K: usize, const S: usize>(
    claim: Claim,
    p: &Parameters,
    betting: &ClaimBets<K>,
    bets: &[Bet<S>; K],
) -> Result<(), CertificateError> {
    let direction = match claim {
        Claim::Same | Claim::Strict => Direction::Below,
        Claim::Different | Claim::Strong => Direction::Above,
    };
    let (bound, safe) = match direction {
        Direction::Below => (loosest_below(claim, p), betting.tq <= loosest_below(claim, p)),
        Direction::Above => (loosest_above(claim, p), betting.tq >= loosest_above(claim, p)),
    };
    if !safe || betting.tq == 0 || u64::from(betting.tq) >= UNIT_PARTS * u64::from(clip(claim)) {
        return Err(CertificateError::Threshold { claim, tq: betting.tq, bound });
    }
    let sum = betting.weight.iter().map(|&w| u32::from(w)).sum();
    if u64::from(sum) > WEIGHT_PARTS {
        return Err(CertificateError::Weights { claim, sum });
    }
    for (k, bet) in bets.iter().enumerate() {
        let (lambda, weight) = (betting.lambda[k], betting.weight[k]);
        if lambda == 0 && weight == 0 && *bet == Bet::NULL {
            continue;
        }
        if p.kind == ScoreKind::DeltaCe && direction == Direction::Below {
            return Err(CertificateError::Impossible { claim, kind: p.kind });
        }
        let factor = Factor::new(direction, lambda, betting.tq, clip(claim));
        let least = smallest_threshold(p.alpha.0, weight);
        let (Some(factor), Some(least)) = (factor, least) else {
            return Err(CertificateError::Stake { claim, bet: k + 1, lambda, weight });
        };
        if bet.t < least || bet.t < 1 || bet.t >= MAX_THRESHOLD {
            return Err(CertificateError::FiringLevel { claim, bet: k + 1, t: bet.t, least });
        }
        gains(claim, k + 1, bet, &factor)?;
    }
    Ok(())
}

/// q ≤ log factor and |q| small at every score of the clip.
fn gains<const S: usize>(
    claim: Claim,
    bet: usize,
    coefficients: &Bet<S>,
    factor: &Factor,
) -> Result<(), CertificateError> {
    for y in 0..=clip(claim) {
        let gain = coefficients.gain(Score::saturating(u64::from(y)));
        if gain.unsigned_abs() >= u128::from(MAX_ABS_Q.unsigned_abs()) {
            return Err(CertificateError::Width { claim, bet, y, gain });
        }
        // `log_floor` has a value for every y of the clip; without one nothing would be allowed.
        let limit = factor.log_floor(y).unwrap_or(i64::MIN);
        if gain > i128::from(limit) {
            return Err(CertificateError::Gain { claim, bet, y, gain, limit });
        }
    }
    Ok(())
}
