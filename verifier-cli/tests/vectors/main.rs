//! `pot-check` on the vectors of `test-vectors/v1`, class by class. The same run on the program as its users build it is
//! in the end-to-end tests, which also generate the vectors.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod run;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const BUNDLES: [&str; 7] = ["container", "truncated", "length", "encoding", "registration", "name", "statement"];
const PROOFS: [&str; 6] = ["unproved", "policy", "circuit", "proof", "key-point", "ceremony"];
const TRUST: [&str; 3] = ["key", "trust", "trust-file"];
const OPENED: [&str; 5] = ["scores", "number", "opening", "policy-file", "challenge-key"];
const RECORDS: [&str; 3] = ["transcript", "bomb", "forged"];
const ACCEPTED: [&str; 3] = ["valid", "require", "usage"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("test-vectors/v1")
}

#[track_caller]
fn answers_as_the_index_says(classes: &[&str]) {
    let wrong = run::wrong_answers(env!("CARGO_BIN_EXE_pot-check").as_ref(), &folder(), |c| classes.contains(&c));
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_no_bundle_is_malformed_whatever_is_done_with_it() {
    answers_as_the_index_says(&BUNDLES);
}

#[test]
fn a_false_statement_proof_or_key_is_refused_with_its_reason() {
    answers_as_the_index_says(&PROOFS);
}

#[test]
fn keys_count_as_the_trust_material_says() {
    answers_as_the_index_says(&TRUST);
}

#[test]
fn what_is_opened_beside_the_bundle_has_to_be_well_formed_and_to_open_it() {
    answers_as_the_index_says(&OPENED);
}

#[test]
fn a_transcript_that_is_malformed_huge_or_forged_is_refused_with_its_reason() {
    answers_as_the_index_says(&RECORDS);
}

#[test]
fn a_good_bundle_is_accepted_and_the_exit_code_says_what_else_is_wrong() {
    answers_as_the_index_says(&ACCEPTED);
}

#[test]
fn every_class_of_the_index_is_run() {
    let index = run::index(&folder());
    let there: BTreeSet<_> =
        index["vectors"].as_array().unwrap().iter().map(|v| v["class"].as_str().unwrap()).collect();
    let run = [&BUNDLES[..], &PROOFS, &TRUST, &OPENED, &RECORDS, &ACCEPTED].concat();
    assert_eq!(there, run.iter().copied().collect());
}
