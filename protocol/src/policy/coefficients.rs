//! The integers of a policy that the rule and the circuit compute with.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Clip A in score units: 512 = half a nat.
pub const CLIP_A: u16 = 512;
/// Knots of clip A in score units.
pub const KNOTS_A: [u16; 5] = [0, 64, 128, 256, 512];
/// Knots of clip B in score units; the last is the saturation of a score.
pub const KNOTS_B: [u16; 8] = [0, 64, 128, 256, 512, 1024, 2048, 4607];
/// Segments of clip A.
pub const SEGMENTS_A: usize = KNOTS_A.len() - 1;
/// Segments of clip B.
pub const SEGMENTS_B: usize = KNOTS_B.len() - 1;
/// The first segments that also carry a parabolic bump.
pub const BUMPS: usize = 4;
/// Fraction bits of the log scale: one nat is 2^20.
pub const LOG_SCALE_BITS: u32 = 20;
/// Every |q(y)| of a bet is below this bound, so that `n·|q| + T` fits the circuit's width at every look.
pub const MAX_ABS_Q: i64 = (1 << 23) - (1 << 15);
/// Every threshold T lies in `1..MAX_THRESHOLD`.
pub const MAX_THRESHOLD: i64 = 1 << 25;

/// One bet: `n·c + Σ_j a_j·ΣD_j + Σ_j b_j·ΣE_j − t ≥ 0` at a look n means that the bet fires. Units of 2^-20 nat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields, bound(serialize = "[i64; S]: Serialize", deserialize = "[i64; S]: Deserialize<'de>"))]
pub struct Bet<const S: usize> {
    /// Gain of a score of zero.
    pub c: i64,
    /// Slope on each segment.
    pub a: [i64; S],
    /// Weight of each bump.
    pub b: [i64; BUMPS],
    /// Threshold: at least 2^20·ln(1/(α·w)) for the bet's weight w.
    pub t: i64,
}

/// All integers that decide, in the order in which they are hashed into the policy digest π.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Coefficients {
    /// First look at which a verdict may be given.
    pub n_min: u32,
    /// Last look; without a decision there the verdict is UNDECIDED.
    pub n_max: u32,
    /// Side threshold in score units, in `0..=CLIP_A`: DIFFERENT is tested iff `S1 ≥ n·tau`, else SAME.
    pub tau: u32,
    /// The two bets of SAME, on clip A.
    pub same: [Bet<SEGMENTS_A>; 2],
    /// The two bets of DIFFERENT, on clip A.
    pub different: [Bet<SEGMENTS_A>; 2],
    /// The bet of the grade "strict", on clip B.
    pub strict: [Bet<SEGMENTS_B>; 1],
    /// The two bets of the grade "strong", on clip B.
    pub strong: [Bet<SEGMENTS_B>; 2],
}

/// Number of integers in [`Coefficients`]: what the policy digest hashes.
pub const COEFFICIENT_COUNT: usize = 3 + 4 * (SEGMENTS_A + BUMPS + 2) + 3 * (SEGMENTS_B + BUMPS + 2);

impl<const S: usize> Bet<S> {
    /// c, a, b, t in hashing order.
    pub fn elements(&self) -> impl Iterator<Item = i64> + '_ {
        [self.c].into_iter().chain(self.a).chain(self.b).chain([self.t])
    }
}

impl Coefficients {
    /// Every integer in hashing order: `n_min`, `n_max`, `tau`, then each bet's c, a, b, t in field order.
    pub fn elements(&self) -> Vec<i64> {
        let head = [self.n_min, self.n_max, self.tau].map(i64::from);
        let a = self.same.iter().chain(&self.different).flat_map(Bet::elements);
        let b = self.strict.iter().chain(&self.strong).flat_map(Bet::elements);
        head.into_iter().chain(a).chain(b).collect()
    }
}
