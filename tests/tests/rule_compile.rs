//! The policy compiler: presets come out again, custom policies hold, hopeless parameters are refused.

use pot_protocol::{
    policy::{Bet, Claim, Micro, Parameters, Policy, PolicyError, Preset},
    rule::{Progress, Verdict, decide},
    score::{Score, ScoreKind},
};
use pot_prover::compile::{
    CompileError, Event, compile, compile_document,
    laws::Law,
    simulate::{independent, simulate},
};

fn custom() -> Parameters {
    Parameters {
        name: "custom".to_owned(),
        version: 1,
        kind: ScoreKind::Kl,
        alpha: Micro(5_000),
        gamma: Micro(120_000),
        eta: Micro(450_000),
        delta: Micro(900_000),
        epsilon: Micro(100_000),
        n_min: 20,
        n_max: 617,
        max_attempts: 3,
    }
}

#[test]
fn a_preset_comes_out_of_the_compiler_again() {
    let policy = Preset::Quick.policy();
    let document = compile_document(policy.parameters().clone(), &mut |_| ()).unwrap();
    assert_eq!(&document, policy.document());
}

#[test]
fn a_custom_policy_is_valid_wherever_it_is_read_and_decides() {
    let mut cells = Vec::new();
    let policy = compile(custom(), &mut |event| {
        if let Event::Cell { claim, stop, ideal, .. } = event {
            cells.push((claim, stop.0 / ideal.0));
        }
    })
    .unwrap();
    assert_eq!(Policy::from_bytes(&policy.to_bytes()), Ok(policy.clone()));
    let same = cells.iter().filter(|(claim, _)| *claim == Claim::Same).map(|(_, ratio)| *ratio).fold(0.0, f64::max);
    assert!(same < 1.2, "{cells:?}");
    let Progress::Decided(outcome) = decide(policy.coefficients(), &[Score::ZERO; 617]) else { panic!("no decision") };
    assert_eq!((outcome.verdict, outcome.n <= 30), (Verdict::Same, true));
}

#[test]
fn signed_sums_get_null_bets_for_same() {
    let mut parameters = custom();
    parameters.kind = ScoreKind::DeltaCe;
    let policy = compile(parameters, &mut |_| ()).unwrap();
    let c = policy.coefficients();
    assert_eq!((&c.same, &c.strict), (&[Bet::NULL, Bet::NULL], &[Bet::NULL]));
    let Progress::Decided(outcome) = decide(c, &[Score::ZERO; 617]) else { panic!("no decision") };
    assert_eq!((outcome.verdict, outcome.n), (Verdict::Undecided, 617));
}

#[test]
fn impossible_parameters_are_refused_before_the_search() {
    let mut parameters = custom();
    parameters.gamma = Micro(500_000);
    assert!(matches!(compile(parameters, &mut |_| ()), Err(CompileError::Parameters(_))));
    // γ = 0.0004 nat is below half a score unit.
    let mut parameters = custom();
    parameters.gamma = Micro(400);
    assert_eq!(compile(parameters, &mut |_| ()), Err(CompileError::NoRoom { claim: Claim::Same, tq: 0 }));
    let mut parameters = custom();
    parameters.name = "Audit".to_owned();
    let expected = CompileError::Policy(PolicyError::Reserved("AUDIT".to_owned()));
    assert_eq!(compile(parameters, &mut |_| ()), Err(expected));
}

#[test]
fn clearly_different_models_are_different_at_the_first_looks() {
    for preset in [Preset::Quick, Preset::Audit, Preset::Extended, Preset::Forensic, Preset::AuditStrict] {
        let policy = preset.policy();
        let source = independent(Law::Gamma { mean: 0.6, cv: 0.2 });
        let tally = simulate(policy.coefficients(), &source, 500, 7);
        assert_eq!(tally.different, 500, "{}", preset.name());
        assert_eq!(tally.late_stop(), policy.parameters().n_min, "{}", preset.name());
    }
}
