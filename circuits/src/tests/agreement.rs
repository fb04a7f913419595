//! The native rule and the circuit agree on random and edge transcripts.

use ark_bn254::Fr;
use ark_ff::Field;
use pot_protocol::{
    policy::{Bet, Coefficients, SEGMENTS_A},
    rule::{Capacity, Verdict},
    score::{MAX_SCORE, Score},
};

use super::{
    Lies,
    harness::{Random, assign, honest, preset, score, stopped},
};
use crate::{VerdictPublic, native};

/// Both sides accept the honest outcome, and neither accepts another word.
fn agrees(capacity: Capacity, coefficients: &Coefficients, scores: &[Score]) -> Verdict {
    let (public, private) = honest(capacity, coefficients, scores);
    assert_eq!(native::check(capacity, &public, &private), Ok(()));
    let assigned = assign(capacity, public, private.clone(), Lies::default());
    assert!(assigned.holds(), "{:?} {scores:?}", assigned.broken());
    let other = VerdictPublic { verdict: public.verdict + Fr::ONE, ..public };
    assert!(!assign(capacity, other, private, Lies::default()).holds());
    stopped(coefficients, scores).1.verdict
}

pub(crate) fn random_scores(random: &mut Random, n: usize) -> Vec<Score> {
    let shape = random.below(6);
    let level = 1 + random.below(700);
    let one = |random: &mut Random| match shape {
        0 => random.below(level),
        1 => level,
        2 if random.below(4) > 0 => 0,
        2 | 3 => random.below(u64::from(MAX_SCORE) + 1),
        4 => [0, 63, 64, 65, 127, 128, 255, 256, 511, 512, 513, 1023, 1024, 2047, 2048, 4095, 4096, 4607]
            [usize::try_from(random.below(18)).unwrap()],
        _ => random.below(2 * level),
    };
    (0..n).map(|_| Score::saturating(one(random))).collect()
}

#[test]
fn edge_transcripts() {
    for name in ["quick", "audit"] {
        let coefficients = preset(name);
        let capacity = Capacity::for_scores(coefficients.n_max).unwrap();
        let all = |x: u16| vec![score(x); capacity.scores()];
        assert_eq!(agrees(capacity, &coefficients, &all(0)), Verdict::Same);
        assert_eq!(agrees(capacity, &coefficients, &all(MAX_SCORE)), Verdict::Different);
        for x in [153, 154, 155, 63, 64, 512, 1024, 4096] {
            agrees(capacity, &coefficients, &all(x));
        }
    }
}

#[test]
fn every_score_value_has_its_features() {
    let mut coefficients = preset("quick");
    coefficients.n_max = 128;
    coefficients.n_min = 128;
    for start in (0..=MAX_SCORE).step_by(128) {
        let scores: Vec<Score> = (start..start + 128).map(|x| score(x.min(MAX_SCORE))).collect();
        agrees(Capacity::C128, &coefficients, &scores);
        agrees(Capacity::C1024, &coefficients, &scores);
    }
}

#[test]
fn thousands_of_random_transcripts() {
    let (mut random, base) = (Random(1), preset("quick"));
    let mut seen = [0; 3];
    for _ in 0..2000 {
        let mut coefficients = base.clone();
        let looks = Capacity::C128.looks();
        let mut pick = || looks[usize::try_from(random.below(35)).unwrap()];
        let (a, b) = (pick(), pick());
        (coefficients.n_min, coefficients.n_max) = (a.min(b), a.max(b));
        coefficients.tau = u32::try_from(random.below(513)).unwrap();
        let scores = random_scores(&mut random, 128);
        seen[agrees(Capacity::C128, &coefficients, &scores) as usize] += 1;
    }
    assert!(seen.iter().all(|n| *n > 50), "{seen:?}");
}

#[test]
fn long_transcripts_with_packed_segments() {
    let (mut random, base) = (Random(2), preset("forensic"));
    for i in 0..60 {
        let mut coefficients = base.clone();
        coefficients.tau = [0, 154, 512][i % 3];
        agrees(Capacity::C1024, &coefficients, &random_scores(&mut random, 1024));
    }
    let mut never = base;
    for bet in never.same.iter_mut().chain(&mut never.different) {
        *bet = pot_protocol::policy::Bet::NULL;
    }
    (never.n_min, never.n_max) = (1024, 1024);
    for x in [0, 1, 63, 255, 511, 512, 1023, 2047, MAX_SCORE] {
        assert_eq!(agrees(Capacity::C1024, &never, &vec![score(x); 1024]), Verdict::Undecided);
    }
}

/// A bet whose statistic is exactly 0 fires, one at −1 does not.
#[test]
fn exactly_at_the_boundary() {
    for (t, verdict) in [(1000, Verdict::Same), (1001, Verdict::Undecided)] {
        let mut coefficients = preset("quick");
        (coefficients.n_min, coefficients.n_max, coefficients.tau) = (10, 10, 100);
        for bet in &mut coefficients.same {
            *bet = pot_protocol::policy::Bet::NULL;
        }
        coefficients.same[1].c = 100;
        coefficients.same[1].t = t;
        assert_eq!(agrees(Capacity::C128, &coefficients, &[score(0); 10]), verdict);
    }
    // The side: S1 = n·τ is the side of DIFFERENT.
    let mut coefficients = preset("quick");
    (coefficients.n_min, coefficients.n_max, coefficients.tau) = (10, 10, 100);
    for bet in coefficients.same.iter_mut().chain(&mut coefficients.different) {
        (bet.c, bet.t) = (1_000_000, 1);
        (bet.a, bet.b) = ([0; 4], [0; 4]);
    }
    let mut scores = vec![score(100); 10];
    assert_eq!(agrees(Capacity::C128, &coefficients, &scores), Verdict::Different);
    scores[3] = score(99);
    assert_eq!(agrees(Capacity::C128, &coefficients, &scores), Verdict::Same);
}

/// Random bets whose statistic is exactly 0 (fires) and exactly −1 (does not): every feature counts to the last unit.
#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "every number is below its bound")]
fn random_bets_at_exactly_their_threshold() {
    let mut random = Random(11);
    let knots = [0, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 2047, 2048, 4095, 4096, MAX_SCORE];
    for round in 0..60 {
        let capacity = if round % 12 == 0 { Capacity::C1024 } else { Capacity::C128 };
        let looks = capacity.looks();
        let n = if round % 6 == 0 { looks[looks.len() - 1] } else { looks[random.below(looks.len() as u64) as usize] };
        let scores: Vec<Score> = (0..n)
            .map(|_| match round % 3 {
                0 => score(random.below(u64::from(MAX_SCORE) + 1) as u16),
                1 => score(random.below(600) as u16),
                _ => score(knots[random.below(knots.len() as u64) as usize]),
            })
            .collect();
        let mut bet = Bet::<SEGMENTS_A>::NULL;
        bet.a = bet.a.map(|_| random.below(800) as i64 - 400);
        bet.b = bet.b.map(|_| random.below(40) as i64 - 20);
        let sum = |bet: &Bet<SEGMENTS_A>| scores.iter().map(|s| bet.gain(*s)).sum::<i128>();
        bet.c = 5 - i64::try_from(sum(&bet) / i128::from(n)).unwrap();
        let gathered = i64::try_from(sum(&bet)).unwrap();
        assert!(gathered > 0);

        let mut coefficients = preset("quick");
        (coefficients.n_min, coefficients.n_max) = (n, n);
        coefficients.same = [Bet::NULL, Bet::NULL];
        coefficients.different = [Bet::NULL, Bet::NULL];
        let clipped: u64 = scores.iter().map(|s| u64::from(s.units().min(512))).sum();
        // On the line itself DIFFERENT is tested, one unit above it SAME.
        let line = u32::try_from(clipped / u64::from(n)).unwrap();
        let high = random.below(2) == 0 || line == 512;
        coefficients.tau = if high { line } else { line + 1 };
        let which = random.below(2) as usize;
        for (missing, fires) in [(0, true), (1, false)] {
            let bet = Bet { t: gathered + missing, ..bet.clone() };
            let claim = if high { &mut coefficients.different } else { &mut coefficients.same };
            claim[which] = bet;
            let verdict = agrees(capacity, &coefficients, &scores);
            assert_eq!(verdict != Verdict::Undecided, fires, "{verdict:?} at {n}");
        }
    }
}

/// Every private variable is determined by the rest but the blindings: changing one breaks a constraint.
#[test]
fn no_changed_variable_satisfies() {
    let (public, private) = honest(Capacity::C128, &preset("quick"), &[score(700); 128]);
    let mut assigned = assign(Capacity::C128, public, private, Lies::default());
    let mut random = Random(3);
    for _ in 0..400 {
        let i = usize::try_from(random.below(assigned.values.len() as u64 - 1)).unwrap() + 1;
        let honest = assigned.values[i];
        for lie in [honest + Fr::ONE, Fr::ONE - honest, -honest, honest.double_or_one(), Fr::from(random.next())] {
            if lie != honest {
                assigned.values[i] = lie;
                assert!(!assigned.holds(), "variable {i}");
            }
        }
        assigned.values[i] = honest;
    }
    assert!(assigned.holds());
}

trait DoubleOrOne {
    fn double_or_one(self) -> Self;
}

impl DoubleOrOne for Fr {
    fn double_or_one(self) -> Self {
        if self == Fr::from(0u64) { Fr::ONE } else { self + self }
    }
}
