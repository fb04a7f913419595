//! Each clause of the relation, broken once, and the bounds of its integers.

use ark_bn254::Fr;
use ark_ff::Field;

use super::*;
use crate::tests::{honest, preset, score};

/// What is said of QUICK with a change: of an honest SAME at 11, whose digests follow the change.
fn changed(change: impl FnOnce(&mut Coefficients)) -> Result<(), Violation> {
    let (public, mut private) = honest(Capacity::C128, &preset("quick"), &[score(0); 128]);
    change(&mut private.coefficients);
    let policy = pot_protocol::commitment::policy_digest(&private.coefficients);
    check(Capacity::C128, &VerdictPublic { policy, ..public }, &private)
}

#[test]
fn an_honest_run_holds_and_every_public_input_but_the_digest_is_checked() {
    let (public, private) = honest(Capacity::C128, &preset("quick"), &[score(0); 128]);
    let holds = |public| check(Capacity::C128, &public, &private);
    assert_eq!(holds(public), Ok(()));
    assert_eq!(holds(VerdictPublic { digest: public.digest + Fr::ONE, ..public }), Ok(()));
    assert_eq!(holds(VerdictPublic { policy: public.policy + Fr::ONE, ..public }), Err(Violation::Policy));
    assert_eq!(holds(VerdictPublic { score_root: public.score_root + Fr::ONE, ..public }), Err(Violation::ScoreRoot));
    assert_eq!(holds(VerdictPublic { verdict: public.verdict + Fr::ONE, ..public }), Err(Violation::Verdict));
}

#[test]
fn there_are_as_many_scores_as_the_rule_takes() {
    let (public, private) = honest(Capacity::C128, &preset("quick"), &[score(0); 128]);
    let with = |n: usize| {
        let mut private = private.clone();
        private.scores = vec![score(0); n];
        check(Capacity::C128, &public, &private)
    };
    assert_eq!(with(129), Err(Violation::TooManyScores { given: 129, capacity: 128 }));
    assert_eq!(with(128), Err(Violation::AfterStop { given: 128, n: 11 }));
    assert_eq!(with(12), Err(Violation::AfterStop { given: 12, n: 11 }));
    assert_eq!(with(10), Err(Violation::NotStopped(10)));
}

#[test]
fn the_window_is_two_looks_of_the_capacity_in_order() {
    for (n_min, n_max, holds) in [(10, 11, true), (11, 11, true), (10, 128, true)] {
        assert_eq!(changed(|c| (c.n_min, c.n_max) = (n_min, n_max)).is_ok(), holds, "{n_min}..={n_max}");
    }
    for (n_min, n_max) in [(9, 120), (26, 120), (10, 26), (10, 140), (12, 11)] {
        let refused = Err(Violation::Window { n_min, n_max, capacity: 128 });
        assert_eq!(changed(|c| (c.n_min, c.n_max) = (n_min, n_max)), refused);
    }
}

#[test]
fn tau_lies_within_the_clip() {
    assert_eq!(changed(|c| c.tau = 512), Ok(()));
    assert_eq!(changed(|c| c.tau = 513), Err(Violation::Coefficient("tau")));
    assert_eq!(changed(|c| c.tau = u32::MAX), Err(Violation::Coefficient("tau")));
}

/// A bet that gains `gain` on each score and fires at `t`.
fn bet<const S: usize>(gain: i64, t: i64) -> Bet<S> {
    Bet { c: gain, t, ..Bet::NULL }
}

#[test]
fn every_bet_fires_and_gains_within_the_ranges_of_the_circuit() {
    let (most, last) = (MAX_ABS_Q - 1, MAX_THRESHOLD - 1);
    for (gain, t, holds) in [
        (0, 1, true),
        (0, 0, false),
        (0, last, true),
        (0, MAX_THRESHOLD, false),
        (most, 1, true),
        (MAX_ABS_Q, 1, false),
        (-most, 1, true),
        (-MAX_ABS_Q, 1, false),
    ] {
        let mut c = preset("quick");
        (c.same, c.different, c.strict, c.strong) =
            ([bet(0, 1), bet(0, 1)], [bet(0, 1), bet(0, 1)], [bet(0, 1)], [bet(0, 1), bet(0, 1)]);
        let of = |change: &dyn Fn(&mut Coefficients)| {
            let mut c = c.clone();
            change(&mut c);
            bounds(&c)
        };
        let expected = |name| if holds { Ok(()) } else { Err(Violation::Coefficient(name)) };
        assert_eq!(of(&|c| c.same[1] = bet(gain, t)), expected("SAME bets"), "{gain} {t}");
        assert_eq!(of(&|c| c.different[0] = bet(gain, t)), expected("DIFFERENT bets"), "{gain} {t}");
        assert_eq!(of(&|c| c.strict[0] = bet(gain, t)), expected("strict bet"), "{gain} {t}");
        assert_eq!(of(&|c| c.strong[1] = bet(gain, t)), expected("strong bets"), "{gain} {t}");
    }
}

#[test]
fn a_gain_counts_at_every_score_of_the_clip_and_not_beyond() {
    // One unit of gain a score unit above 2048, in the last segment of clip B: at 4607 it is 2559 in all.
    let rising = |c: i64| Bet::<SEGMENTS_B> { a: [0, 0, 0, 0, 0, 0, 1], ..bet(c, 1) };
    assert!(bounded(&rising(MAX_ABS_Q - 2560), MAX_SCORE));
    assert!(!bounded(&rising(MAX_ABS_Q - 2559), MAX_SCORE));
    assert!(bounded(&rising(MAX_ABS_Q - 2559), MAX_SCORE - 1));
}
