//! The betting factor of one bet, and the largest integer below its logarithm.

use super::ln::{FRACTION_BITS, ln_ratio};
use crate::policy::LOG_SCALE_BITS;

/// Parts of a score unit in which thresholds are given.
pub const UNIT_PARTS: u64 = 256;
/// Parts of one in which λ is given.
pub const LAMBDA_PARTS: u64 = 1000;
/// Parts of one in which weights are given.
pub const WEIGHT_PARTS: u64 = 1024;

/// On which side of the threshold a claim says that the mean lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The mean is below the threshold: the factor is `1 + λ·(t − y)/(R − t)`.
    Below,
    /// The mean is above the threshold: the factor is `1 + λ·(y − t)/t`.
    Above,
}

/// A betting factor: on scores in `0..=clip` its mean is at most 1 when the claim is false, and it is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    direction: Direction,
    lambda: u64,
    threshold: u64,
    clip: u64,
}

impl Factor {
    /// The factor with stake `lambda` of 1000, threshold `tq` in 1/256 score units, on scores clipped at `clip` units.
    /// `None` unless `0 < lambda < 1000` and `0 < tq < 256·clip`: then the factor could reach 0.
    pub fn new(direction: Direction, lambda: u16, tq: u32, clip: u16) -> Option<Self> {
        let (lambda, threshold, clip) = (u64::from(lambda), u64::from(tq), u64::from(clip));
        let sound = (1..LAMBDA_PARTS).contains(&lambda) && (1..UNIT_PARTS * clip).contains(&threshold);
        sound.then_some(Self { direction, lambda, threshold, clip })
    }

    /// An integer that is at most `2^20·ln(factor)` at the score `y`, and above it less 1 and 2^-37. `None` above the clip.
    pub fn log_floor(&self, y: u16) -> Option<i64> {
        let y = UNIT_PARTS * u64::from(y);
        let top = UNIT_PARTS * self.clip;
        if y > top {
            return None;
        }
        // With 0 < λ < 1000 both are positive, and below 1000·256·2^16 < 2^40.
        let (num, den) = match self.direction {
            Direction::Below => {
                let room = top - self.threshold;
                let num = (LAMBDA_PARTS * room + self.lambda * self.threshold).checked_sub(self.lambda * y)?;
                (num, LAMBDA_PARTS * room)
            }
            Direction::Above => {
                let num = (LAMBDA_PARTS - self.lambda) * self.threshold + self.lambda * y;
                (num, LAMBDA_PARTS * self.threshold)
            }
        };
        i64::try_from(ln_ratio(num, den)?.lo >> (FRACTION_BITS - LOG_SCALE_BITS)).ok()
    }
}

/// An integer that is at least `2^20·ln(1024·10^6/(alpha·weight))` for `alpha` in 10^-6 and `weight` of 1024, and less
/// than 2 above it: the smallest threshold with which a bet of that weight may fire. `None` unless both are in range.
pub fn smallest_threshold(alpha_micro: u32, weight: u16) -> Option<i64> {
    let (alpha, weight) = (u64::from(alpha_micro), u64::from(weight));
    if !(1..1_000_000).contains(&alpha) || !(1..=WEIGHT_PARTS).contains(&weight) {
        return None;
    }
    // 1024·10^6 < 2^30, and α·w is below it.
    let hi = ln_ratio(WEIGHT_PARTS * 1_000_000, alpha * weight)?.hi;
    i64::try_from((hi >> (FRACTION_BITS - LOG_SCALE_BITS)) + 1).ok()
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "comparisons with floats")]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_floats_over_the_whole_clip() {
        for (direction, lambda, tq, clip) in [
            (Direction::Below, 990, 39193, 512),
            (Direction::Above, 950, 5371, 512),
            (Direction::Below, 999, 5114, 4607),
            (Direction::Above, 1, 262_272, 4607),
        ] {
            let factor = Factor::new(direction, lambda, tq, clip).unwrap();
            let (l, t, r) = (f64::from(lambda) / 1000.0, f64::from(tq) / 256.0, f64::from(clip));
            for y in 0..=clip {
                let x = f64::from(y);
                let f = if direction == Direction::Below { 1.0 + l * (t - x) / (r - t) } else { 1.0 + l * (x - t) / t };
                let real = f.ln() * f64::from(1 << 20);
                let got = factor.log_floor(y).unwrap() as f64;
                assert!(got <= real + 1e-6 && got > real - 1.0 - 1e-6, "{direction:?} {lambda} {y}: {got} {real}");
            }
            assert_eq!(factor.log_floor(clip + 1), None);
        }
    }

    #[test]
    fn thresholds_are_the_next_integer_up() {
        for (alpha, weight) in [(25_000, 1011), (10_000, 1), (1_000, 1024), (999_999, 1024), (1, 1)] {
            let real = (1024e6 / f64::from(alpha) / f64::from(weight)).ln() * f64::from(1 << 20);
            let got = smallest_threshold(alpha, weight).unwrap() as f64;
            assert!(got >= real && got <= real + 1.001, "{alpha} {weight}");
        }
        for (alpha, weight) in [(0, 5), (1_000_000, 5), (5, 0), (5, 1025)] {
            assert_eq!(smallest_threshold(alpha, weight), None);
        }
    }

    #[test]
    fn a_factor_that_could_reach_zero_is_none() {
        for (lambda, tq) in [(0, 5), (1000, 5), (500, 0), (500, 512 * 256)] {
            assert_eq!(Factor::new(Direction::Below, lambda, tq, 512), None);
        }
    }
}
