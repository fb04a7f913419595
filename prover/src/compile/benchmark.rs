//! What a policy is measured against: a mixture of exact bets that looks after every score.

use pot_protocol::policy::certificate::Direction;

/// A mixture: stakes and their weights.
pub(super) struct Mixture(Vec<(f64, f64)>);

impl Mixture {
    /// Four stakes, most weight on the largest: near optimal for concentrated scores.
    pub(super) fn usual(direction: Direction) -> Self {
        let stakes = match direction {
            Direction::Below => [0.999, 0.98, 0.95, 0.87],
            Direction::Above => [0.95, 0.8, 0.7, 0.6],
        };
        Self(stakes.into_iter().zip([0.5, 0.25, 0.125, 0.125]).collect())
    }

    /// Stakes over the whole range, equally weighted: for rare large scores.
    pub(super) fn wide(direction: Direction) -> Self {
        let stakes: &[f64] = match direction {
            Direction::Below => &[0.5, 0.7, 0.85, 0.95, 0.99, 0.999],
            Direction::Above => &[0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95],
        };
        Self(stakes.iter().map(|&stake| (stake, 1.0 / stakes.len() as f64)).collect())
    }

    /// When the mixture's wealth reaches 1/α on these scores (score units); one past the end if never.
    pub(super) fn stop(&self, scores: &[u16], direction: Direction, threshold: f64, clip: f64, alpha: f64) -> u32 {
        let mut wealth: Vec<f64> = self.0.iter().map(|&(_, weight)| weight).collect();
        for (n, &score) in (1_u32..).zip(scores) {
            let y = f64::from(score);
            let gain = match direction {
                Direction::Below => (threshold - y) / (clip - threshold),
                Direction::Above => (y - threshold) / threshold,
            };
            for (w, &(stake, _)) in wealth.iter_mut().zip(&self.0) {
                *w *= 1.0 + stake * gain;
            }
            if wealth.iter().sum::<f64>() * alpha >= 1.0 {
                return n;
            }
        }
        scores.len() as u32 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_models_stop_when_the_mixture_has_paid_enough() {
        // t = R/2, so a zero multiplies each wealth by 1 + stake: about 2^n reaches 1000 at n = 11 with stakes near 1.
        let zeros = [0; 50];
        let usual = Mixture::usual(Direction::Below);
        assert_eq!(usual.stop(&zeros, Direction::Below, 256.0, 512.0, 0.001), 11);
        assert_eq!(usual.stop(&zeros[..5], Direction::Below, 256.0, 512.0, 0.001), 6);
        assert_eq!(Mixture::wide(Direction::Above).stop(&zeros, Direction::Above, 256.0, 512.0, 0.001), 51);
    }
}
