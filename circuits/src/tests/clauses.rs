//! For each clause a prover that breaks it. Everything else is computed from the lie, the public inputs included, so
//! that exactly the clause's own constraint is left to refuse it.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use pot_protocol::{
    policy::Coefficients,
    rule::Capacity,
    score::{MAX_SCORE, Score},
};

use super::{
    Lies,
    harness::{Assigned, assign, honest, preset, score},
};
use crate::{
    VerdictPrivate, VerdictPublic,
    native::{self, Violation},
};

/// An instance with a prover that lies about some variables of it.
struct Case {
    capacity: Capacity,
    public: VerdictPublic,
    private: VerdictPrivate,
}

impl Case {
    fn of(coefficients: &Coefficients, scores: &[Score]) -> Self {
        let capacity = Capacity::for_scores(coefficients.n_max).unwrap();
        let (public, private) = honest(capacity, coefficients, scores);
        Self { capacity, public, private }
    }

    /// SAME at n = 11 by scores of zero under QUICK.
    fn zeros() -> Self {
        Self::of(&preset("quick"), &[Score::ZERO; 128])
    }

    fn assign(&self, lies: Lies) -> Assigned {
        assign(self.capacity, self.public, self.private.clone(), lies)
    }

    /// Replaces variables, given as name, number among those of that name, and value.
    fn lie(&self, lies: &[(&str, usize, Fr)]) -> Assigned {
        let plain = self.assign(Lies::default());
        assert!(plain.holds());
        let told = lies.iter().fold(Lies::default(), |told, (name, nth, value)| {
            let index = plain.find(name, *nth);
            assert_ne!(plain.witness(index), *value, "{name} {nth} is no lie");
            told.and(index, *value)
        });
        self.assign(told)
    }

    /// The number of constraints that refuse the lie when the public inputs follow it.
    fn refusals(&self, lies: &[(&str, usize, Fr)]) -> usize {
        let mut assigned = self.lie(lies);
        assigned.follow();
        assigned.broken().len()
    }

    fn native(&self) -> Result<(), Violation> {
        native::check(self.capacity, &self.public, &self.private)
    }
}

fn fr(x: u64) -> Fr {
    Fr::from(x)
}

#[test]
fn clause_1_score_bits_are_boolean_and_gated() {
    let case = Case::zeros();
    assert_eq!(case.refusals(&[("score.bit", 0, fr(2))]), 1);
    assert_eq!(case.refusals(&[("score.bit", 5, -fr(1))]), 1);
    // An offset that its segment does not hold: 64 in [0, 64).
    assert_eq!(case.refusals(&[("score.bit", 6, fr(1))]), 1);
    // 4608, one above the saturation.
    let largest = Case::of(&preset("quick"), &[Score::MAX; 128]);
    let zero_low = (0..9).map(|bit| ("score.bit", bit, fr(0)));
    let too_large: Vec<_> = zero_low.chain([("score.bit", 9, fr(1))]).collect();
    assert!(largest.refusals(&too_large) >= 1);
    assert!(Score::new(MAX_SCORE + 1).is_err());
}

#[test]
fn clause_2_flags_are_nested_and_segment_values_are_products() {
    let case = Case::zeros();
    // A score past 128 that is not past 64.
    assert_eq!(case.refusals(&[("score.flag", 1, fr(1))]), 1);
    assert_eq!(case.refusals(&[("score.flag", 0, fr(2))]), 1);
    let case = Case::of(&preset("quick"), &[score(200); 128]);
    assert_eq!(case.refusals(&[("segment.v", 2, fr(71))]), 1);
    assert_eq!(case.refusals(&[("segment.e", 2, fr(0))]), 1);
    let long = Case::of(&preset("forensic"), &[score(200); 1024]);
    assert_eq!(long.refusals(&[("segment.y", 0, fr(1))]), 1);
    assert_eq!(long.refusals(&[("segment.packed", 0, fr(1))]), 1);
    assert_eq!(long.refusals(&[("score.upper", 0, fr(1))]), 1);
}

#[test]
fn clause_3_packed_sums_have_one_reading() {
    let mut coefficients = preset("forensic");
    (coefficients.n_min, coefficients.n_max) = (240, 240);
    let case = Case::of(&coefficients, &[score(200); 240]);
    for nth in [0, 5, 40, 100] {
        let honest = case.assign(Lies::default());
        let flipped = Fr::ONE - honest.witness(honest.find("segment.bit", nth));
        assert!(case.refusals(&[("segment.bit", nth, flipped)]) >= 1);
    }
}

#[test]
fn clause_4_the_window_is_two_looks_in_order() {
    let mut coefficients = preset("quick");
    coefficients.n_min = 30;
    let mut case = Case::of(&coefficients, &[Score::ZERO; 128]);
    let first = Capacity::C128.looks().len() - 2;
    assert!(case.refusals(&[("window.started", first, fr(1))]) >= 1);
    assert!(case.refusals(&[("window.ended", first, fr(1))]) >= 1);
    // n_min after n_max.
    case.private.coefficients.n_max = 20;
    let mut assigned = case.assign(Lies::default());
    assigned.follow();
    assert!(!assigned.holds());
    assert!(matches!(case.native(), Err(Violation::Window { .. })));
    // n_min no look.
    case.private.coefficients = Coefficients { n_min: 31, ..coefficients };
    assert!(!case.assign(Lies::default()).holds());
    assert!(matches!(case.native(), Err(Violation::Window { .. })));
}

#[test]
fn clause_5_the_side_cannot_be_chosen() {
    // 512·10 < 2^13: the side at the first look is the 13th variable bit (the lowest bit is none).
    assert_eq!(Case::zeros().refusals(&[("side.bit", 12, fr(1))]), 1);
    let high = Case::of(&preset("quick"), &[score(700); 128]);
    assert_eq!(high.refusals(&[("side.bit", 12, fr(0))]), 1);
}

#[test]
fn clause_6_a_bet_cannot_be_made_to_fire_or_not() {
    let case = Case::zeros();
    let width = usize::try_from(crate::gadgets::looks::statistic_bits(10)).unwrap();
    let honest = case.assign(Lies::default());
    for nth in [width - 1, 2 * width] {
        let flipped = Fr::ONE - honest.witness(honest.find("statistic.bit", nth));
        assert!(case.refusals(&[("statistic.bit", nth, flipped)]) >= 1);
    }
    for name in ["statistic.neither", "statistic.coefficient", "statistic.term", "statistic.base"] {
        let value = honest.witness(honest.find(name, 0)) + Fr::ONE;
        assert!(case.refusals(&[(name, 0, value)]) >= 1, "{name}");
    }
}

#[test]
fn clause_7_no_decision_without_a_hit_and_only_on_its_side() {
    // Undecided at the first look.
    let case = Case::zeros();
    assert_eq!(case.refusals(&[("run.decided", 0, fr(1))]), 1);
    let decided = case.assign(Lies::default());
    let nth = (0..35).find(|nth| decided.witness(decided.find("run.decided", *nth)) == Fr::ONE).unwrap();
    assert_eq!(case.refusals(&[("run.decided", nth, fr(0))]), 1);
    assert_eq!(case.refusals(&[("run.different", nth, fr(1))]), 1);
}

#[test]
fn clause_8_the_run_stops_at_the_first_decision_or_at_the_end() {
    let mut coefficients = preset("quick");
    coefficients.n_min = 12;
    let case = Case::of(&coefficients, &[Score::ZERO; 128]);
    // A stop without a decision; a stop before the window opens.
    for nth in [0, 1] {
        assert_eq!(case.refusals(&[("run.stop", nth, fr(1))]), 1);
    }
    // No stop at n_max.
    coefficients.same = [pot_protocol::policy::Bet::NULL, pot_protocol::policy::Bet::NULL];
    let undecided = Case::of(&coefficients, &[Score::ZERO; 128]);
    let last = Capacity::C128.looks().iter().position(|n| *n == coefficients.n_max).unwrap();
    assert!(undecided.refusals(&[("run.stop", last, fr(0))]) >= 1);
    // A transcript that ends before the rule stops.
    let mut short = case;
    short.private.scores.truncate(5);
    assert_eq!(short.native(), Err(Violation::NotStopped(5)));
}

#[test]
fn clause_9_verdict_and_n_are_those_of_the_stop() {
    let case = Case::zeros();
    let honest = case.assign(Lies::default());
    for change in [fr(1), fr(2), fr(8), -fr(8)] {
        let public = VerdictPublic { verdict: case.public.verdict + change, ..case.public };
        let assigned = assign(case.capacity, public, case.private.clone(), Lies::default());
        assert_eq!(assigned.broken().len(), 1);
        assert_eq!(native::check(case.capacity, &public, &case.private), Err(Violation::Verdict));
    }
    assert!(honest.holds());
}

#[test]
fn clause_10_nothing_comes_after_the_stop() {
    for (extra, at) in [(1, 12), (MAX_SCORE, 127), (1, 20)] {
        let mut case = Case::zeros();
        let stop = case.private.scores.len();
        case.private.scores.resize(at, Score::ZERO);
        case.private.scores.push(score(extra));
        let mut assigned = case.assign(Lies::default());
        assigned.follow();
        assert_eq!(assigned.broken().len(), 1, "{at}");
        assert!(matches!(case.native(), Err(Violation::AfterStop { n, .. }) if n as usize == stop));
    }
}

#[test]
fn clause_11_the_grade_is_forced_both_ways() {
    for scores in [[Score::ZERO; 128], [Score::MAX; 128]] {
        let case = Case::of(&preset("quick"), &scores);
        let honest = case.assign(Lies::default());
        let flipped = Fr::ONE - honest.witness(honest.find("grade.given", 0));
        assert_eq!(case.refusals(&[("grade.given", 0, flipped)]), 1);
        for name in ["grade.bit", "grade.base", "grade.c", "grade.t"] {
            let value = honest.witness(honest.find(name, 0)) + Fr::ONE;
            assert!(case.refusals(&[(name, 0, value)]) >= 1, "{name}");
        }
    }
}

#[test]
fn clause_12_the_policy_is_the_hashed_one() {
    let case = Case::zeros();
    for nth in 0..79 {
        let plain = case.assign(Lies::default());
        let index = plain.find("policy.coefficient", nth);
        let other = case.assign(Lies::default().and(index, plain.witness(index) + Fr::ONE));
        assert!(!other.holds(), "{nth}");
    }
    assert!(!case.lie(&[("policy.tau", 0, fr(1))]).holds());
    assert!(case.refusals(&[("poseidon.fifth", 3, fr(1))]) >= 1);
    let mut other = case;
    other.private.coefficients.strong[1].c -= 1;
    assert_eq!(other.native(), Err(Violation::Policy));
    assert!(!other.assign(Lies::default()).holds());
}

#[test]
fn clause_13_the_scores_are_the_committed_ones() {
    let case = Case::zeros();
    assert_eq!(case.lie(&[("rho.blinding", 2, fr(1))]).broken().len(), 1);
    assert_eq!(case.lie(&[("score.bit", 0, fr(1))]).broken().len(), 1);
    let mut other = case;
    other.private.scores[3] = score(1);
    assert_eq!(other.native(), Err(Violation::ScoreRoot));
    assert!(!other.assign(Lies::default()).holds());
}

#[test]
fn clause_14_the_word_is_verdict_grade_and_n() {
    let case = Case::zeros();
    let public = VerdictPublic { verdict: case.public.verdict + fr(4), ..case.public };
    assert_eq!(assign(case.capacity, public, case.private.clone(), Lies::default()).broken().len(), 1);
    assert_eq!(native::check(case.capacity, &public, &case.private), Err(Violation::Verdict));
}

#[test]
fn clause_15_the_digest_is_bound() {
    let case = Case::zeros();
    assert_eq!(case.refusals(&[("digest.square", 0, Fr::ZERO)]), 1);
    let mut assigned = case.assign(Lies::default());
    assigned.values[1] += Fr::ONE;
    assert_eq!(assigned.broken().len(), 1);
}
