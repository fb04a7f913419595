//! The peer that is nearly optimal: an exact mixture of betting wealths, with real logarithms, unrounded thresholds and
//! as many bets as it likes.

use pot_protocol::{policy::CLIP_A, rule::Verdict};

use crate::setting::Setting;

/// A claim's wealths are padded to this many bets.
const BETS: usize = 8;

/// Stakes and their weights.
type Stakes = &'static [(f64, f64)];

/// Most weight on the largest stake: for scores that vary little.
const USUAL: [Stakes; 2] = [
    &[(0.999, 0.5), (0.98, 0.25), (0.95, 0.125), (0.87, 0.125)],
    &[(0.95, 0.5), (0.8, 0.25), (0.7, 0.125), (0.6, 0.125)],
];
/// Stakes over the whole range: for rare large scores.
const SEVENTH: f64 = 1.0 / 7.0;
const SIXTH: f64 = 1.0 / 6.0;
const WIDE: [Stakes; 2] = [
    &[(0.5, SIXTH), (0.7, SIXTH), (0.85, SIXTH), (0.95, SIXTH), (0.99, SIXTH), (0.999, SIXTH)],
    &[(0.05, SEVENTH), (0.1, SEVENTH), (0.2, SEVENTH), (0.4, SEVENTH), (0.6, SEVENTH), (0.8, SEVENTH), (0.95, SEVENTH)],
];

/// The mixture for both claims of a policy.
#[derive(Clone, Debug)]
pub struct Mixture {
    sides: [Side; 2],
    needed: f64,
}

#[derive(Clone, Debug)]
struct Side {
    weights: [f64; BETS],
    /// What each score multiplies each wealth by.
    factors: Vec<[f64; BETS]>,
}

/// The wealths of a run.
#[derive(Clone, Debug)]
pub struct Wealth([[f64; BETS]; 2]);

impl Mixture {
    /// The mixture for scores that vary little.
    pub fn usual(setting: &Setting) -> Self {
        Self::new(setting, USUAL)
    }

    /// The mixture for rare large scores.
    pub fn wide(setting: &Setting) -> Self {
        Self::new(setting, WIDE)
    }

    fn new(setting: &Setting, stakes: [Stakes; 2]) -> Self {
        let clip = f64::from(CLIP_A);
        let below = |t: f64, y: f64| (t - y) / (clip - t);
        let above = |t: f64, y: f64| (y - t) / t;
        let same = Side::new(stakes[0], |y| below(setting.same_at * 1024.0, y));
        let different = Side::new(stakes[1], |y| above(setting.gamma * 1024.0, y));
        Self { sides: [same, different], needed: 1.0 / setting.alpha }
    }

    /// The wealths before the first score.
    pub fn begin(&self) -> Wealth {
        Wealth([self.sides[0].weights, self.sides[1].weights])
    }

    /// Takes a score.
    #[inline]
    pub fn push(&self, wealth: &mut Wealth, score: u16) {
        for (wealths, side) in wealth.0.iter_mut().zip(&self.sides) {
            for (w, factor) in wealths.iter_mut().zip(side.factors[usize::from(score)]) {
                *w *= factor;
            }
        }
    }

    /// The claim whose wealth has reached 1/α, if one has.
    pub fn verdict(&self, wealth: &Wealth) -> Option<Verdict> {
        let reached = |side: usize| wealth.0[side].iter().sum::<f64>() >= self.needed;
        let verdicts = [(0, Verdict::Same), (1, Verdict::Different)];
        verdicts.into_iter().find(|(side, _)| reached(*side)).map(|(_, verdict)| verdict)
    }
}

impl Side {
    fn new(stakes: Stakes, gain: impl Fn(f64) -> f64) -> Self {
        let mut weights = [0.0; BETS];
        let mut factors = vec![[1.0; BETS]; usize::from(CLIP_A) + 1];
        for (k, &(stake, weight)) in stakes.iter().enumerate() {
            weights[k] = weight;
            for (y, factor) in factors.iter_mut().enumerate() {
                factor[k] = 1.0 + stake * gain(y as f64);
            }
        }
        Self { weights, factors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_models_are_same_when_the_wealth_suffices() {
        // QUICK: t = 0.15, so a zero multiplies a wealth by 1 + 0.15/0.35 times its stake.
        let setting = &Setting::all()[0];
        let by_hand = |n: i32| USUAL[0].iter().map(|(stake, w)| w * (1.0 + stake * 0.15 / 0.35).powi(n)).sum::<f64>();
        let mixture = Mixture::usual(setting);
        let mut wealth = mixture.begin();
        for n in 1..20 {
            mixture.push(&mut wealth, 0);
            let expected = (by_hand(n) >= 40.0).then_some(Verdict::Same);
            assert_eq!(mixture.verdict(&wealth), expected, "{n}");
        }
    }

    #[test]
    fn large_scores_are_different_when_the_wealth_suffices() {
        // QUICK: half a nat is 0.35 above γ = 0.15, so it multiplies a wealth by 1 + 0.35/0.15 times its stake.
        let setting = &Setting::all()[0];
        let by_hand = |n: i32| USUAL[1].iter().map(|(stake, w)| w * (1.0 + stake * 0.35 / 0.15).powi(n)).sum::<f64>();
        let mixture = Mixture::usual(setting);
        let mut wealth = mixture.begin();
        for n in 1..8 {
            mixture.push(&mut wealth, 512);
            let expected = (by_hand(n) >= 40.0).then_some(Verdict::Different);
            assert_eq!(mixture.verdict(&wealth), expected, "{n}");
        }
    }

    #[test]
    fn a_fair_game_stays_fair() {
        // The expected factor of a score at the threshold is one: 0 or 512 with the probability that gives γ.
        for setting in Setting::all() {
            for mixture in [Mixture::usual(&setting), Mixture::wide(&setting)] {
                for (side, t) in [(0, setting.same_at), (1, setting.gamma)] {
                    let p = t * 1024.0 / 512.0;
                    let factors = &mixture.sides[side].factors;
                    for (high, low) in factors[512].iter().zip(factors[0]) {
                        assert!((p * high + (1.0 - p) * low - 1.0).abs() < 1e-12);
                    }
                    assert!((mixture.sides[side].weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}
