//! Any change to bundle, key, scores or transcript is refused, without a panic.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{collections::BTreeMap, fs, path::Path};

use pot_protocol::bundle::Bundle;
use pot_tests::{check, copy_folder, finished_audit, scratch, text};
use pot_verifier::{Class, Evidence, check as check_bytes, trust::TrustStore};

struct Files {
    bundle: Vec<u8>,
    key: Vec<u8>,
    scores: Vec<u8>,
    transcript: Vec<u8>,
    reveal: Vec<u8>,
}

fn files() -> Files {
    let read = |name: &str| fs::read(finished_audit().join(name)).unwrap();
    Files {
        bundle: read("bundle.pot"),
        key: read("verifying.key"),
        scores: read("scores.json"),
        transcript: read("transcript.ndjson"),
        reveal: read("secret/challenge-key"),
    }
}

fn trust(key: &[u8]) -> TrustStore {
    let mut store = TrustStore::new(true);
    store.add(key).unwrap();
    store
}

/// Every bit of `bytes` in turn, or a spread of `most` of them.
fn flips(bytes: &[u8], most: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    let bits = bytes.len() * 8;
    let step = (bits / most).max(1);
    (0..bits).step_by(step).map(move |bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn every_bit_of_the_bundle_counts() {
    let files = files();
    let trust = trust(&files.key);
    assert!(check_bytes(&files.bundle, &trust, &Evidence::default()).is_ok());
    let mut classes = BTreeMap::new();
    for flipped in flips(&files.bundle, usize::MAX) {
        let refusal = check_bytes(&flipped, &trust, &Evidence::default()).expect_err("a flipped bit was accepted");
        *classes.entry(format!("{:?}", refusal.class())).or_insert(0) += 1;
    }
    // Each kind of refusal is reached: malformed encodings, false statements and proofs, unknown keys.
    assert_eq!(classes.len(), 3, "{classes:?}");
}

#[test]
fn every_bit_of_the_key_counts() {
    let files = files();
    for flipped in flips(&files.key, 1500) {
        let mut store = TrustStore::new(true);
        if store.add(&flipped).is_ok() {
            let refusal =
                check_bytes(&files.bundle, &store, &Evidence::default()).expect_err("another key was accepted");
            assert_eq!(refusal.class(), Class::Trust);
        }
    }
}

#[test]
fn a_proof_does_not_move_to_another_statement_of_the_same_run() {
    let files = files();
    let bundle = Bundle::from_bytes(&files.bundle).unwrap();
    let trust = trust(&files.key);
    let genuine = bundle.statement.fields().clone();
    let mut lies = Vec::new();
    let mut lie = |change: &dyn Fn(&mut pot_protocol::statement::RawStatement)| {
        let mut fields = genuine.clone();
        change(&mut fields);
        lies.push(fields);
    };
    lie(&|f| f.sealed_at += 1);
    lie(&|f| f.grade = !f.grade);
    lie(&|f| (f.n, f.attempts_total) = (f.n + 1, f.attempts_total + 2));
    lie(&|f| f.verdict = pot_protocol::rule::Verdict::Same);
    lie(&|f| f.registration.due_by += 1);
    lie(&|f| f.registration.calibration_bound += 1);
    lie(&|f| f.evidence_root.0[31] ^= 1);
    lie(&|f| f.score_root.0[31] ^= 1);
    lie(&|f| f.attempts_total += 0);
    let mut reached = 0;
    for (number, fields) in lies.into_iter().enumerate() {
        let genuine = fields == genuine;
        let Ok(statement) = fields.validate() else { continue };
        reached += 1;
        let forged = Bundle { statement, ..bundle.clone() };
        let accepted = check_bytes(&forged.to_bytes(), &trust, &Evidence::default()).is_ok();
        assert_eq!(accepted, genuine, "lie {number}");
    }
    assert_eq!(reached, 9, "every lie is a valid statement, so that the proof has to refuse it");
}

#[test]
fn opened_files_must_be_the_ones_that_were_committed() {
    let files = files();
    let trust = trust(&files.key);
    let genuine = Evidence {
        scores: Some(&files.scores),
        transcript: Some(&files.transcript),
        reveal: Some(&files.reveal),
        ..Evidence::default()
    };
    check_bytes(&files.bundle, &trust, &genuine).unwrap();
    let mut accepted = Vec::new();
    for (name, bytes) in [("scores", &files.scores), ("transcript", &files.transcript), ("reveal", &files.reveal)] {
        for flipped in flips(bytes, 1000) {
            let evidence = match name {
                "scores" => Evidence { scores: Some(&flipped), ..genuine },
                "transcript" => Evidence { transcript: Some(&flipped), ..genuine },
                _ => Evidence { reveal: Some(&flipped), ..genuine },
            };
            if check_bytes(&files.bundle, &trust, &evidence).is_ok() {
                accepted.push((name, flipped));
            }
        }
    }
    // What may change is how JSON spells a value, and the log's times, which no root holds.
    for (name, flipped) in accepted {
        match name {
            "scores" | "reveal" => {
                let same = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_lowercase().trim_end().to_owned();
                let original = if name == "scores" { &files.scores } else { &files.reveal };
                assert_eq!(same(&flipped), same(original), "{name}");
            }
            _ => {
                use pot_protocol::transcript::Transcript;
                let (ours, theirs) =
                    (Transcript::replay(&files.transcript).unwrap(), Transcript::replay(&flipped).unwrap());
                assert_eq!(ours.records(), theirs.records());
            }
        }
    }
}

#[test]
fn files_of_another_run_are_refused() {
    let root = scratch();
    let other = root.path().join("other");
    pot_tests::prove(&["audit", "--candidate", "builtin:base", "--out", text(&other)]).expect(0);
    let bundle = finished_audit().join("bundle.pot");
    let with = |flag: &str, path: &Path| {
        check(&["verify", text(&bundle), "--allow-development-key", flag, text(path)]).expect(1);
    };
    with("--scores", &other.join("scores.json"));
    with("--transcript", &other);
    with("--reveal", &other.join("secret/challenge-key"));
    let copy = root.path().join("copy");
    copy_folder(finished_audit(), &copy);
    check(&["verify", text(&copy), "--allow-development-key"]).expect(0);
}
