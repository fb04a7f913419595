//! Each condition of the certificate, broken once.

use super::*;
use crate::{
    policy::{Bet, Claim, MAX_ABS_Q, MAX_THRESHOLD, Micro, Preset, RawPolicy},
    score::ScoreKind,
};

/// The AUDIT preset's document under a name that no preset has.
fn document() -> RawPolicy {
    let mut raw = Preset::Audit.policy().document().clone();
    raw.parameters.name = "mine".to_owned();
    raw
}

/// What the certificate says of AUDIT after a change.
fn broken(change: impl FnOnce(&mut RawPolicy)) -> CertificateError {
    let mut raw = document();
    change(&mut raw);
    check(&raw).expect_err("the certificate has to refuse")
}

#[test]
fn every_preset_holds_with_the_weights_of_a_claim_summing_to_one() {
    for preset in Preset::all() {
        let policy = preset.policy();
        assert_eq!(check(policy.document()), Ok(()), "{}", preset.name());
        let betting = &policy.document().betting;
        assert_eq!(betting.same.weight.iter().sum::<u16>(), 1024);
        assert_eq!(betting.strong.weight.iter().sum::<u16>(), 1024);
    }
}

#[test]
fn one_more_unit_of_any_gain_is_refused_by_name() {
    // The floors leave less than one unit at the knots, so that raising c by one breaks the bet at some score.
    let error = broken(|raw| raw.coefficients.same[0].c += 1);
    assert!(matches!(error, CertificateError::Gain { claim: Claim::Same, bet: 1, y: 0, .. }), "{error}");
    let error = broken(|raw| raw.coefficients.different[1].a[3] += 1);
    assert!(matches!(error, CertificateError::Gain { claim: Claim::Different, bet: 2, y: 257..=512, .. }), "{error}");
    let error = broken(|raw| raw.coefficients.strict[0].b[2] += 1);
    assert!(matches!(error, CertificateError::Gain { claim: Claim::Strict, bet: 1, y: 129..=255, .. }), "{error}");
    let error = broken(|raw| raw.coefficients.strong[0].a[6] += 1);
    assert!(matches!(error, CertificateError::Gain { claim: Claim::Strong, bet: 1, y: 2049..=4607, .. }), "{error}");
}

#[test]
fn the_message_names_claim_bet_score_and_both_sides() {
    let text = broken(|raw| raw.coefficients.same[0].c += 1).to_string();
    let c = document().coefficients.same[0].c;
    assert_eq!(text, format!("SAME, bet 1: q(0) = {} is above the log factor, at most {c}", c + 1));
}

#[test]
fn a_gain_beyond_the_width_is_refused_on_both_ends() {
    let error = broken(|raw| raw.coefficients.same[1] = Bet { c: -MAX_ABS_Q, ..raw.coefficients.same[1].clone() });
    assert!(matches!(error, CertificateError::Width { claim: Claim::Same, bet: 2, y: 0, .. }), "{error}");
    let error = broken(|raw| raw.coefficients.strong[1].a[6] = i64::MAX);
    assert!(matches!(error, CertificateError::Width { claim: Claim::Strong, bet: 2, .. }), "{error}");
    let error = broken(|raw| raw.coefficients.strong[1].b[0] = i64::MIN);
    assert!(matches!(error, CertificateError::Width { claim: Claim::Strong, bet: 2, y: 1, .. }), "{error}");
}

#[test]
fn firing_too_early_is_refused_at_the_last_unit() {
    let raw = document();
    let least = smallest_threshold(raw.parameters.alpha.0, raw.betting.same.weight[0]).unwrap();
    assert_eq!(raw.coefficients.same[0].t, least);
    let error = broken(|raw| raw.coefficients.same[0].t -= 1);
    assert_eq!(error, CertificateError::FiringLevel { claim: Claim::Same, bet: 1, t: least - 1, least });
    let error = broken(|raw| raw.coefficients.strong[1].t = MAX_THRESHOLD);
    assert!(matches!(error, CertificateError::FiringLevel { claim: Claim::Strong, bet: 2, .. }), "{error}");
}

#[test]
fn a_larger_weight_needs_no_larger_sum() {
    let error = broken(|raw| raw.betting.different.weight[0] += 1);
    assert_eq!(error, CertificateError::Weights { claim: Claim::Different, sum: 1025 });
    // Moving weight to the second bet lets the first one fire too early.
    let error = broken(|raw| {
        raw.betting.different.weight[0] -= 1;
        raw.betting.different.weight[1] += 1;
    });
    assert!(matches!(error, CertificateError::FiringLevel { claim: Claim::Different, bet: 1, .. }), "{error}");
}

#[test]
fn a_stake_of_zero_or_one_and_a_weight_of_zero_are_no_bet() {
    for lambda in [0, 1000, u16::MAX] {
        let error = broken(|raw| raw.betting.strict.lambda[0] = lambda);
        assert_eq!(error, CertificateError::Stake { claim: Claim::Strict, bet: 1, lambda, weight: 1024 });
    }
    let lambda = document().betting.same.lambda[1];
    let error = broken(|raw| raw.betting.same.weight[1] = 0);
    assert_eq!(error, CertificateError::Stake { claim: Claim::Same, bet: 2, lambda, weight: 0 });
}

#[test]
fn null_bets_are_fine_anywhere_and_only_as_a_whole() {
    let mut raw = document();
    raw.coefficients.same[1] = Bet::NULL;
    (raw.betting.same.lambda[1], raw.betting.same.weight[1]) = (0, 0);
    assert_eq!(check(&raw), Ok(()));
    raw.coefficients.same[1].t -= 1;
    assert!(matches!(check(&raw), Err(CertificateError::Stake { claim: Claim::Same, bet: 2, .. })));
}

#[test]
fn thresholds_off_by_one_part_to_the_unsafe_side_are_refused() {
    let error = broken(|raw| raw.betting.same.tq += 1);
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Same, .. }), "{error}");
    let error = broken(|raw| raw.betting.strict.tq += 1);
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Strict, .. }), "{error}");
    let error = broken(|raw| raw.betting.different.tq -= 1);
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Different, .. }), "{error}");
    let error = broken(|raw| raw.betting.strong.tq -= 1);
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Strong, .. }), "{error}");
    for (claim, error) in [
        (Claim::Same, broken(|raw| raw.betting.same.tq = 0)),
        (Claim::Different, broken(|raw| raw.betting.different.tq = 512 * 256)),
        (Claim::Strong, broken(|raw| raw.betting.strong.tq = 4607 * 256)),
    ] {
        assert!(matches!(error, CertificateError::Threshold { claim: c, .. } if c == claim), "{error}");
    }
}

#[test]
fn bounds_of_the_thresholds_by_hand() {
    let p = document().parameters;
    // 0.1 nat = 102.4 units = 26214.4 parts; half a unit is 128.
    assert_eq!(loosest_below(Claim::Same, &p), 26214 - 128);
    assert_eq!(loosest_above(Claim::Different, &p), 26215 + 128);
    // 26214.4·4607/4608 = 26208.7.
    assert_eq!(loosest_below(Claim::Strict, &p), 26208 - 128);
    assert_eq!(loosest_above(Claim::Strong, &p), 262_144 + 128);
}

#[test]
fn eta_below_one_half_lowers_the_thresholds_of_same() {
    let error = broken(|raw| raw.parameters.eta = Micro(490_000));
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Same, .. }), "{error}");
    let mut raw = document();
    raw.parameters.eta = Micro::ONE;
    assert_eq!(check(&raw), Ok(()));
}

#[test]
fn tau_has_to_separate_the_two_thresholds() {
    for tau in [101, 103, 0, 513, u32::MAX] {
        let error = broken(|raw| raw.coefficients.tau = tau);
        assert_eq!(error, CertificateError::Tau { tau, same: 26086, different: 26343 });
    }
}

#[test]
fn tau_may_lie_on_either_threshold() {
    let mut raw = document();
    // Without bets the thresholds are free to move to the safe side, here to whole units.
    (raw.coefficients.same, raw.betting.same.lambda, raw.betting.same.weight) =
        ([Bet::NULL, Bet::NULL], [0; 2], [0; 2]);
    (raw.coefficients.different, raw.betting.different.lambda) = ([Bet::NULL, Bet::NULL], [0; 2]);
    raw.betting.different.weight = [0; 2];
    (raw.betting.same.tq, raw.betting.different.tq) = (101 * 256, 104 * 256);
    for (tau, holds) in [(100, false), (101, true), (104, true), (105, false)] {
        raw.coefficients.tau = tau;
        assert_eq!(check(&raw).is_ok(), holds, "{tau}");
    }
}

#[test]
fn every_parameter_out_of_its_range_is_named() {
    type Change = fn(&mut RawPolicy);
    let changes: [(&str, Change); 16] = [
        ("version", |raw| raw.parameters.version = 0),
        ("alpha", |raw| raw.parameters.alpha = Micro(0)),
        ("alpha", |raw| raw.parameters.alpha = Micro::ONE),
        ("gamma", |raw| raw.parameters.gamma = Micro(0)),
        ("gamma", |raw| raw.parameters.gamma = Micro(500_000)),
        ("eta", |raw| raw.parameters.eta = Micro(0)),
        ("eta", |raw| raw.parameters.eta = Micro(1_000_001)),
        ("delta", |raw| raw.parameters.delta = raw.parameters.gamma),
        ("delta", |raw| raw.parameters.delta = Micro(4_500_000)),
        ("epsilon", |raw| raw.parameters.epsilon = Micro(0)),
        ("n_min", |raw| raw.parameters.n_min = 31),
        ("n_min", |raw| raw.parameters.n_min = 436),
        ("n_max", |raw| raw.parameters.n_max = 401),
        ("n_max", |raw| raw.parameters.n_max = 1025),
        ("max_attempts", |raw| raw.parameters.max_attempts = 0),
        ("max_attempts", |raw| raw.parameters.max_attempts = 101),
    ];
    for (name, change) in changes {
        let error = broken(change);
        assert!(matches!(error, CertificateError::Parameter { parameter, .. } if parameter == name), "{name}: {error}");
    }
}

#[test]
fn the_ranges_of_n_have_to_agree() {
    let error = broken(|raw| raw.coefficients.n_min = 33);
    assert_eq!(error, CertificateError::Range(33, 400, 30, 400));
    let error = broken(|raw| raw.coefficients.n_max = 1024);
    assert_eq!(error, CertificateError::Range(30, 1024, 30, 400));
}

#[test]
fn a_smaller_alpha_or_gamma_is_not_covered_by_the_same_bets() {
    let error = broken(|raw| raw.parameters.alpha = Micro(9_999));
    assert!(matches!(error, CertificateError::FiringLevel { claim: Claim::Same, bet: 1, .. }), "{error}");
    let error = broken(|raw| raw.parameters.gamma = Micro(99_000));
    assert!(matches!(error, CertificateError::Threshold { claim: Claim::Same, .. }), "{error}");
}

#[test]
fn signed_sums_cannot_show_same() {
    let error = broken(|raw| raw.parameters.kind = ScoreKind::DeltaCe);
    assert_eq!(error, CertificateError::Impossible { claim: Claim::Same, kind: ScoreKind::DeltaCe });
    let mut raw = document();
    raw.parameters.kind = ScoreKind::DeltaCe;
    raw.coefficients.same = [Bet::NULL, Bet::NULL];
    (raw.betting.same.lambda, raw.betting.same.weight) = ([0; 2], [0; 2]);
    assert!(matches!(check(&raw), Err(CertificateError::Impossible { claim: Claim::Strict, .. })));
    raw.coefficients.strict = [Bet::NULL];
    (raw.betting.strict.lambda, raw.betting.strict.weight) = ([0], [0]);
    assert_eq!(check(&raw), Ok(()));
}
