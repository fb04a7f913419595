//! The rule's verdicts, quickly: a table of what a score adds to each of the four bets.

use pot_protocol::{
    policy::{CLIP_A, Coefficients},
    rule::{LOOKS, Progress, Verdict, decide},
    score::Score,
};

/// The bets of SAME come first, then those of DIFFERENT.
pub const BETS: usize = 4;

/// Where a run stands.
#[derive(Clone, Debug)]
pub struct State {
    /// Scores so far.
    pub n: usize,
    /// The last score; 0 before the first.
    pub last: u16,
    /// Each bet's statistic, units of 2^-20 nat: it fires at 0.
    pub levels: [i64; BETS],
    sum: i64,
}

/// The verdict of a finished run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The verdict.
    pub verdict: Verdict,
    /// At how many scores.
    pub n: usize,
}

/// A policy's verdict bets, tabulated.
#[derive(Clone, Debug)]
pub struct Machine {
    /// What each score of the clip adds to the levels.
    pub gains: Vec<[i64; BETS]>,
    /// The levels before the first score.
    pub start: [i64; BETS],
    /// Whether the rule looks at n scores.
    pub looks: Vec<bool>,
    /// The last look.
    pub n_max: usize,
    line: i64,
}

impl Machine {
    /// Tabulates a policy.
    pub fn new(coefficients: &Coefficients) -> Self {
        let [s, d] = [&coefficients.same, &coefficients.different];
        let bets = [&s[0], &s[1], &d[0], &d[1]];
        let gains = |y: u16| bets.map(|bet| bet.gain(Score::saturating(y.into())) as i64);
        let n_max = coefficients.n_max as usize;
        let mut looks = vec![false; n_max + 1];
        for n in LOOKS.into_iter().filter(|n| (coefficients.n_min..=coefficients.n_max).contains(n)) {
            looks[n as usize] = true;
        }
        let line = coefficients.tau.into();
        Self { gains: (0..=CLIP_A).map(gains).collect(), start: bets.map(|bet| -bet.t), looks, n_max, line }
    }

    /// The same without a least number of scores: a look at every n up to 25, then at the usual ones.
    #[must_use]
    pub fn without_minimum(mut self) -> Self {
        for n in (1..=25).chain(LOOKS.map(|n| n as usize)).filter(|n| *n <= self.n_max) {
            self.looks[n] = true;
        }
        self
    }

    /// A run before its first score.
    pub fn begin(&self) -> State {
        State { n: 0, last: 0, levels: self.start, sum: 0 }
    }

    /// Takes a score (clipped here), and says how the run ended if it did.
    #[inline]
    pub fn push(&self, state: &mut State, score: u16) -> Option<Ended> {
        let score = score.min(CLIP_A);
        state.n += 1;
        state.last = score;
        state.sum += i64::from(score);
        for (level, gain) in state.levels.iter_mut().zip(self.gains[usize::from(score)]) {
            *level += gain;
        }
        if self.looks[state.n] { self.look(state) } else { None }
    }

    fn look(&self, state: &State) -> Option<Ended> {
        let different = state.sum >= state.n as i64 * self.line;
        let (verdict, tested) =
            if different { (Verdict::Different, &state.levels[2..]) } else { (Verdict::Same, &state.levels[..2]) };
        if tested.iter().any(|level| *level >= 0) {
            return Some(Ended { verdict, n: state.n });
        }
        (state.n == self.n_max).then_some(Ended { verdict: Verdict::Undecided, n: state.n })
    }
}

/// Asserts that the product's own rule ends as the table did.
///
/// # Panics
/// When it does not.
pub fn confirm(coefficients: &Coefficients, scores: &[u16], ended: Ended) {
    let scores: Vec<Score> = scores.iter().map(|&x| Score::saturating(x.into())).collect();
    let native = match decide(coefficients, &scores) {
        Progress::Decided(outcome) => Some(Ended { verdict: outcome.verdict, n: outcome.n as usize }),
        Progress::GoOn { .. } => None,
    };
    assert_eq!(native, Some(ended), "the table of gains is not the rule");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, setting::Setting};

    #[test]
    fn the_table_decides_as_the_rule_does() {
        let mut random = Random::of_cell(8, 8);
        for setting in Setting::all() {
            let machine = &setting.machine;
            for run in 0..300 {
                // About the boundary, to both sides of it: uniform, or nothing but 0 and half a nat.
                let mean = setting.gamma * 1024.0 * (0.2 + 0.01 * f64::from(run));
                let (mut state, mut scores) = (machine.begin(), Vec::new());
                let ended = loop {
                    let number = random.number();
                    scores.push(match run % 2 {
                        0 => (number % (2.0 * mean + 1.0) as u64) as u16,
                        _ => CLIP_A * u16::from(number % 512 < mean as u64),
                    });
                    if let Some(ended) = machine.push(&mut state, scores[scores.len() - 1]) {
                        break ended;
                    }
                };
                confirm(&setting.coefficients, &scores, ended);
            }
        }
    }

    #[test]
    fn without_a_minimum_it_looks_from_the_first_score_on() {
        let machine = Setting::all().swap_remove(1).machine.without_minimum();
        assert!(machine.looks[1..=25].iter().all(|looked| *looked) && !machine.looks[26] && machine.looks[27]);
    }
}
