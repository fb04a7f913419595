//! How often a claim is made at its boundary.

use pot_protocol::policy::Claim;

use crate::{
    interval,
    machine::confirm,
    nulls::Null,
    pool,
    random::Random,
    setting::{Boundary, Setting},
};

/// Every so many runs the product's own rule decides too.
const CONFIRM_EVERY: u32 = 500;
/// What the bounds of a cell leave out, on one side.
pub const TAIL: f64 = 0.05;
/// The same for the bound that must not exceed α: with so many cells, one in twenty would be too often.
pub const STRICT_TAIL: f64 = 0.01;

/// One cell: a null at the boundary of one claim of one policy.
#[derive(Clone, Debug)]
pub struct Rate {
    /// The policy's name.
    pub policy: &'static str,
    /// The claim.
    pub claim: Claim,
    /// The null.
    pub null: Null,
    /// The policy's bound.
    pub alpha: f64,
    /// Runs that made the claim.
    pub events: u32,
    /// Runs in all.
    pub runs: u32,
}

impl Rate {
    /// Upper 95 % Clopper–Pearson bound of the rate.
    pub fn upper(&self) -> f64 {
        interval::upper(self.events, self.runs, TAIL)
    }

    /// Whether the lower 99 % bound of the rate is above α.
    pub fn exceeds(&self) -> bool {
        interval::lower(self.events, self.runs, STRICT_TAIL) > self.alpha
    }
}

/// These nulls at both boundaries of every policy; `done` hears of each finished cell.
pub fn measure(settings: &[Setting], nulls: &[Null], runs: u32, seed: u64, done: impl Fn(&Rate) + Sync) -> Vec<Rate> {
    let claims = [Claim::Same, Claim::Different];
    let boundaries = settings.iter().flat_map(|setting| claims.map(|claim| Boundary { setting, claim }));
    let jobs: Vec<(Boundary, Null)> = boundaries.flat_map(|b| nulls.iter().map(move |null| (b, *null))).collect();
    pool::compute(&jobs, |cell, &(boundary, null)| {
        let events = count(boundary, null, runs, &mut Random::of_cell(seed, cell as u64));
        let Setting { name, alpha, .. } = *boundary.setting;
        let rate = Rate { policy: name, claim: boundary.claim, null, alpha, events, runs };
        done(&rate);
        rate
    })
}

/// How many of `runs` runs make the claim.
pub fn count(boundary: Boundary, null: Null, runs: u32, random: &mut Random) -> u32 {
    let machine = &boundary.setting.machine;
    let (mut source, mut events) = (null.source(boundary), 0);
    for run in 0..runs {
        let (mut state, mut scores) = (machine.begin(), Vec::new());
        source.begin();
        let ended = loop {
            let score = source.next(&state, random);
            if run % CONFIRM_EVERY == 0 {
                scores.push(score);
            }
            if let Some(ended) = machine.push(&mut state, score) {
                break ended;
            }
        };
        if run % CONFIRM_EVERY == 0 {
            confirm(&boundary.setting.coefficients, &scores, ended);
        }
        events += u32::from(ended.verdict == boundary.verdict());
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rate_is_shown_to_exceed_alpha() {
        let rates = measure(&Setting::all(), &Null::ALL, 600, 2026, |_| ());
        let refused: Vec<&Rate> = rates.iter().filter(|rate| rate.exceeds()).collect();
        assert!(refused.is_empty(), "{refused:?}");
        // The nulls press: under QUICK some make each claim nearly as often as they may.
        for claim in [Claim::Same, Claim::Different] {
            let worst = rates.iter().filter(|r| r.policy == "QUICK" && r.claim == claim).map(|r| r.events).max();
            assert!(worst > Some(6), "{claim}: {worst:?} of 600");
        }
    }

    #[test]
    fn a_rule_that_fires_too_early_is_noticed() {
        let mut setting = Setting::all().swap_remove(0);
        // One nat less evidence than α asks for; confirmed by the rule itself, which is broken alike.
        for bet in setting.coefficients.same.iter_mut().chain(&mut setting.coefficients.different) {
            bet.t -= 1 << 20;
        }
        setting.machine = crate::machine::Machine::new(&setting.coefficients);
        for claim in [Claim::Same, Claim::Different] {
            let rates = measure(std::slice::from_ref(&setting), &Null::ALL, 4000, 1, |_| ());
            let adaptive = |r: &&Rate| r.claim == claim && r.null == Null::Optimal;
            assert!(rates.iter().find(adaptive).unwrap().exceeds(), "{claim}: {rates:?}");
        }
    }

    #[test]
    fn every_null_has_the_mean_of_its_boundary() {
        for setting in Setting::all() {
            for claim in [Claim::Same, Claim::Different] {
                let boundary = Boundary { setting: &setting, claim };
                for null in Null::ALL {
                    // Whole periods of the swing, on scores that nobody stops.
                    let (mut source, mut random, mut sum, mut n) = (null.source(boundary), Random::of_cell(3, 4), 0, 0);
                    while n < 40_000 {
                        let mut state = setting.machine.begin();
                        source.begin();
                        for _ in 0..setting.machine.n_max / 4 * 4 {
                            let score = source.next(&state, &mut random);
                            setting.machine.push(&mut state, score);
                            sum += u32::from(score);
                            n += 1;
                        }
                    }
                    let mean = f64::from(sum) / f64::from(n);
                    // Five standard errors of the widest law.
                    let error = 5.0 * (boundary.units() * (512.0 - boundary.units()) / f64::from(n)).sqrt();
                    assert!((mean - boundary.units()).abs() < error, "{} {claim} {null:?}: {mean}", setting.name);
                }
            }
        }
    }
}
