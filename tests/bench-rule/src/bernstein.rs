//! The peer from the textbook: the empirical Bernstein bound of Maurer and Pontil (2009, theorem 4), with α shared
//! equally by the policy's looks.
//!
//! For n scores in [0, ½] with mean m and sample variance V, the mean of their law is at most
//! m + √(2·V·L/n) + 7·½·L/(3·(n − 1)) with probability 1 − δ, where L = ln(2/δ); and as much below m likewise. With
//! δ = α/K at each of K looks, SAME is said where the upper bound is at most t, DIFFERENT where the lower one is above γ.

use pot_protocol::{policy::CLIP_A, rule::Verdict};

use crate::setting::Setting;

/// The bound for both claims of a policy.
#[derive(Clone, Debug)]
pub struct Bernstein {
    log: f64,
    same_at: f64,
    different_at: f64,
}

/// Sums of a run.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    n: u64,
    sum: u64,
    squares: u64,
}

impl Bernstein {
    /// The bound with a policy's α, thresholds and looks.
    pub fn new(setting: &Setting) -> Self {
        let looks = setting.machine.looks.iter().filter(|looked| **looked).count();
        let log = (2.0 * looks as f64 / setting.alpha).ln();
        Self { log, same_at: setting.same_at * 1024.0, different_at: setting.gamma * 1024.0 }
    }

    /// Takes a score.
    #[inline]
    pub fn push(sums: &mut Sums, score: u16) {
        let score = u64::from(score);
        sums.n += 1;
        sums.sum += score;
        sums.squares += score * score;
    }

    /// The claim that the bound allows at a look, if any.
    pub fn verdict(&self, sums: &Sums) -> Option<Verdict> {
        let (n, sum) = (sums.n as f64, sums.sum as f64);
        let mean = sum / n;
        let variance = ((sums.squares as f64 - sum * mean) / (n - 1.0)).max(0.0);
        let width = (2.0 * variance * self.log / n).sqrt() + 7.0 * f64::from(CLIP_A) * self.log / (3.0 * (n - 1.0));
        if mean + width <= self.same_at {
            return Some(Verdict::Same);
        }
        (mean - width > self.different_at).then_some(Verdict::Different)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_models_need_what_the_formula_says() {
        // AUDIT: 29 looks from 30 to 400 would be L = ln(5800); SAME needs 7·512·L/(3(n - 1)) ≤ 102.4 units.
        let setting = &Setting::all()[1];
        let looks = setting.machine.looks.iter().filter(|l| **l).count() as f64;
        let needed = 1.0 + 7.0 * 512.0 * (2.0 * looks / 0.01).ln() / 3.0 / 102.4;
        let bound = Bernstein::new(setting);
        let at = |n: u64| bound.verdict(&Sums { n, sum: 0, squares: 0 });
        assert_eq!(at(needed as u64), None);
        assert_eq!(at(needed as u64 + 1), Some(Verdict::Same));
    }

    #[test]
    fn variance_widens_the_bound() {
        let setting = &Setting::all()[1];
        let run = |pair: [u16; 2]| {
            let mut sums = Sums::default();
            (0..400).for_each(|i| Bernstein::push(&mut sums, pair[i % 2]));
            Bernstein::new(setting).verdict(&sums)
        };
        assert_eq!(run([150, 150]), Some(Verdict::Different));
        assert_eq!(run([0, 300]), None);
    }
}
