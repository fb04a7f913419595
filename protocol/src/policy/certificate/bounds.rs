//! The thresholds that a claim's mean may be compared with, in 1/256 score units.

use super::factor::UNIT_PARTS;
use crate::{
    policy::{CLIP_A, Claim, Micro, Parameters},
    score::{MAX_SCORE, UNITS_PER_NAT},
};

/// 1/256 score units in one nat.
const PARTS_PER_NAT: u128 = UNIT_PARTS as u128 * UNITS_PER_NAT as u128;
/// Rounding moves a score by at most half a unit.
const HALF_UNIT: u128 = UNIT_PARTS as u128 / 2;
const MICRO: u128 = 1_000_000;

/// The clip of a claim's scores, score units.
pub(super) fn clip(claim: Claim) -> u16 {
    match claim {
        Claim::Same | Claim::Different => CLIP_A,
        Claim::Strict | Claim::Strong => MAX_SCORE,
    }
}

/// The largest threshold with which SAME (or STRICT) may claim that the mean is at most γ·min(1, 2η); 0 if there is
/// none.
///
/// Half a unit covers the rounding of scores. STRICT speaks of min(X, 4.5) = 4,608 units, while scores saturate at
/// 4,607: as min(X, 4608) ≤ 4608/4607·min(X, 4607), its threshold is lowered by that ratio first.
pub fn loosest_below(claim: Claim, parameters: &Parameters) -> u32 {
    let eta = parameters.eta.0.saturating_mul(2).min(Micro::ONE.0);
    let null = u128::from(parameters.gamma.0) * u128::from(eta) * PARTS_PER_NAT;
    let parts = if claim == Claim::Strict {
        null * u128::from(MAX_SCORE) / (MICRO * MICRO * (u128::from(MAX_SCORE) + 1))
    } else {
        null / (MICRO * MICRO)
    };
    u32::try_from(parts.saturating_sub(HALF_UNIT)).unwrap_or(u32::MAX)
}

/// The smallest threshold with which DIFFERENT may claim a mean above γ, or STRONG one above δ*.
///
/// Clipping at 4,607 instead of 4,608 units lowers the mean, which is the safe side here.
pub fn loosest_above(claim: Claim, parameters: &Parameters) -> u32 {
    let null = if claim == Claim::Strong { parameters.delta } else { parameters.gamma };
    let parts = (u128::from(null.0) * PARTS_PER_NAT).div_ceil(MICRO) + HALF_UNIT;
    u32::try_from(parts).unwrap_or(u32::MAX)
}
