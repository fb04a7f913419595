//! Instances of the verdict circuit that cover what a run can be: each verdict at the first, a middle and the last look,
//! with scores of nothing, with the largest that lead there, and with mixed ones.

use anyhow::{Context, ensure};
use ark_bn254::Fr;
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic, native};
use pot_protocol::{
    commitment::BlindingSeed,
    policy::{BUMPS, Bet, CLIP_A, Coefficients, MAX_THRESHOLD, Preset, SEGMENTS_A},
    rule::{Capacity, Features, Outcome, Progress, Verdict, decide, statistic},
    score::Score,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A satisfying instance and what it is.
#[derive(Debug)]
pub struct Instance {
    /// Verdict, look and scores.
    pub name: String,
    /// The circuit with its assignment.
    pub circuit: VerdictCircuit,
}

/// Which scores a transcript has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filling {
    Empty,
    Full,
    Mixed,
}

/// A bet that fires at every look.
const ALWAYS: Bet<SEGMENTS_A> = Bet { c: 1, a: [0; SEGMENTS_A], b: [0; BUMPS], t: 1 };

/// `count` instances of a capacity, by turns over all combinations.
///
/// # Errors
/// When an instance does not come to what it was made for, or the native check refuses it.
pub fn covering(capacity: Capacity, count: usize, seed: u64) -> anyhow::Result<Vec<Instance>> {
    let verdicts = [Verdict::Same, Verdict::Different, Verdict::Undecided];
    let looks = capacity.looks();
    let places = [0, looks.len() / 2, looks.len() - 1];
    let fillings = [Filling::Empty, Filling::Full, Filling::Mixed];
    let combination = |i: usize| {
        let (verdict, rest) = (verdicts[i % 3], i / 3);
        (verdict, looks[places[rest % 3]], fillings[rest / 3 % 3])
    };
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    (0..count).map(|i| one(capacity, combination(i), &mut random)).collect()
}

fn one(
    capacity: Capacity,
    (verdict, look, filling): (Verdict, u32, Filling),
    random: &mut ChaCha20Rng,
) -> anyhow::Result<Instance> {
    let presets: Vec<Preset> = Preset::all().into_iter().collect();
    let mut coefficients = presets[random.random_range(0..presets.len())].policy().coefficients().clone();
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
    let outcome = decided(&coefficients, &scores).with_context(|| format!("{name}: not stopped"))?;
    ensure!(outcome.verdict == verdict && outcome.n == look, "{name}: came to {outcome:?}");
    let seed: [u8; 32] = random.random();
    let private = VerdictPrivate { coefficients, scores, seed: BlindingSeed::new(seed) };
    let public = VerdictPublic::of(capacity, Fr::from(random.random::<u64>()), &private, outcome);
    native::check(capacity, &public, &private).with_context(|| name.clone())?;
    Ok(Instance { name, circuit: VerdictCircuit::new(capacity, public, private) })
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
