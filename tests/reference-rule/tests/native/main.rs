//! The rule of `pot-protocol` and this reference decide the same transcripts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod policies;
mod transcripts;

use std::thread;

use pot_protocol::{
    policy::Coefficients,
    rule::{Progress, decide},
    score::Score,
};
use pot_reference::{Decision, Policy, Verdict};

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    /// A number below `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u64::try_from((u128::from(z ^ (z >> 31)) * u128::from(n)) >> 64).unwrap()
    }

    /// An integer from `low` to `high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low).unwrap() + 1)).unwrap()
    }

    /// One of them.
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

fn native(coefficients: &Coefficients, scores: &[u16]) -> Option<Decision> {
    let scores: Vec<Score> = scores.iter().map(|&x| Score::new(x).unwrap()).collect();
    match decide(coefficients, &scores) {
        Progress::Decided(outcome) => {
            let verdict = match outcome.verdict.word() {
                "SAME" => Verdict::Same,
                "DIFFERENT" => Verdict::Different,
                _ => Verdict::Undecided,
            };
            Some(Decision { verdict, n: outcome.n as usize, grade: outcome.grade })
        }
        Progress::GoOn { .. } => None,
    }
}

/// How often each outcome was seen: SAME, strict, DIFFERENT, strong, UNDECIDED, not yet decided.
type Seen = [u64; 6];

/// Compares `count` transcripts under policies of every sort.
fn compare(count: u64, seed: u64) -> Seen {
    let mut random = Random(seed);
    let presets = policies::presets();
    let valid: Vec<Coefficients> = (0..100).map(|_| policies::valid(&mut random)).collect();
    let mut seen = [0; 6];
    for i in 0..count {
        let mut coefficients = match random.below(4) {
            0 => random.of(&presets).clone(),
            1 => random.of(&valid).clone(),
            2 => policies::other_window(&mut random, &presets),
            _ => policies::any(&mut random),
        };
        let scores = transcripts::draw(&mut random, &coefficients);
        if random.below(3) == 0
            && let Some(decision) = native(&coefficients, &scores)
        {
            policies::tighten(&mut random, &mut coefficients, &scores[..decision.n]);
        }
        let reference = pot_reference::decide(&Policy::new(&coefficients.elements()).unwrap(), &scores);
        assert_eq!(native(&coefficients, &scores), reference, "{i} of seed {seed}: {coefficients:?} {scores:?}");
        seen[match reference {
            Some(Decision { verdict: Verdict::Same, grade, .. }) => usize::from(grade),
            Some(Decision { verdict: Verdict::Different, grade, .. }) => 2 + usize::from(grade),
            Some(_) => 4,
            None => 5,
        }] += 1;
    }
    seen
}

#[test]
fn ten_thousand_transcripts_are_decided_alike() {
    let seen = compare(10_000, 1);
    assert!(seen.iter().all(|n| *n > 200), "{seen:?}");
}

#[test]
#[ignore = "takes minutes"]
fn two_million_transcripts_are_decided_alike() {
    let parts: Vec<Seen> = thread::scope(|scope| {
        let parts = [2, 3].map(|seed| scope.spawn(move || compare(1_000_000, seed)));
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let all: Seen = std::array::from_fn(|i| parts.iter().map(|part| part[i]).sum());
    println!("SAME, strict, DIFFERENT, strong, UNDECIDED, not yet: {all:?}");
    assert_eq!(all.iter().sum::<u64>(), 2_000_000);
}
