//! The rule at its boundaries, with hand-made coefficients.

use super::*;
use crate::{
    policy::{Bet, Coefficients, Preset},
    score::Score,
};

fn score(units: u16) -> Score {
    Score::new(units).unwrap()
}

/// SAME after ten scores below 100 on average, DIFFERENT after ten at or above it, strict and strong by the total.
fn simple() -> Coefficients {
    Coefficients {
        n_min: 10,
        n_max: 12,
        tau: 100,
        same: [Bet { c: 1, t: 10, ..Bet::NULL }, Bet::NULL],
        different: [Bet::NULL, Bet { a: [1; 4], t: 1000, ..Bet::NULL }],
        strict: [Bet { c: 50, a: [-1; 7], t: 1, ..Bet::NULL }],
        strong: [Bet::NULL, Bet { a: [1; 7], t: 2000, ..Bet::NULL }],
    }
}

fn outcome(verdict: Verdict, grade: bool, n: u32) -> Progress {
    Progress::Decided(Outcome { verdict, grade, n })
}

#[test]
fn a_statistic_of_exactly_zero_fires_and_one_less_does_not() {
    let mut c = simple();
    assert_eq!(decide(&c, &[score(99); 10]), outcome(Verdict::Same, false, 10));
    c.same[0].t = 11;
    assert_eq!(decide(&c, &[score(99); 10]), Progress::GoOn { n: 10 });
    assert_eq!(decide(&c, &[score(99); 11]), outcome(Verdict::Same, false, 11));
}

#[test]
fn on_the_line_different_is_tested() {
    let c = simple();
    let mut scores = [score(100); 10];
    assert_eq!(decide(&c, &scores), outcome(Verdict::Different, false, 10));
    scores[3] = score(99);
    assert_eq!(decide(&c, &scores), outcome(Verdict::Same, false, 10));
}

#[test]
fn only_the_claim_of_the_side_counts() {
    let mut c = simple();
    c.same = [Bet { c: 1000, t: 1, ..Bet::NULL }, Bet::NULL];
    c.different = [Bet::NULL, Bet::NULL];
    assert_eq!(decide(&c, &[score(100); 12]), outcome(Verdict::Undecided, false, 12));
}

#[test]
fn clip_a_ends_at_half_a_nat_and_the_grade_sees_all_of_it() {
    let c = simple();
    // S1 is 2·500 on clip A either way; only the grade sees the 4607.
    let mut scores = [Score::ZERO; 10];
    (scores[0], scores[1]) = (score(512), score(512));
    assert_eq!(decide(&c, &scores), outcome(Verdict::Different, false, 10));
    scores[0] = score(4607);
    assert_eq!(decide(&c, &scores), outcome(Verdict::Different, true, 10));
}

#[test]
fn the_grade_is_that_of_the_stop() {
    let c = simple();
    assert_eq!(decide(&c, &[score(49); 10]), outcome(Verdict::Same, true, 10));
    assert_eq!(decide(&c, &[score(50); 10]), outcome(Verdict::Same, false, 10));
}

#[test]
fn undecided_only_at_the_end_and_without_grade() {
    let mut c = simple();
    c.same[0].t = 1000;
    assert_eq!(decide(&c, &[Score::ZERO; 11]), Progress::GoOn { n: 11 });
    assert_eq!(decide(&c, &[Score::ZERO; 12]), outcome(Verdict::Undecided, false, 12));
}

#[test]
fn nothing_fires_between_looks() {
    let mut c = simple();
    (c.n_min, c.n_max) = (25, 30);
    // Evidence is complete at 26, and 27 is the next look.
    c.same[0].t = 26;
    assert_eq!(decide(&c, &[Score::ZERO; 26]), Progress::GoOn { n: 26 });
    assert_eq!(decide(&c, &[Score::ZERO; 30]), outcome(Verdict::Same, true, 27));
    assert_eq!(
        [9, 24, 25, 26, 29, 30].map(|n| next_look(&c, n)),
        [Some(25), Some(25), Some(27), Some(27), Some(30), None]
    );
}

#[test]
fn scores_after_the_stop_are_counted_and_change_nothing() {
    let mut rule = Rule::new(&simple());
    for _ in 0..10 {
        rule.push(Score::ZERO);
    }
    let before = rule.standing();
    assert_eq!(rule.push(Score::MAX), rule.outcome());
    rule.push(Score::MAX);
    assert_eq!((rule.ignored(), rule.standing(), before.next_look), (2, before, None));
}

#[test]
fn the_standing_of_a_run() {
    let mut rule = Rule::new(&simple());
    for _ in 0..5 {
        rule.push(score(600));
    }
    let standing = rule.standing();
    assert_eq!((standing.n, standing.sum, standing.clipped_sum), (5, 3000, 2560));
    assert_eq!((standing.side, standing.next_look), (Side::High, Some(10)));
    assert_eq!(standing.same, Distance { statistic: 5 - 10, per_mille: 500 });
    assert_eq!(standing.different, Distance { statistic: 2560 - 1000, per_mille: 1000 });
}

#[test]
fn no_coefficients_overflow() {
    let bet = Bet { c: i64::MAX, a: [i64::MAX; 4], b: [i64::MAX; 4], t: i64::MIN };
    let c = Coefficients { different: [bet.clone(), bet], n_max: 1024, ..simple() };
    assert_eq!(decide(&c, &[score(300); 1024]), outcome(Verdict::Different, true, 10));
}

#[test]
fn one_by_one_is_the_same_as_all_at_once() {
    let policy = Preset::Quick.policy();
    let scores: Vec<Score> = (0..120_u16).map(|i| score(i * 37 % 400)).collect();
    let mut rule = Rule::new(policy.coefficients());
    for (i, &s) in scores.iter().enumerate() {
        let now = rule.push(s);
        match decide(policy.coefficients(), &scores[..=i]) {
            Progress::Decided(o) => assert_eq!(now, Some(o)),
            Progress::GoOn { n } => assert_eq!((now, n as usize), (None, i + 1)),
        }
    }
}
