//! What was signed about a bundle, by whom, and what a report makes of it.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[allow(dead_code, reason = "other tests use more of it")]
mod known;

use std::{fs, path::Path};

use known::{ceremony, key, statement};
use pot_attestation::{
    ANSWERS, Algorithm, Countersigned, IN_TOTO, MODEL_SIGNING, PublicKey, SignedAnswers, SigningKey, SigstoreBundle,
    Statement, Subject, Verdict, registration_statement,
};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::Preset,
    registration::{ModelFile, ModelIdentity},
    statement::RawStatement,
    transcript::{Side, Transcript},
};
use pot_verifier::{
    CheckError, Class, Evidence, Report, Said, Signed, check,
    trust::{TrustStore, known_circuit},
};
use serde::Serialize;

/// A published bundle of eleven records.
fn published(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/v1/valid/forgeable");
    fs::read(folder.join(name)).unwrap()
}

fn auditor() -> SigningKey {
    SigningKey::new(Algorithm::Ed25519, &[1; 32]).unwrap()
}

fn signed<P: Serialize>(statement: &Statement<P>, key: &SigningKey) -> Vec<u8> {
    SigstoreBundle::sign(IN_TOTO, statement.to_json().unwrap(), key).to_json().unwrap()
}

/// What the published bundle says, with this digest for its transcript.
fn outcome(transcript: Digest) -> Statement<Verdict> {
    let bundle = Bundle::from_bytes(&published("bundle.pot")).unwrap();
    let document = bundle.statement.registration().fields().policy.document;
    let preset = Preset::all().into_iter().find(|preset| preset.document_digest() == document).unwrap();
    Verdict::statement(&bundle, &preset.policy(), transcript)
}

/// The report on the published bundle with an attestation of the auditor.
fn attested(attestation: Vec<u8>, transcript: Option<&[u8]>) -> Result<Report, CheckError> {
    let mut trust = TrustStore::new(true);
    trust.add(&published("verifying.key")).unwrap();
    let (attestations, identities) = ([attestation], [auditor().public()]);
    let evidence = Evidence { transcript, attestations: &attestations, identities: &identities, ..Evidence::default() };
    check(&published("bundle.pot"), &trust, &evidence)
}

/// The report on a statement of one's own, with attestations of the auditor.
fn report_on(raw: RawStatement, attestations: &[Vec<u8>]) -> Result<Report, CheckError> {
    let key = key(raw.capacity, ceremony(), known_circuit(raw.capacity));
    let mut trust = TrustStore::new(false);
    trust.add(&key.to_bytes()).unwrap();
    let identities = [auditor().public()];
    let evidence = Evidence { attestations, identities: &identities, ..Evidence::default() };
    check(&known::bundle(&key, raw.validate().unwrap()).to_bytes(), &trust, &evidence)
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[track_caller]
fn is_invalid(result: Result<Report, CheckError>, why: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.class(), Class::Invalid, "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_signed_outcome_names_the_transcript_that_was_given() {
    let transcript = published("transcript.ndjson");
    let digest = Digest::of(&transcript);
    let genuine = signed(&outcome(digest), &auditor());
    let report = attested(genuine.clone(), Some(&transcript)).unwrap();
    assert_eq!(report.signed, [Signed { key: auditor().public().id(), said: Said::Verdict { transcript: digest } }]);
    assert!(has(&report.verified, "names the transcript that was given"));
    assert!(has(&report.verified, "all that the bundle says is signed by Ed25519 key"));
    assert!(!has(&report.not_given, "--attestation") && !has(&report.warnings, "nothing that was given is signed"));
    let without = attested(genuine, None).unwrap();
    assert!(has(&without.not_given, &format!("--transcript: whether it is the signed one, {digest}")));
    assert!(!has(&without.verified, "names the transcript"));
    is_invalid(attested(signed(&outcome(Digest([4; 32])), &auditor()), Some(&transcript)), "it names transcript 0404");
}

#[test]
fn who_was_named_and_signed_nothing_is_said_and_what_nobody_signed() {
    let report = report_on(statement(), &[]).unwrap();
    assert!(has(&report.not_given, "--attestation: what the auditor signed"));
    let silent = format!("nothing that was given is signed by key {}, which you named", auditor().public().id());
    assert!(report.warnings.contains(&silent), "{:?}", report.warnings);
    // A registration is not an outcome.
    let registration = statement().registration.validate().unwrap();
    let report = report_on(statement(), &[signed(&registration_statement(&registration), &auditor())]).unwrap();
    assert!(has(&report.not_given, "--attestation") && !report.warnings.contains(&silent));
}

#[test]
fn a_signed_registration_is_the_bundles_own() {
    let of =
        |raw: &RawStatement| signed(&registration_statement(&raw.registration.clone().validate().unwrap()), &auditor());
    let report = report_on(statement(), &[of(&statement())]).unwrap();
    assert_eq!(report.signed[0].said, Said::Registration);
    let mut other = statement();
    other.registration.due_by += 1;
    is_invalid(report_on(other, &[of(&statement())]), "another registration");
}

/// A statement whose reference and candidate are read from one file each, with these digests.
fn read_from(reference: u8, candidate: u8) -> RawStatement {
    let mut raw = statement();
    for (model, byte) in [(&mut raw.registration.reference, reference), (&mut raw.registration.candidate, candidate)] {
        if let ModelIdentity::Weights { weights, files, name, .. } = model {
            "model".clone_into(name);
            *weights = Digest([byte; 32]);
            *files = vec![ModelFile { name: "model.gguf".to_owned(), sha256: Digest([byte; 32]) }];
        }
    }
    raw
}

/// A model signing over one file with this digest.
fn signed_model(byte: u8) -> Vec<u8> {
    let file = Digest([byte; 32]);
    let subject = vec![Subject::sha256("model", Digest::of(&file.0))];
    let predicate = serde_json::json!({
        "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false},
        "resources": [{"algorithm": "sha256", "name": "model.gguf", "digest": file}],
    });
    signed(&Statement::new(subject, MODEL_SIGNING, predicate), &auditor())
}

#[test]
fn signed_files_count_for_the_side_that_was_read_from_them() {
    for (reference, candidate, said, whose) in [
        (5, 6, Said::Reference, "the reference was read from"),
        (6, 5, Said::Candidate, "the candidate was read from"),
        (5, 5, Said::Both, "the models were read from"),
    ] {
        let report = report_on(read_from(reference, candidate), &[signed_model(5)]).unwrap();
        assert_eq!(report.signed[0].said, said);
        assert!(has(&report.verified, &format!("all files that {whose} are among 1 signed by")), "{report:?}");
    }
    is_invalid(report_on(read_from(6, 7), &[signed_model(5)]), "as candidate: ");
}

#[test]
fn a_countersigned_identity_counts_for_the_side_that_has_it() {
    let of = |raw: &RawStatement, side| {
        let registration = raw.registration.clone().validate().unwrap();
        signed(&Countersigned::statement(&registration, side), &auditor())
    };
    let raw = read_from(5, 6);
    for (side, whose) in [(Side::Reference, "the reference's"), (Side::Candidate, "the candidate's")] {
        let report = report_on(raw.clone(), &[of(&raw, side)]).unwrap();
        assert_eq!(report.signed[0].said, Said::Identity { side });
        assert!(has(&report.verified, &format!("{whose} registered identity is signed")));
    }
    let same = read_from(5, 5);
    assert_eq!(report_on(same.clone(), &[of(&same, Side::Candidate)]).unwrap().signed[0].said, Said::Both);
    is_invalid(report_on(same, &[of(&raw, Side::Candidate)]), "another model than either");
}

#[test]
fn signed_answers_are_held_against_the_records_at_hand() {
    let transcript = published("transcript.ndjson");
    let records = Transcript::replay(&transcript).unwrap().records().to_vec();
    let bundle = Bundle::from_bytes(&published("bundle.pot")).unwrap();
    let registration = bundle.statement.registration();
    let statement = SignedAnswers::statement(registration, Side::Candidate, &records);
    assert_eq!(statement.predicate_type, ANSWERS);
    let figures = statement.predicate.has_figures();
    let report = attested(signed(&statement, &auditor()), Some(&transcript)).unwrap();
    let said = Said::Answers { side: Side::Candidate, records: records.len(), figures };
    assert_eq!(report.signed[0].said, said);
    assert!(has(&report.verified, "answers, not the figures, in 11 records are signed"), "{:?}", report.verified);
    // Without records there is nothing to hold them against.
    let without = attested(signed(&statement, &auditor()), None).unwrap();
    assert!(without.signed.is_empty() && has(&without.not_given, "the records that the candidate's signed answers"));
    let mut other = statement;
    other.predicate.answers[3].answer.0[0] ^= 1;
    is_invalid(attested(signed(&other, &auditor()), Some(&transcript)), "record 3");
}

#[test]
fn an_attestation_needs_a_named_key_and_a_known_predicate() {
    let mut trust = TrustStore::new(true);
    trust.add(&published("verifying.key")).unwrap();
    let attestations = [signed(&outcome(Digest([4; 32])), &auditor())];
    let class = |attestations: &[Vec<u8>], identities: &[PublicKey]| {
        let evidence = Evidence { attestations, identities, ..Evidence::default() };
        check(&published("bundle.pot"), &trust, &evidence).unwrap_err().class()
    };
    let other = SigningKey::new(Algorithm::Ed25519, &[2; 32]).unwrap();
    assert_eq!(class(&attestations, &[]), Class::Trust);
    assert_eq!(class(&attestations, &[other.public()]), Class::Invalid);
    assert_eq!(class(&[b"{}".to_vec()], &[other.public()]), Class::Malformed);
    let unknown = signed(&Statement::new(vec![], "urn:unknown", 1), &auditor());
    assert_eq!(class(&[unknown], &[auditor().public()]), Class::Malformed);
}
