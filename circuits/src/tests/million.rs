//! The native rule, the circuit's clauses on the rule and the independent reference, on very many transcripts: all wires
//! get values, every constraint is evaluated, and only the hashes of the policy and the scores are left out, to be quick.

use std::thread;

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::ConstraintSystem;
use pot_protocol::{
    commitment::BlindingSeed,
    policy::{BUMPS, Bet, Coefficients, Preset, SEGMENTS_A},
    rule::{Capacity, Verdict},
    score::Score,
    statement::verdict_word,
};

use super::{
    agreement::random_scores,
    harness::{Random, stopped},
};
use crate::{VerdictCircuit, VerdictPrivate, VerdictPublic, builder::Builder};

/// The word that the circuit comes to, and the number of constraints that do not hold.
fn word(capacity: Capacity, coefficients: &Coefficients, scores: Vec<Score>) -> (Fr, Option<usize>) {
    let zero = Fr::ZERO;
    let public = VerdictPublic { digest: zero, score_root: zero, policy: zero, verdict: zero };
    let private = VerdictPrivate { coefficients: coefficients.clone(), scores, seed: BlindingSeed::new([0; 32]) };
    let mut builder = Builder::new(ConstraintSystem::new_ref());
    builder.broken = Some(0);
    let stated = VerdictCircuit::new(capacity, public, private).rule(&mut builder).unwrap();
    (stated.word.value(), builder.broken)
}

/// A preset's integers with another window and line, and now and then bets that nobody would choose.
fn some_policy(random: &mut Random, presets: &[Coefficients], capacity: Capacity) -> Coefficients {
    let mut index = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
    let mut c = presets[index(presets.len())].clone();
    let looks = capacity.looks();
    let (a, b) = (looks[index(looks.len())], looks[index(looks.len())]);
    (c.n_min, c.n_max) = (a.min(b), a.max(b));
    if index(2) == 0 {
        c.tau = u32::try_from(random.below(513)).unwrap();
    }
    if random.below(3) == 0 {
        let mut number = |n: u64| i64::try_from(random.below(2 * n)).unwrap() - i64::try_from(n).unwrap();
        for bet in c.same.iter_mut().chain(&mut c.different) {
            *bet = Bet::<SEGMENTS_A> {
                c: number(30_000),
                a: [(); SEGMENTS_A].map(|()| number(400)),
                b: [(); BUMPS].map(|()| number(20)),
                t: 1 + number(50_000).abs(),
            };
        }
    }
    c
}

/// What the reference, which shares no code with the rule, comes to.
fn reference(coefficients: &Coefficients, scores: &[Score]) -> (Verdict, u32, bool) {
    let policy = pot_reference::Policy::new(&coefficients.elements()).unwrap();
    let scores: Vec<u16> = scores.iter().map(|score| score.units()).collect();
    let decision = pot_reference::decide(&policy, &scores).unwrap();
    let verdict = match decision.verdict {
        pot_reference::Verdict::Same => Verdict::Same,
        pot_reference::Verdict::Different => Verdict::Different,
        pot_reference::Verdict::Undecided => Verdict::Undecided,
    };
    (verdict, u32::try_from(decision.n).unwrap(), decision.grade)
}

/// Compares `count` transcripts, and gives how many came to each verdict and how many to a grade.
fn compare(capacity: Capacity, count: u64, seed: u64) -> [u64; 4] {
    let presets: Vec<Coefficients> = Preset::all().into_iter().map(|p| p.policy().coefficients().clone()).collect();
    let (mut random, mut seen) = (Random(seed), [0; 4]);
    for i in 0..count {
        let coefficients = some_policy(&mut random, &presets, capacity);
        let scores = random_scores(&mut random, coefficients.n_max as usize);
        let expected = reference(&coefficients, &scores);
        let (scores, outcome) = stopped(&coefficients, &scores);
        assert_eq!((outcome.verdict, outcome.n, outcome.grade), expected, "{i} of seed {seed}: {coefficients:?}");
        let (same, different) = (outcome.verdict == Verdict::Same, outcome.verdict == Verdict::Different);
        let native = Fr::from(verdict_word(same, different, outcome.grade, outcome.n));
        assert_eq!(word(capacity, &coefficients, scores), (native, Some(0)), "{i} of seed {seed}: {outcome:?}");
        seen[outcome.verdict as usize] += 1;
        seen[3] += u64::from(outcome.grade);
    }
    seen
}

#[test]
fn ten_thousand_transcripts_have_one_verdict() {
    let small = compare(Capacity::C128, 10_000, 1);
    assert!(small.iter().all(|n| *n > 300), "{small:?}");
    compare(Capacity::C1024, 100, 2);
}

#[test]
#[ignore = "takes half an hour"]
fn a_million_transcripts_have_one_verdict() {
    let parts: Vec<[u64; 4]> = thread::scope(|scope| {
        let part = |seed: u64| scope.spawn(move || compare(Capacity::C128, 500_000, seed));
        let large = scope.spawn(|| compare(Capacity::C1024, 20_000, 12));
        let parts = [10, 11].map(part).into_iter().chain([large]);
        parts.collect::<Vec<_>>().into_iter().map(|part| part.join().unwrap()).collect()
    });
    let all = parts.iter().fold([0; 4], |sum, part| std::array::from_fn(|i| sum[i] + part[i]));
    println!("SAME, DIFFERENT, UNDECIDED, graded: {all:?}");
    assert_eq!(all[..3].iter().sum::<u64>(), 1_020_000);
}
