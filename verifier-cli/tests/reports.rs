//! What a report says of a verdict and warns of: about bundles that state whatever the test likes, under a key whose
//! secrets it knows.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod known;

use known::{ceremony, key, statement};
use pot_protocol::{
    digest::Digest,
    policy::{Bet, Policy, Preset},
    registration::{ModelIdentity, NonceSource, Positions},
    rule::{Capacity, Verdict},
    score::ScoreKind,
    statement::RawStatement,
};
use pot_verifier::{
    Evidence, Piece, Report, check,
    trust::{TrustStore, known_circuit},
};

/// The report on `statement`, with the policy as a file.
fn report(statement: RawStatement, policy: &Policy) -> Report {
    let key = key(statement.capacity, ceremony(), known_circuit(statement.capacity));
    let mut trust = TrustStore::new(false);
    trust.add(&key.to_bytes()).unwrap();
    let bundle = known::bundle(&key, statement.validate().unwrap());
    let policy = serde_json::to_vec(policy.document()).unwrap();
    check(&bundle.to_bytes(), &trust, &Evidence { policy: Some(&policy), ..Evidence::default() }).unwrap()
}

/// What the report on this outcome under `policy` calls it, and its bound in words.
fn bound(policy: &Policy, verdict: Verdict, grade: bool, n: u32) -> (&'static str, String) {
    let mut raw = statement();
    under(&mut raw, policy);
    raw.capacity = Capacity::for_scores(policy.parameters().n_max).unwrap();
    raw.circuit = known_circuit(raw.capacity);
    (raw.verdict, raw.grade, raw.n, raw.attempts_total) = (verdict, grade, n, 2 * u64::from(n));
    let report = report(raw, policy);
    (report.verdict, report.bound)
}

/// Registers `policy`.
fn under(raw: &mut RawStatement, policy: &Policy) {
    let (registration, parameters) = (&mut raw.registration, policy.parameters());
    registration.policy.name.clone_from(&parameters.name);
    registration.policy.document = policy.document_digest();
    registration.policy.coefficients = policy.coefficients_digest();
    registration.kind = parameters.kind;
    if registration.kind == ScoreKind::DeltaCe {
        registration.positions = Positions::All;
    }
}

/// AUDIT without its bets on SAME, for signed sums.
fn signed_sums() -> Policy {
    let mut raw = Preset::Audit.policy().document().clone();
    "mine".clone_into(&mut raw.parameters.name);
    raw.parameters.kind = ScoreKind::DeltaCe;
    raw.coefficients.same = [Bet::NULL, Bet::NULL];
    raw.coefficients.strict = [Bet::NULL];
    (raw.betting.same.lambda, raw.betting.same.weight) = ([0; 2], [0; 2]);
    (raw.betting.strict.lambda, raw.betting.strict.weight) = ([0], [0]);
    raw.validate().unwrap()
}

const AVERAGED: &str = "averaged over the 60 challenges asked,";
const CHANCE: &str = "The chance that the rule ever says so while it is false is at most";
const IF: &str = "if the records are true and this run was not chosen among several";

#[test]
fn same_is_bounded_by_gamma_times_the_share_that_the_rule_allows() {
    // gamma·min(1, 2·eta): 0.08·0.8 for EXTENDED, gamma itself from eta = 0.5 on.
    for (preset, threshold, alpha) in [("extended", "0.064", "0.001"), ("audit", "0.1", "0.01")] {
        let (word, bound) = bound(&preset.parse::<Preset>().unwrap().policy(), Verdict::Same, false, 60);
        let expected = format!(
            "SAME: the expected divergence, each score clipped to 0.5 nat, {AVERAGED} is at most {threshold} nat. {CHANCE} \
             {alpha}, {IF}"
        );
        assert_eq!((word, bound), ("SAME", expected));
    }
}

#[test]
fn same_on_a_lower_bound_is_no_more_than_that() {
    let (word, bound) = bound(&"extended-topk".parse::<Preset>().unwrap().policy(), Verdict::Same, false, 60);
    let expected = format!(
        "SAME-TOPK: a lower bound of the expected divergence, that of the most likely tokens and all others together, each \
         score clipped to 0.5 nat, {AVERAGED} is at most 0.064 nat; the divergence itself may be larger. {CHANCE} 0.001, \
         {IF}"
    );
    assert_eq!((word, bound), ("SAME-TOPK", expected));
}

#[test]
fn different_is_bounded_by_gamma_in_the_unit_of_the_scores() {
    for (policy, unit) in [(Preset::Audit.policy(), "nat"), (signed_sums(), "nat per byte")] {
        let (_, bound) = bound(&policy, Verdict::Different, false, 60);
        let expected = format!(
            "DIFFERENT: the expected divergence, each score clipped to 0.5 {unit}, {AVERAGED} is above 0.1 {unit}. {CHANCE} \
             0.01, {IF}"
        );
        assert_eq!(bound, expected);
    }
}

#[test]
fn a_grade_says_what_holds_with_the_wider_clip() {
    let audit = Preset::Audit.policy();
    let wrong = "the chance of a wrong grade is at most another 0.01";
    let (_, same) = bound(&audit, Verdict::Same, true, 60);
    assert!(
        same.ends_with(&format!("{IF}. Grade strict: the same holds with scores clipped at 4.5 nat only; {wrong}")),
        "{same}"
    );
    let (_, different) = bound(&audit, Verdict::Different, true, 60);
    let strong = format!("{IF}. Grade strong: with scores clipped at 4.5 nat only it is above 1 nat; {wrong}");
    assert!(different.ends_with(&strong), "{different}");
}

#[test]
fn undecided_claims_nothing() {
    let (word, bound) = bound(&Preset::Quick.policy(), Verdict::Undecided, false, 120);
    let nothing = "UNDECIDED: 120 challenges showed neither SAME nor DIFFERENT; nothing is claimed";
    assert_eq!((word, bound.as_str()), ("UNDECIDED", nothing));
}

/// What a report on the statement warns of after a change, beside the nonce.
fn warned(edit: impl FnOnce(&mut RawStatement)) -> Vec<String> {
    let mut raw = statement();
    edit(&mut raw);
    let quick = Preset::Quick.policy();
    let mut warnings = report(raw, &quick).warnings;
    assert!(warnings.remove(0).starts_with("the auditor chose the nonce: grindable"));
    warnings
}

#[test]
fn a_nonce_of_somebody_else_is_not_taken_for_granted() {
    let mut raw = statement();
    raw.registration.nonce = NonceSource::Counterparty { name: "them".to_owned() };
    let warnings = report(raw, &Preset::Quick.policy()).warnings;
    assert!(warnings.len() == 1 && warnings[0].starts_with("the nonce is said to come from 'them'"), "{warnings:?}");
}

#[test]
fn nothing_is_warned_of_that_is_not_there() {
    assert!(warned(|_| ()).is_empty());
    assert!(warned(|s| s.registration.positions = Positions::Last(16)).is_empty());
    assert!(warned(|s| s.sealed_at = s.registration.due_by).is_empty());
}

#[test]
fn everything_that_weakens_a_verdict_is_warned_of() {
    type Edit = fn(&mut RawStatement);
    let endpoint = || ModelIdentity::Endpoint {
        name: "vllm:http://h#m".to_owned(),
        dialect: "vllm".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "x".to_owned(),
        tokenizer: Digest([3; 32]),
    };
    let changes: [(&str, Edit); 4] = [
        ("a private corpus of the auditor's choice (0808", |s| {
            s.registration.family.name = "corpus".to_owned();
            s.registration.family.corpus = Some(Digest([8; 32]));
        }),
        ("no calibration bound was registered", |s| s.registration.calibration_bound = 0),
        ("very few tokens", |s| s.registration.positions = Positions::Last(15)),
        ("sealed after its due date", |s| s.sealed_at = s.registration.due_by + 1),
    ];
    for (part, edit) in changes {
        let warnings = warned(edit);
        assert!(warnings.len() == 1 && warnings[0].contains(part), "{part}: {warnings:?}");
    }
    let of_a_side = warned(|s| s.registration.reference = endpoint());
    assert!(of_a_side.len() == 1 && of_a_side[0].starts_with("the reference is an endpoint"), "{of_a_side:?}");
    let of_a_side = warned(|s| s.registration.candidate = endpoint());
    assert!(of_a_side.len() == 1 && of_a_side[0].starts_with("the candidate is an endpoint"), "{of_a_side:?}");
}

#[test]
fn a_policy_of_ones_own_is_warned_of() {
    let policy = signed_sums();
    let mut raw = statement();
    under(&mut raw, &policy);
    (raw.capacity, raw.circuit) = (Capacity::C1024, known_circuit(Capacity::C1024));
    (raw.verdict, raw.n, raw.attempts_total) = (Verdict::Different, 60, 120);
    let warnings = report(raw, &policy).warnings;
    assert!(warnings.len() == 2 && warnings[1].starts_with("the policy is no built-in one"), "{warnings:?}");
}

#[test]
fn a_piece_has_one_name_in_reports_and_policy_files() {
    for (piece, name) in [
        (Piece::Scores, "scores"),
        (Piece::Transcript, "transcript"),
        (Piece::Reveal, "reveal"),
        (Piece::Openings, "openings"),
        (Piece::Nonce, "nonce"),
        (Piece::Registry, "registry"),
        (Piece::Time, "time"),
    ] {
        assert_eq!((piece.name(), serde_json::json!(piece)), (name, serde_json::json!(name)));
    }
}
