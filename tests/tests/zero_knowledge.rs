//! What bundles give away: fresh secrets for each run, roots that cannot be linked, proofs that are blinded anew, and no byte
//! that hangs on the scores but the roots and the proof.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    collections::BTreeSet,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use pot_protocol::{
    bundle::Bundle,
    statement::RawStatement,
    transcript::{Event, Opening, Record, Transcript},
};
use pot_tests::{check, copy_folder, finished_audit, prove, scratch, text};
use serde_json::Value;

/// A proof's points without the byte that holds the sign, which anybody can turn: A, B and C.
const POINTS: [(&str, Range<usize>); 3] = [("A", 0..31), ("B", 32..95), ("C", 96..127)];

/// All that is stated.
const FIELDS: [&str; 13] = [
    "attempts_most",
    "attempts_total",
    "capacity",
    "circuit",
    "evidence_root",
    "grade",
    "n",
    "nonce",
    "registration",
    "score_root",
    "sealed_at",
    "verdict",
    "version",
];

fn bundle(run: &Path) -> Bundle {
    Bundle::from_bytes(&fs::read(run.join("bundle.pot")).unwrap()).unwrap()
}

fn stated(run: &Path) -> RawStatement {
    bundle(run).statement.fields().clone()
}

fn records(run: &Path) -> Vec<Record> {
    Transcript::replay(&fs::read(run.join("transcript.ndjson")).unwrap()).unwrap().records().to_vec()
}

/// A copy of a finished run that was never proved.
fn unproved(run: &Path, copy: &Path) -> PathBuf {
    copy_folder(run, copy);
    for file in ["bundle.pot", "bundle.json", "scores.json", "verifying.key"] {
        fs::remove_file(copy.join(file)).unwrap();
    }
    copy.to_owned()
}

#[test]
fn every_registration_draws_its_own_secrets() {
    let root = scratch();
    let mut seen = BTreeSet::new();
    for run in ["one", "two", "three"] {
        let out = root.path().join(run);
        prove(&["register", "--out", text(&out)]).expect(0);
        for name in ["challenge-key", "blinding-seed"] {
            let secret = fs::read_to_string(out.join("secret").join(name)).unwrap();
            assert_eq!(hex::decode(secret.trim_end()).unwrap().len(), 32);
            assert!(seen.insert(secret), "the {name} of run {run} was there before");
        }
    }
}

#[test]
fn two_runs_share_no_root() {
    let root = scratch();
    let run = |name: &str| {
        let out = root.path().join(name);
        prove(&["audit", "--candidate", "builtin:base", "--out", text(&out)]).expect(0);
        out
    };
    let (one, two) = (run("one"), run("two"));
    // All scores are zero in both, so only the blinding tells the roots apart.
    let scores = |run: &Path| Opening::from_json(&fs::read(run.join("scores.json")).unwrap()).unwrap().scores.clone();
    assert_eq!(scores(&one), scores(&two));
    assert_ne!(stated(&one).score_root, stated(&two).score_root);
    assert_ne!(stated(&one).evidence_root, stated(&two).evidence_root);
    let records = [records(&one), records(&two)].concat();
    let salts: BTreeSet<_> = records.iter().map(|record| record.salt).collect();
    assert_eq!(salts.len(), records.len(), "every record has its own salt");
}

#[test]
fn the_secret_seed_alone_decides_the_blinding() {
    let root = scratch();
    let run = unproved(finished_audit(), &root.path().join("other-seed"));
    let path = run.join("secret/blinding-seed");
    let (first, drawn) = (stated(finished_audit()), fs::read_to_string(&path).unwrap());
    fs::write(&path, format!("{}\n", "5c".repeat(32))).unwrap();
    prove(&["prove", text(&run)]).expect(0);
    let other = stated(&run);
    assert_eq!(other.evidence_root, first.evidence_root, "the records are the same");
    assert_ne!(other.score_root, first.score_root);
    // And under the drawn seed the root is what it was.
    let again = unproved(&run, &root.path().join("same-seed"));
    fs::write(again.join("secret/blinding-seed"), drawn).unwrap();
    prove(&["prove", text(&again)]).expect(0);
    assert_eq!(stated(&again), first);
}

#[test]
fn two_proofs_of_one_run_share_no_point() {
    let root = scratch();
    let again = unproved(finished_audit(), &root.path().join("again"));
    prove(&["prove", text(&again)]).expect(0);
    let (one, two) = (bundle(finished_audit()), bundle(&again));
    assert_eq!((&one.statement, one.key), (&two.statement, two.key));
    for (point, at) in POINTS {
        assert_ne!(one.proof.0[at.clone()], two.proof.0[at], "{point} is blinded anew");
    }
    for run in [finished_audit(), &again] {
        check(&["verify", text(run), "--allow-development-key"]).expect(0);
    }
}

/// Raises all figures of the candidate, so that each record gets another score that follows from its figures.
fn with_other_scores(run: &Path) {
    let path = run.join("transcript.ndjson");
    let registration = bundle(finished_audit()).statement.registration().clone();
    let (kind, k) = (registration.fields().kind, registration.k());
    let line = |line: &str| {
        let mut event: Event = serde_json::from_str(line).unwrap();
        if let Event::Record(record) = &mut event {
            record.figures.candidate.iter_mut().for_each(|figure| *figure += 5 << 10);
            record.score = record.figures.score(kind, k).unwrap();
        }
        serde_json::to_string(&event).unwrap() + "\n"
    };
    let lines: String = fs::read_to_string(&path).unwrap().lines().map(line).collect();
    fs::write(path, lines).unwrap();
}

/// Where `part` is in `bytes`: once.
fn place(bytes: &[u8], part: &[u8]) -> Range<usize> {
    let mut found = bytes.windows(part.len()).enumerate().filter(|(_, window)| *window == part);
    let (at, _) = found.next().unwrap();
    assert!(found.next().is_none(), "the part is there twice");
    at..at + part.len()
}

/// The names of all values that differ, with the objects that they are in.
fn differing(one: &Value, two: &Value, name: &str, found: &mut BTreeSet<String>) {
    match (one, two) {
        (Value::Object(first), Value::Object(second)) => {
            assert!(first.keys().eq(second.keys()), "{name}");
            for (key, value) in first {
                differing(value, &second[key], &format!("{name}/{key}"), found);
            }
        }
        (Value::Array(first), Value::Array(second)) => {
            assert_eq!(first.len(), second.len(), "{name}");
            for (at, (one, two)) in first.iter().zip(second).enumerate() {
                differing(one, two, &format!("{name}/{at}"), found);
            }
        }
        _ if one != two => assert!(found.insert(name.to_owned())),
        _ => {}
    }
}

#[test]
fn nothing_in_the_bundle_tells_the_scores() {
    // Two runs of one registration with one outcome and other scores.
    let root = scratch();
    let (one, two) = (finished_audit().to_owned(), unproved(finished_audit(), &root.path().join("other-scores")));
    with_other_scores(&two);
    prove(&["prove", text(&two)]).expect(0);
    check(&["verify", text(&two), "--allow-development-key", "--transcript", text(&two)]).expect(0);
    let (first, second) = (records(&one), records(&two));
    assert!(!first.is_empty() && first.iter().zip(&second).all(|(one, two)| one.score < two.score));

    // Sealed at the same time, their bundles differ where the roots and the proof are, and nowhere else.
    let bytes = [&one, &two].map(|run| fs::read(run.join("bundle.pot")).unwrap());
    let places = [&one, &two].map(|run| {
        let (bundle, bytes) = (bundle(run), bundle(run).to_bytes());
        let fields = bundle.statement.fields();
        let at = |part: &[u8]| place(&bytes, part);
        [at(&fields.score_root.0), at(&fields.evidence_root.0), at(&bundle.proof.0)]
    });
    assert_eq!((bytes[0].len(), &places[0]), (bytes[1].len(), &places[1]));
    let free = |at: usize| places[0].iter().any(|place| place.contains(&at));
    let changed: Vec<usize> = (0..bytes[0].len()).filter(|&at| bytes[0][at] != bytes[1][at]).collect();
    assert!(changed.iter().all(|&at| free(at)), "{changed:?} beyond {:?}", places[0]);
    for place in &places[0] {
        let share = changed.iter().filter(|at| place.contains(at)).count();
        assert!(share > place.len() * 3 / 4, "{share} bytes of {place:?}: all three hang on the scores");
    }

    // The same of what is shown of them: digest, roots and proof, and the public inputs that are the first two.
    let views = [&one, &two]
        .map(|run| -> Value { serde_json::from_slice(&fs::read(run.join("bundle.json")).unwrap()).unwrap() });
    let mut found = BTreeSet::new();
    differing(&views[0], &views[1], "", &mut found);
    let expected =
        ["/proof", "/public_inputs/0", "/public_inputs/1", "/statement/evidence_root", "/statement/score_root"];
    let expected: BTreeSet<_> = expected.iter().chain(&["/statement_digest"]).map(|&name| name.to_owned()).collect();
    assert_eq!(found, expected);

    // And there is no field for anything else.
    let fields: Vec<_> = views[0]["statement"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, FIELDS);
}
