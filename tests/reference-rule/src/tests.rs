//! The reference by itself, on transcripts that can be worked out by hand.

use super::*;

/// A policy with bets that never fire, n from 10 to 12, and τ = 100. `change` may set some of its integers.
fn policy(change: impl Fn(&mut Vec<i64>)) -> Policy {
    const NEVER: i64 = 1 << 40;
    let mut integers = vec![10, 12, 100];
    for (count, rest) in [(4, 8), (3, 11)] {
        for _ in 0..count {
            integers.push(0);
            integers.extend(std::iter::repeat_n(0, rest));
            integers.push(NEVER);
        }
    }
    assert_eq!(integers.len(), INTEGERS);
    change(&mut integers);
    Policy::new(&integers).unwrap()
}

/// What the reference decides on transcripts that are long enough.
fn decided(policy: &Policy, scores: &[u16]) -> (Verdict, usize, bool) {
    let Decision { verdict, n, grade } = decide(policy, scores).unwrap();
    (verdict, n, grade)
}

#[test]
fn the_looks_are_those_that_the_protocol_describes() {
    assert!((10..=25).eq(LOOKS[..16].iter().copied()));
    for named in [30, 50, 120, 200, 240, 400, 800, 1024] {
        assert!(LOOKS.contains(&named), "{named}");
    }
    for pair in LOOKS[15..].windows(2) {
        let more = 1000 * (pair[1] - pair[0]) / pair[0];
        assert!((50..=112).contains(&more), "{pair:?} grows by {more} per mille");
    }
}

#[test]
fn a_run_without_a_firing_bet_ends_at_its_last_look() {
    let never = policy(|_| {});
    assert_eq!(decide(&never, &[0; 11]), None);
    assert_eq!(decided(&never, &[0; 12]), (Verdict::Undecided, 12, false));
    assert_eq!(decided(&never, &[4607; 40]), (Verdict::Undecided, 12, false));
}

#[test]
fn a_constant_gain_fires_at_its_threshold_and_not_before() {
    // The first bet for SAME: c = 5, T = 55 is reached by the eleventh score, 56 by the twelfth.
    for (t, n) in [(50, 10), (51, 11), (55, 11), (56, 12)] {
        let same = policy(|p| (p[3], p[12]) = (5, t));
        assert_eq!(decided(&same, &[0; 12]), (Verdict::Same, n, false), "T = {t}");
        // A mean of exactly τ is on DIFFERENT's side, where this policy has no bet.
        assert_eq!(decided(&same, &[100; 12]), (Verdict::Undecided, 12, false));
        assert_eq!(decided(&same, &[99; 12]), (Verdict::Same, n, false));
    }
}

#[test]
fn slopes_and_parabolas_act_on_their_segment() {
    // The second bet for DIFFERENT; x = 300 is 64 + 64 + 128 + 44 of 256.
    let start = 3 + 30;
    for (integer, gain) in [(0, 1), (1, 64), (2, 64), (3, 128), (4, 44), (5, 0), (6, 0), (7, 0), (8, 44 * 212)] {
        let verdict = |t: i64| {
            let different = policy(|p| (p[start + integer], p[start + 9]) = (1, t));
            decided(&different, &[300; 12])
        };
        // With no gain the threshold 0 is reached, and nothing above it.
        assert_eq!(verdict(10 * gain), (Verdict::Different, 10, false), "{integer}");
        assert_eq!(verdict(12 * gain + 1), (Verdict::Undecided, 12, false), "{integer}");
    }
}

#[test]
fn grades_look_past_half_a_nat() {
    // SAME by its constant; strict if the part above 2048 stays below a sum: its last slope is -1, T = -1000.
    let strict = policy(|p| {
        (p[3], p[12]) = (1, 10);
        (p[43 + 7], p[43 + 12]) = (-1, -1000);
    });
    let mut scores = [0; 10];
    scores[3] = 3048;
    assert_eq!(decided(&strict, &scores), (Verdict::Same, 10, true));
    scores[3] = 3049;
    assert_eq!(decided(&strict, &scores), (Verdict::Same, 10, false));
}

#[test]
fn a_list_of_another_length_is_no_policy() {
    let good = vec![10; INTEGERS];
    assert!(Policy::new(&good).is_some());
    assert!(Policy::new(&good[1..]).is_none());
    assert!(Policy::new(&[good.clone(), vec![0]].concat()).is_none());
    assert!(Policy::new(&[vec![-1], good[1..].to_vec()].concat()).is_none());
    assert!(Policy::new(&[]).is_none());
}
