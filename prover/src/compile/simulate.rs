//! Many runs of the real rule on simulated scores: error rates at a boundary, and power away from it.

use pot_protocol::{
    policy::Coefficients,
    rule::{Outcome, Rule, Verdict},
    score::Score,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::laws::{Law, units};

/// What many runs ended with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs in all.
    pub runs: u32,
    /// Runs that ended with SAME.
    pub same: u32,
    /// Runs that ended with SAME, strict.
    pub strict: u32,
    /// Runs that ended with DIFFERENT.
    pub different: u32,
    /// Runs that ended with DIFFERENT, strong.
    pub strong: u32,
    /// Stopping times of all runs, ascending.
    pub stops: Vec<u32>,
}

impl Tally {
    /// Mean stopping time.
    pub fn mean_stop(&self) -> f64 {
        self.stops.iter().map(|&n| f64::from(n)).sum::<f64>() / self.stops.len() as f64
    }

    /// The stopping time that 90 % of the runs do not exceed.
    pub fn late_stop(&self) -> u32 {
        let last = (self.stops.len() * 9).div_ceil(10).saturating_sub(1);
        self.stops.get(last).copied().unwrap_or(0)
    }

    fn count(&mut self, outcome: Outcome) {
        self.runs += 1;
        self.stops.push(outcome.n);
        match outcome.verdict {
            Verdict::Same => {
                self.same += 1;
                self.strict += u32::from(outcome.grade);
            }
            Verdict::Different => {
                self.different += 1;
                self.strong += u32::from(outcome.grade);
            }
            Verdict::Undecided => {}
        }
    }
}

/// Where simulated scores come from. A source may adapt to the scores it has given; one is made for every run.
pub trait Source {
    /// The next score.
    fn next(&mut self, rng: &mut ChaCha8Rng) -> Score;
}

impl<F: FnMut(&mut ChaCha8Rng) -> Score> Source for F {
    fn next(&mut self, rng: &mut ChaCha8Rng) -> Score {
        self(rng)
    }
}

/// Independent scores of one law.
pub fn independent(law: Law) -> impl Fn() -> Box<dyn Source> {
    let sampler = law.sampler();
    move || Box::new(move |rng: &mut ChaCha8Rng| Score::saturating(units(sampler.nats(rng))))
}

/// Runs the rule `runs` times to its end, each on a new source, all from one seed.
pub fn simulate(coefficients: &Coefficients, source: &dyn Fn() -> Box<dyn Source>, runs: u32, seed: u64) -> Tally {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for _ in 0..runs {
        let (mut rule, mut source) = (Rule::new(coefficients), source());
        for _ in 0..coefficients.n_max {
            if rule.push(source.next(&mut rng)).is_some() {
                break;
            }
        }
        if let Some(outcome) = rule.outcome() {
            tally.count(outcome);
        }
    }
    tally.stops.sort_unstable();
    tally
}
