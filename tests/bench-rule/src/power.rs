//! How soon the rule decides, beside its peers, on the same scores.

use pot_protocol::rule::Verdict;

use crate::{
    bernstein::{Bernstein, Sums},
    law::{self, Law},
    machine::Machine,
    mixture::Mixture,
    pool,
    random::Random,
    setting::Setting,
};

/// A law of scores away from the boundary.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// As the tables call it.
    pub label: String,
    /// The law.
    pub law: Law,
}

/// What a policy is measured on.
pub fn scenarios(setting: &Setting) -> Vec<Scenario> {
    let g = setting.gamma;
    let gamma = |label: String, mean: f64, cv: f64| Scenario { label, law: Law::new(&law::gamma(mean, cv)) };
    let rare = |label: &str, share: f64| {
        let weights = law::mixed(share, &law::gamma(1.5, 0.5), &law::gamma(0.003, 1.0));
        Scenario { label: label.to_owned(), law: Law::new(&weights) }
    };
    vec![
        Scenario { label: "identical".to_owned(), law: Law::new(&law::constant(0)) },
        gamma("noise: mean 0.0076, cv 4.1".to_owned(), 0.0076, 4.1),
        gamma(format!("γ/2 = {:.3}, cv 0.5", g / 2.0), g / 2.0, 0.5),
        gamma(format!("just above γ: 1.1 γ = {:.3}, cv 0.5", g * 1.1), g * 1.1, 0.5),
        gamma(format!("just above γ: 4/3 γ = {:.3}, cv 0.5", g * 4.0 / 3.0), g * 4.0 / 3.0, 0.5),
        gamma(format!("2 γ = {:.2}, cv 0.5", 2.0 * g), 2.0 * g, 0.5),
        gamma("fine-tuned: mean 0.2, cv 0.5".to_owned(), 0.2, 0.5),
        gamma("fine-tuned: mean 0.3, cv 0.5".to_owned(), 0.3, 0.5),
        gamma("distilled: mean 0.605, cv 0.18".to_owned(), 0.605, 0.18),
        gamma("other architecture: mean 1.22, cv 0.31".to_owned(), 1.22, 0.31),
        gamma("uneven: mean 0.79, cv 1.22".to_owned(), 0.79, 1.22),
        rare("0.5 % of the prompts differ", 0.005),
        rare("2 % of the prompts differ", 0.02),
        rare("5 % of the prompts differ", 0.05),
        rare("10 % of the prompts differ", 0.1),
        rare("20 % of the prompts differ", 0.2),
        rare("40 % of the prompts differ", 0.4),
    ]
}

/// Stopping times and verdicts of one way to decide.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    stops: Vec<u16>,
    /// Runs that ended with SAME.
    pub same: u32,
    /// Runs that ended with DIFFERENT.
    pub different: u32,
}

impl Tally {
    fn count(&mut self, verdict: Verdict, n: usize) {
        self.stops.push(n as u16);
        self.same += u32::from(verdict == Verdict::Same);
        self.different += u32::from(verdict == Verdict::Different);
    }

    /// Mean number of scores; a run without a decision counts with the policy's last look.
    pub fn mean(&self) -> f64 {
        self.stops.iter().map(|n| f64::from(*n)).sum::<f64>() / self.stops.len() as f64
    }

    /// The number of scores that 90 % of the runs do not exceed.
    pub fn late(&self) -> u16 {
        let mut sorted = self.stops.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0)
    }

    /// Runs in all.
    pub fn runs(&self) -> u32 {
        self.stops.len() as u32
    }
}

/// One cell: a policy in one scenario.
#[derive(Clone, Debug)]
pub struct Power {
    /// The policy's name.
    pub policy: &'static str,
    /// The scenario's label.
    pub label: String,
    /// The rule.
    pub rule: Tally,
    /// The exact mixture at the rule's looks: the faster of the two mixtures, chosen for the cell.
    pub mixture: Tally,
    /// The rule without a least number of scores.
    pub early_rule: Tally,
    /// The exact mixture after every score, likewise the faster.
    pub early_mixture: Tally,
    /// Empirical Bernstein at the rule's looks.
    pub bernstein: Tally,
}

/// Every policy in every scenario; `done` hears of each finished cell.
pub fn measure(settings: &[Setting], runs: u32, seed: u64, done: impl Fn(&Power) + Sync) -> Vec<Power> {
    let jobs: Vec<(&Setting, Scenario)> =
        settings.iter().flat_map(|setting| scenarios(setting).into_iter().map(move |s| (setting, s))).collect();
    pool::compute(&jobs, |cell, (setting, scenario)| {
        // Identical models give the same scores in every run.
        let runs = if scenario.law.mean() > 0.0 { runs } else { 1 };
        let power = one(setting, scenario, runs, &mut Random::of_cell(seed, cell as u64));
        done(&power);
        power
    })
}

/// A way to decide that may or may not be finished with the current run.
struct Racer {
    tally: Tally,
    ended: bool,
}

impl Racer {
    fn new() -> Self {
        Self { tally: Tally::default(), ended: true }
    }

    /// Notes a verdict, or at the last look its absence.
    fn note(&mut self, verdict: Option<Verdict>, n: usize, n_max: usize) {
        if let Some(verdict) = verdict.or((n == n_max).then_some(Verdict::Undecided)) {
            self.tally.count(verdict, n);
            self.ended = true;
        }
    }
}

/// Everything that decides, in one run after another.
struct Race<'a> {
    setting: &'a Setting,
    machines: [Machine; 2],
    mixtures: [Mixture; 2],
    bound: Bernstein,
    /// The rule at its looks, and without a least number of scores.
    rules: [Racer; 2],
    /// Each mixture at the rule's looks, and after every score.
    mixed: [[Racer; 2]; 2],
    bernstein: Racer,
}

impl<'a> Race<'a> {
    fn new(setting: &'a Setting) -> Self {
        let pair = || [Racer::new(), Racer::new()];
        Self {
            setting,
            machines: [setting.machine.clone(), setting.machine.clone().without_minimum()],
            mixtures: [Mixture::usual(setting), Mixture::wide(setting)],
            bound: Bernstein::new(setting),
            rules: pair(),
            mixed: [pair(), pair()],
            bernstein: Racer::new(),
        }
    }

    /// One run to the end of the slowest.
    fn run(&mut self, law: &Law, random: &mut Random) {
        let n_max = self.setting.machine.n_max;
        let mut states = self.machines.each_ref().map(Machine::begin);
        let mut wealths = self.mixtures.each_ref().map(Mixture::begin);
        let mut sums = Sums::default();
        self.racers().for_each(|racer| racer.ended = false);
        for n in 1..=n_max {
            let score = law.draw(random);
            let looked = self.setting.machine.looks[n];
            for ((racer, machine), state) in self.rules.iter_mut().zip(&self.machines).zip(&mut states) {
                if !racer.ended
                    && let Some(ended) = machine.push(state, score)
                {
                    racer.note(Some(ended.verdict), n, n_max);
                }
            }
            for ((racers, mixture), wealth) in self.mixed.iter_mut().zip(&self.mixtures).zip(&mut wealths) {
                if racers.iter().all(|racer| racer.ended) {
                    continue;
                }
                mixture.push(wealth, score);
                let verdict = mixture.verdict(wealth);
                for (racer, looks) in racers.iter_mut().zip([looked, true]) {
                    if looks && !racer.ended {
                        racer.note(verdict, n, n_max);
                    }
                }
            }
            if !self.bernstein.ended {
                Bernstein::push(&mut sums, score);
                if looked {
                    self.bernstein.note(self.bound.verdict(&sums), n, n_max);
                }
            }
            if self.racers().all(|racer| racer.ended) {
                break;
            }
        }
    }

    fn racers(&mut self) -> impl Iterator<Item = &mut Racer> {
        self.rules.iter_mut().chain(self.mixed.iter_mut().flatten()).chain([&mut self.bernstein])
    }
}

fn one(setting: &Setting, scenario: &Scenario, runs: u32, random: &mut Random) -> Power {
    let mut race = Race::new(setting);
    (0..runs).for_each(|_| race.run(&scenario.law, random));
    let [rule, early_rule] = race.rules.map(|racer| racer.tally);
    let [[usual, early_usual], [wide, early_wide]] = race.mixed;
    let faster = |a: Racer, b: Racer| if a.tally.mean() <= b.tally.mean() { a.tally } else { b.tally };
    Power {
        policy: setting.name,
        label: scenario.label.clone(),
        rule,
        mixture: faster(usual, wide),
        early_rule,
        early_mixture: faster(early_usual, early_wide),
        bernstein: race.bernstein.tally,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_keeps_up_with_the_mixture_and_leaves_bernstein_behind() {
        let cells = measure(&Setting::all()[..3], 200, 7, |_| ());
        for cell in &cells {
            // Everything from the first look on; the mixture before it only where it may.
            assert!(cell.early_rule.mean() <= cell.rule.mean() && cell.early_mixture.mean() <= cell.mixture.mean());
            // Rare large scores and means next to γ are what the splines do worse.
            let worse = ["5 % of", "10 % of", "just above γ: 1.1"].iter().any(|label| cell.label.starts_with(label));
            let most = if worse { 2.5 } else { 1.3 };
            assert!(cell.rule.mean() < most * cell.mixture.mean(), "{} {}", cell.policy, cell.label);
            assert!(cell.rule.mean() <= cell.bernstein.mean(), "{} {}", cell.policy, cell.label);
        }
        let find = |policy, label| cells.iter().find(|c| c.policy == policy && c.label.starts_with(label)).unwrap();
        assert_eq!(find("QUICK", "identical").rule.stops, [11]);
        assert_eq!(find("EXTENDED", "identical").rule.stops, [55]);
        let distilled = &find("AUDIT", "distilled").rule;
        assert_eq!((distilled.different, distilled.late(), distilled.same), (200, 30, 0));
        assert!(find("QUICK", "distilled").bernstein.mean() > 15.0);
    }

    #[test]
    fn a_tally_counts_its_runs() {
        let mut tally = Tally::default();
        for n in 1..=8 {
            tally.count(Verdict::Same, n);
        }
        tally.count(Verdict::Different, 30);
        tally.count(Verdict::Undecided, 104);
        assert_eq!((tally.mean(), tally.late(), tally.runs()), (17.0, 30, 10));
        assert_eq!((tally.same, tally.different), (8, 1));
    }
}
