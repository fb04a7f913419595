//! Instances of the verdict relation that cover what a run can be: each verdict at the first, a middle and the last look,
//! with scores of nothing, with the largest that lead there, and with mixed ones; then at every other look; and runs as
//! the rule ends them by itself, under windows of all widths.

use anyhow::{Context, ensure};
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic, native};
use pot_protocol::{
    commitment::BlindingSeed,
    policy::{BUMPS, Bet, CLIP_A, Coefficients, MAX_THRESHOLD, Preset, SEGMENTS_A},
    rule::{Capacity, Features, Outcome, Progress, Verdict, decide, statistic},
    score::{MAX_SCORE, Score},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A true statement with its witness, in the terms of the protocol.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Verdict, look and scores.
    pub name: String,
    /// The circuit it is for.
    pub capacity: Capacity,
    /// The policy's integers.
    pub coefficients: Coefficients,
    /// The scores up to the stop.
    pub scores: Vec<Score>,
    /// Seed of the blindings.
    pub seed: [u8; 32],
    /// What the rule gives.
    pub outcome: Outcome,
    /// d.
    pub digest: u64,
}

/// Which scores a transcript has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filling {
    Empty,
    Full,
    Mixed,
}

/// A bet that fires at every look.
pub(crate) const ALWAYS: Bet<SEGMENTS_A> = Bet { c: 1, a: [0; SEGMENTS_A], b: [0; BUMPS], t: 1 };

/// `count` instances of a capacity: the 27 combinations of verdict, place and filling, then by turns one at each look and
/// two that the rule ends by itself.
///
/// # Errors
/// When an instance does not come to what it was made for, or the native check refuses it.
pub fn covering(capacity: Capacity, count: usize, seed: u64) -> anyhow::Result<Vec<Instance>> {
    let verdicts = [Verdict::Same, Verdict::Different, Verdict::Undecided];
    let fillings = [Filling::Empty, Filling::Full, Filling::Mixed];
    let looks = capacity.looks();
    let places = [0, looks.len() / 2, looks.len() - 1];
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut one = |i: usize| match i.checked_sub(27) {
        None => at(capacity, (verdicts[i % 3], looks[places[i / 3 % 3]], fillings[i / 9]), &mut random),
        Some(i) if i % 3 == 0 => {
            let (i, random) = (i / 3, &mut random);
            at(capacity, (verdicts[i % 3], looks[i % looks.len()], fillings[random.random_range(0..3)]), random)
        }
        Some(_) => by_itself(capacity, &mut random),
    };
    (0..count).map(&mut one).collect()
}

/// Instances about which much can be lied with little change: the whole window is open, no bet fires, and the scores are all
/// alike, nothing or one in each segment.
///
/// # Errors
/// As of [`covering`].
pub fn open_windows(capacity: Capacity, seed: u64) -> anyhow::Result<Vec<Instance>> {
    let looks = capacity.looks();
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let (first, last) = (looks[0], looks[looks.len() - 1]);
    let one = |(x, tau): (u64, u32)| {
        let mut coefficients = some_preset(&mut random);
        (coefficients.n_min, coefficients.n_max, coefficients.tau) = (first, last, tau);
        (coefficients.same, coefficients.different) = ([Bet::NULL; 2], [Bet::NULL; 2]);
        (coefficients.strict, coefficients.strong) = ([Bet::NULL], [Bet::NULL; 2]);
        let scores = vec![Score::saturating(x); last as usize];
        checked(capacity, format!("open, scores of {x}, tau {tau}"), coefficients, scores, &mut random)
    };
    let scores = [0, 0, 40, 90, 200, 300, 700, 1500, 3000, MAX_SCORE.into()];
    scores.into_iter().zip([0, u32::from(CLIP_A)].into_iter().cycle()).map(one).collect()
}

impl Instance {
    /// The private part.
    pub fn private(&self) -> VerdictPrivate {
        VerdictPrivate {
            coefficients: self.coefficients.clone(),
            scores: self.scores.clone(),
            seed: BlindingSeed::new(self.seed),
        }
    }

    /// The circuit with its assignment.
    pub fn circuit(&self) -> VerdictCircuit {
        let private = self.private();
        let public = VerdictPublic::of(self.capacity, self.digest.into(), &private, self.outcome);
        VerdictCircuit::new(self.capacity, public, private)
    }
}

/// A verdict at a look that the window forces.
fn at(
    capacity: Capacity,
    (verdict, look, filling): (Verdict, u32, Filling),
    random: &mut ChaCha20Rng,
) -> anyhow::Result<Instance> {
    let mut coefficients = some_preset(random);
    (coefficients.n_min, coefficients.n_max) = (look, look);
    let name = format!("{verdict:?} at {look}, {filling:?}");
    let scores: Vec<Score> = (0..look).map(|_| score(verdict, filling, random)).collect();
    // The side test is open to both sides: SAME needs a sum below it, DIFFERENT one from it on.
    coefficients.tau = match verdict {
        Verdict::Same => u32::from(CLIP_A),
        Verdict::Different => 0,
        Verdict::Undecided => random.random_range(0..=u32::from(CLIP_A)),
    };
    let mut sums = Features::default();
    for score in &scores {
        sums.add(&Features::of(*score));
    }
    match verdict {
        Verdict::Same => coefficients.same = firing(&coefficients.same, look, &sums, random),
        Verdict::Different => coefficients.different = firing(&coefficients.different, look, &sums, random),
        Verdict::Undecided => (coefficients.same, coefficients.different) = ([Bet::NULL; 2], [Bet::NULL; 2]),
    }
    let instance = checked(capacity, name, coefficients, scores, random)?;
    let outcome = instance.outcome;
    ensure!(outcome.verdict == verdict && outcome.n == look, "{}: came to {outcome:?}", instance.name);
    Ok(instance)
}

/// A run that the rule ends under some window, bets and line, whatever comes of it.
fn by_itself(capacity: Capacity, random: &mut ChaCha20Rng) -> anyhow::Result<Instance> {
    let mut coefficients = some_preset(random);
    let looks = capacity.looks();
    let (a, b) = (looks[random.random_range(0..looks.len())], looks[random.random_range(0..looks.len())]);
    (coefficients.n_min, coefficients.n_max) = (a.min(b), a.max(b));
    coefficients.tau = random.random_range(0..=u32::from(CLIP_A));
    if random.random() {
        let c = &mut coefficients;
        (c.same, c.different) = ([some_bet(random), some_bet(random)], [some_bet(random), some_bet(random)]);
        (c.strict, c.strong) = ([some_bet(random)], [some_bet(random), some_bet(random)]);
    }
    let (levels, shape) = ([8, 100, 600, 5000], random.random_range(0..3));
    let level = levels[random.random_range(0..4)];
    // The last score of a segment, or some other: all alike they make the largest sums of bits.
    let same = if random.random() { (64 << random.random_range(0..7)) - 1 } else { random.random_range(0..=MAX_SCORE) };
    let one = |random: &mut ChaCha20Rng| match shape {
        0 => score(Verdict::Different, Filling::Mixed, random),
        1 => Score::saturating(random.random_range(0..level)),
        _ => Score::saturating(same.into()),
    };
    let mut scores: Vec<Score> = (0..coefficients.n_max).map(|_| one(random)).collect();
    let outcome = decided(&coefficients, &scores).context("the window ends and the rule does not")?;
    scores.truncate(outcome.n as usize);
    let name = format!("{:?} at {} in {}..={}", outcome.verdict, outcome.n, coefficients.n_min, coefficients.n_max);
    checked(capacity, name, coefficients, scores, random)
}

pub(crate) fn checked(
    capacity: Capacity,
    name: String,
    coefficients: Coefficients,
    scores: Vec<Score>,
    random: &mut ChaCha20Rng,
) -> anyhow::Result<Instance> {
    let outcome = decided(&coefficients, &scores).with_context(|| format!("{name}: not stopped"))?;
    let (seed, digest) = (random.random(), random.random());
    let instance = Instance { name, capacity, coefficients, scores, seed, outcome, digest };
    let private = instance.private();
    let public = VerdictPublic::of(capacity, digest.into(), &private, outcome);
    native::check(capacity, &public, &private).with_context(|| instance.name.clone())?;
    Ok(instance)
}

pub(crate) fn some_preset(random: &mut ChaCha20Rng) -> Coefficients {
    let presets: Vec<Preset> = Preset::all().into_iter().collect();
    presets[random.random_range(0..presets.len())].policy().coefficients().clone()
}

/// A bet that nobody would choose, within the bounds that a certificate gives.
pub(crate) fn some_bet<const S: usize>(random: &mut ChaCha20Rng) -> Bet<S> {
    Bet {
        c: random.random_range(-30_000..30_000),
        a: std::array::from_fn(|_| random.random_range(-400..400)),
        b: std::array::from_fn(|_| random.random_range(-20..20)),
        t: random.random_range(1..50_000),
    }
}

/// A score that leaves the wanted side possible: below the clip for SAME.
fn score(verdict: Verdict, filling: Filling, random: &mut ChaCha20Rng) -> Score {
    let largest = if verdict == Verdict::Same { u64::from(CLIP_A) - 1 } else { u64::MAX };
    let mixed = match random.random_range(0..4) {
        0 => 0,
        1 => random.random_range(0..5000),
        2 => 64 << random.random_range(0..7u32),
        _ => random.random_range(0..700),
    };
    match filling {
        Filling::Empty => Score::ZERO,
        Filling::Full => Score::saturating(largest),
        Filling::Mixed => Score::saturating(mixed.min(largest)),
    }
}

/// Bets of which one fires: a real one whose threshold is just reached where that is a threshold, else one that always
/// fires, and it is the first or the second.
fn firing(bets: &[Bet<SEGMENTS_A>; 2], look: u32, sums: &Features, random: &mut ChaCha20Rng) -> [Bet<SEGMENTS_A>; 2] {
    let mut bet = bets[0].clone();
    let reached = i64::try_from(statistic(&bet, look, sums)).ok().map(|s| bet.t.saturating_add(s));
    match reached {
        Some(t) if (1..MAX_THRESHOLD).contains(&t) => bet.t = t,
        _ => bet = ALWAYS,
    }
    if random.random() { [bet, Bet::NULL] } else { [Bet::NULL, bet] }
}

fn decided(coefficients: &Coefficients, scores: &[Score]) -> Option<Outcome> {
    match decide(coefficients, scores) {
        Progress::Decided(outcome) => Some(outcome),
        Progress::GoOn { .. } => None,
    }
}
