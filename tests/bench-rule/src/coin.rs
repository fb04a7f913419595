//! Two scores and an exact mean: what most laws at a boundary are made of.

use pot_protocol::policy::CLIP_A;

use crate::random::Random;

/// Parts of a score unit in which policies give thresholds.
pub const PARTS: u64 = 256;

/// `low`, or with a probability that gives the wanted mean `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coin {
    /// The lower score.
    pub low: u16,
    /// The higher score, within the clip.
    pub high: u16,
    /// Probability of `high`, of 2^64.
    pub cut: u64,
}

impl Coin {
    /// The coin whose mean is `mean`/256 score units, up to a part in 2^64. `None` unless low < mean < high ≤ 512.
    pub fn new(mean: u32, low: u16, high: u16) -> Option<Self> {
        let [m, l, h] = [u64::from(mean), PARTS * u64::from(low), PARTS * u64::from(high)];
        let inside = l < m && m < h && high <= CLIP_A;
        let cut = || (u128::from(m - l) << 64) / u128::from(h - l);
        inside.then(|| Self { low, high, cut: cut() as u64 })
    }

    /// The coin of this mean between scores as near to `low` and `high` as there are on its two sides.
    pub fn near(mean: u32, low: f64, high: f64) -> Self {
        let below = u16::try_from((mean - 1) / PARTS as u32).unwrap_or(CLIP_A);
        let low = (low.max(0.0).round() as u16).min(below);
        let high = (high.round() as u16).clamp((mean / PARTS as u32 + 1) as u16, CLIP_A);
        // A coin that comes up low for sure would be off the boundary; thresholds lie inside the clip, so there is one.
        Self::new(mean, low, high).unwrap_or(Self { low: 0, high: CLIP_A, cut: u64::MAX })
    }

    /// Throws it.
    pub fn throw(self, random: &mut Random) -> u16 {
        if random.number() < self.cut { self.high } else { self.low }
    }

    /// The probability of `high`.
    pub fn probability(self) -> f64 {
        self.cut as f64 / 2f64.powi(64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_exact() {
        for (mean, low, high) in [(39_193, 0, 512), (39_193, 153, 154), (5_114, 19, 20), (1, 0, 1), (131_071, 0, 512)] {
            let coin = Coin::new(mean, low, high).unwrap();
            let got = f64::from(low) + f64::from(high - low) * coin.probability();
            assert!((got - f64::from(mean) / 256.0).abs() < 1e-12, "{coin:?}");
        }
        assert_eq!(Coin::new(39_193, 154, 512), None);
        assert_eq!(Coin::new(39_193, 0, 153), None);
        assert_eq!(Coin::new(39_193, 0, 513), None);
    }

    #[test]
    fn near_stays_on_both_sides() {
        for mean in [200, 256, 257, 39_193, 131_000] {
            for (low, high) in [(0.0, 512.0), (600.0, 0.0), (153.0, 153.2), (-5.0, 9000.0)] {
                let coin = Coin::near(mean, low, high);
                assert_eq!(Coin::new(mean, coin.low, coin.high), Some(coin), "{mean} {low} {high}");
            }
        }
    }
}
