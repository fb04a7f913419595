//! The rule: at each look the side of τ chooses the claim that is tested; the first decisive look ends the run.

use super::{
    Features, LOOKS, Outcome, Progress, Verdict,
    statistic::{best_statistic, fires},
};
use crate::{policy::Coefficients, score::Score};

/// The rule over scores that come in one by one.
#[derive(Clone)]
pub struct Rule {
    coefficients: Coefficients,
    sums: Features,
    n: u32,
    ignored: u64,
    outcome: Option<Outcome>,
}

/// Which claim is tested at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `S1 < n·τ`: SAME is tested.
    Low,
    /// `S1 ≥ n·τ`: DIFFERENT is tested.
    High,
}

/// Where a run stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Scores that count so far.
    pub n: u32,
    /// Their sum in units of 2^-10 nat.
    pub sum: u64,
    /// Their sum with each clipped to half a nat.
    pub clipped_sum: u64,
    /// The claim that would be tested now.
    pub side: Side,
    /// How near SAME is.
    pub same: Distance,
    /// How near DIFFERENT is.
    pub different: Distance,
    /// The next number of scores at which the rule looks; `None` after the stop.
    pub next_look: Option<u32>,
}

/// How near a claim is to firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distance {
    /// The claim's best statistic in units of 2^-20 nat: the claim fires at 0.
    pub statistic: i128,
    /// Evidence gathered over evidence needed by that bet, per mille, within `0..=1000`.
    pub per_mille: u16,
}

/// After one score its sums are that score.
impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rule({} scores, {:?})", self.n, self.outcome)
    }
}

impl Rule {
    /// A rule that has seen no score.
    pub fn new(coefficients: &Coefficients) -> Self {
        Self { coefficients: coefficients.clone(), sums: Features::default(), n: 0, ignored: 0, outcome: None }
    }

    /// Takes the next score and returns the outcome once the rule has stopped. Later scores are counted and ignored.
    pub fn push(&mut self, score: Score) -> Option<Outcome> {
        if self.outcome.is_some() {
            self.ignored += 1;
            return self.outcome;
        }
        self.n += 1;
        self.sums.add(&Features::of(score));
        self.outcome = self.look();
        self.outcome
    }

    /// The outcome, once the rule has stopped.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// How many scores came after the stop.
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Where the run stands.
    pub fn standing(&self) -> Standing {
        let c = &self.coefficients;
        Standing {
            n: self.n,
            sum: self.sums.total(),
            clipped_sum: self.sums.clipped(),
            side: self.side(),
            same: self.distance(&c.same),
            different: self.distance(&c.different),
            next_look: if self.outcome.is_some() { None } else { next_look(c, self.n) },
        }
    }

    fn look(&self) -> Option<Outcome> {
        let (c, n) = (&self.coefficients, self.n);
        if !is_look(c, n) {
            return None;
        }
        let (verdict, holds) = match self.side() {
            Side::High => (Verdict::Different, fires(&c.different, n, &self.sums)),
            Side::Low => (Verdict::Same, fires(&c.same, n, &self.sums)),
        };
        if holds {
            let grade = match verdict {
                Verdict::Different => fires(&c.strong, n, &self.sums),
                _ => fires(&c.strict, n, &self.sums),
            };
            return Some(Outcome { verdict, grade, n });
        }
        (n == c.n_max).then_some(Outcome { verdict: Verdict::Undecided, grade: false, n })
    }

    fn side(&self) -> Side {
        let line = u64::from(self.n) * u64::from(self.coefficients.tau);
        if self.sums.clipped() >= line { Side::High } else { Side::Low }
    }

    fn distance<const S: usize>(&self, bets: &[crate::policy::Bet<S>; 2]) -> Distance {
        let statistic = best_statistic(bets, self.n, &self.sums);
        let share = |bet: &crate::policy::Bet<S>| {
            let needed = i128::from(bet.t).max(1);
            let gathered = super::statistic(bet, self.n, &self.sums) + i128::from(bet.t);
            u16::try_from((gathered * 1000 / needed).clamp(0, 1000)).unwrap_or(0)
        };
        Distance { statistic, per_mille: bets.iter().map(share).max().unwrap_or(0) }
    }
}

/// Whether the rule looks at `n` scores: a number in the global table within the policy's range.
pub fn is_look(coefficients: &Coefficients, n: u32) -> bool {
    (coefficients.n_min..=coefficients.n_max).contains(&n) && LOOKS.binary_search(&n).is_ok()
}

/// The first look after `n` scores, within the policy's range.
pub fn next_look(coefficients: &Coefficients, n: u32) -> Option<u32> {
    LOOKS.into_iter().find(|&look| look > n && is_look(coefficients, look))
}

/// Runs the rule over `scores` in their order. Scores after the stop do not count.
pub fn decide(coefficients: &Coefficients, scores: &[Score]) -> Progress {
    let mut rule = Rule::new(coefficients);
    for &score in scores {
        if let Some(outcome) = rule.push(score) {
            return Progress::Decided(outcome);
        }
    }
    Progress::GoOn { n: rule.n }
}
