//! The whole path through the binaries, on real models.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use pot_tests::{check, finished_audit, prove, scratch, text};
use serde_json::Value;

fn verdict_of(reference: &str, candidate: &str) -> (String, u64) {
    let folder = scratch();
    let out = folder.path().join("audit");
    prove(&["audit", "--reference", reference, "--candidate", candidate, "--out", text(&out)]).expect(0);
    let bundle = out.join("bundle.pot");
    let ran = check(&["verify", text(&bundle), "--allow-development-key", "--json"]).expect(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    (report["verdict"].as_str().unwrap().to_owned(), report["n"].as_u64().unwrap())
}

#[test]
fn the_base_is_the_same_as_itself() {
    assert_eq!(verdict_of("builtin:base", "builtin:base"), ("SAME".to_owned(), 11));
}

#[test]
fn other_models_are_different_from_the_base() {
    for candidate in ["finetuned", "distilled", "larger", "other"] {
        let (verdict, n) = verdict_of("builtin:base", &format!("builtin:{candidate}"));
        assert_eq!(verdict, "DIFFERENT", "{candidate} at {n}");
    }
}

#[test]
fn with_everything_opened_the_check_derives_everything() {
    let audit = finished_audit();
    let bundle = audit.join("bundle.pot");
    let (scores, key) = (audit.join("scores.json"), audit.join("secret/challenge-key"));
    let ran = check(&[
        "verify",
        text(&bundle),
        "--allow-development-key",
        "--require",
        "DIFFERENT",
        "--scores",
        text(&scores),
        "--transcript",
        text(audit),
        "--reveal",
        text(&key),
        "--json",
    ])
    .expect(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["accepted"], true);
    assert_eq!(report["verified"].as_array().unwrap().len(), 7, "{report}");
    let not_given = report["not_given"].as_array().unwrap();
    let left = ["--time-stamp", "tokenizers", "--registry", "--attestation", "a rerun"];
    assert_eq!(not_given.len(), left.len(), "{report}");
    assert!(left.iter().all(|what| not_given.iter().any(|said| said.as_str().unwrap().contains(what))), "{report}");
    assert_eq!(report["assurance"], "arithmetic");
}

#[test]
fn a_development_key_is_refused_without_the_flag_and_worth_nothing_with_it() {
    let bundle = finished_audit().join("bundle.pot");
    check(&["verify", text(&bundle)]).expect(5);
    let trust = finished_audit().join("verifying.key");
    check(&["verify", text(&bundle), "--trust", text(&trust)]).expect(5).says("development key");
    let ran = check(&["verify", text(&bundle), "--trust", text(&trust), "--allow-development-key"]).expect(0);
    assert!(ran.stdout.contains("assurance: none"), "{}", ran.stdout);
}

#[test]
fn a_verdict_that_is_not_the_required_one_is_exit_4() {
    let bundle = finished_audit().join("bundle.pot");
    check(&["verify", text(&bundle), "--allow-development-key", "--require", "SAME"]).expect(4);
}
