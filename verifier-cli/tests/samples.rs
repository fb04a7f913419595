//! A sample of the records: whose request it answers, and what it shows.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::Path};

use pot_attestation::{Algorithm, IN_TOTO, SignedAnswers, SigningKey, SigstoreBundle};
use pot_protocol::{
    bundle::Bundle,
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    spot::{Openings, Request},
    transcript::{Opening, Side, Transcript},
};
use pot_verifier::{CheckError, Class, Evidence, Piece, Report, Said, check, trust::TrustStore};

/// A published bundle of eleven records.
fn published(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/v1/valid/forgeable");
    fs::read(folder.join(name)).unwrap()
}

fn report(evidence: &Evidence<'_>) -> Result<Report, CheckError> {
    let mut trust = TrustStore::new(true);
    trust.add(&published("verifying.key")).unwrap();
    check(&published("bundle.pot"), &trust, evidence)
}

fn bundle() -> Bundle {
    Bundle::from_bytes(&published("bundle.pot")).unwrap()
}

/// A request for `count` records.
fn request(seed: u8, count: u32) -> Request {
    Request { statement: bundle().statement.digest(), seed: Digest([seed; 32]), count }
}

/// What the auditor answers.
fn opened(request: Request) -> Vec<u8> {
    let transcript = Transcript::replay(&published("transcript.ndjson")).unwrap();
    let opening: Opening = serde_json::from_slice(&published("scores.json")).unwrap();
    let capacity = bundle().statement.fields().capacity;
    let commitment = ScoreCommitment::commit(capacity, &opening.scores, &BlindingSeed::new(opening.seed.0));
    serde_json::to_vec(&Openings::of(request, transcript.records(), &commitment)).unwrap()
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn a_sample_of_ones_own_request_is_a_piece_of_evidence() {
    let (asked, openings) = (serde_json::to_vec(&request(1, 3)).unwrap(), opened(request(1, 3)));
    let evidence = Evidence { openings: Some(&openings), request: Some(&asked), ..Evidence::default() };
    let sampled = report(&evidence).unwrap();
    assert!(sampled.pieces.contains(&Piece::Openings) && !sampled.pieces.contains(&Piece::Reveal));
    assert_eq!(sampled.opened, Some(request(1, 3).indices(11)));
    assert!(has(&sampled.verified, "openings: 3 of 11 records") && has(&sampled.verified, "with probability 72.9 %"));
    assert!(!has(&sampled.warnings, "the sample follows from the statement"));
    assert!(!has(&sampled.not_given, "--openings") && has(&sampled.not_given, "tokenizers"));
    let auditor = |report: &Report| {
        let of = report.trusted_for.iter().find(|trustee| trustee.what.starts_with("that the records are")).unwrap();
        of.what.clone()
    };
    assert!(auditor(&sampled).contains("nothing in the opened ones contradicts it"));
    let plain = report(&Evidence::default()).unwrap();
    assert!(has(&plain.not_given, "--openings") && !auditor(&plain).contains("contradicts"));
    // Beside the transcript, what is not given is not given once.
    let transcript = published("transcript.ndjson");
    let both = report(&Evidence { transcript: Some(&transcript), ..evidence }).unwrap();
    assert_eq!(both.not_given.iter().filter(|line| line.contains("tokenizers")).count(), 1);
    assert!(auditor(&both).contains("nothing in them contradicts it"));
}

#[test]
fn a_sample_that_nobody_asked_for_is_warned_of_and_somebody_elses_refused() {
    let fixed = Request::fiat_shamir(bundle().statement.digest(), 3);
    let openings = opened(fixed);
    let drawn = report(&Evidence { openings: Some(&openings), ..Evidence::default() }).unwrap();
    assert!(has(&drawn.warnings, "the sample follows from the statement itself"));
    assert!(!drawn.pieces.contains(&Piece::Openings) && !has(&drawn.verified, "with probability"));

    let class = |openings: &[u8], request: Option<&[u8]>| {
        report(&Evidence { openings: Some(openings), request, ..Evidence::default() }).unwrap_err().class()
    };
    let (theirs, own) = (opened(request(2, 3)), serde_json::to_vec(&request(1, 3)).unwrap());
    assert_eq!(class(&theirs, None), Class::Trust);
    assert_eq!(class(&theirs, Some(&own)), Class::Invalid);
    assert_eq!(class(&theirs, Some(b"{}")), Class::Malformed);
    assert_eq!(class(b"{}", Some(&own)), Class::Malformed);
    let mut other: Openings = serde_json::from_slice(&opened(request(1, 3))).unwrap();
    other.records[0].record.prompt.push('x');
    assert_eq!(class(&serde_json::to_vec(&other).unwrap(), Some(&own)), Class::Invalid);
}

#[test]
fn the_prompts_of_a_sample_are_the_committed_challenges() {
    let key = published("challenge-key");
    let (asked, openings) = (serde_json::to_vec(&request(1, 3)).unwrap(), opened(request(1, 3)));
    let evidence = Evidence { openings: Some(&openings), reveal: Some(&key), ..Evidence::default() };
    let own = report(&Evidence { request: Some(&asked), ..evidence }).unwrap();
    assert!(own.pieces.contains(&Piece::Reveal) && has(&own.verified, "openings: their prompts are the committed"));
    let fixed = opened(Request::fiat_shamir(bundle().statement.digest(), 3));
    let drawn = report(&Evidence { openings: Some(&fixed), ..evidence }).unwrap();
    assert!(!drawn.pieces.contains(&Piece::Reveal) && has(&drawn.verified, "their prompts are the committed"));
}

#[test]
fn signed_answers_are_held_against_the_sample() {
    let server = SigningKey::new(Algorithm::Ed25519, &[1; 32]).unwrap();
    let transcript = Transcript::replay(&published("transcript.ndjson")).unwrap();
    let statement = SignedAnswers::statement(bundle().statement.registration(), Side::Candidate, transcript.records());
    let attestations = [SigstoreBundle::sign(IN_TOTO, statement.to_json().unwrap(), &server).to_json().unwrap()];
    let (asked, openings) = (serde_json::to_vec(&request(1, 3)).unwrap(), opened(request(1, 3)));
    let identities = [server.public()];
    let evidence = Evidence {
        openings: Some(&openings),
        request: Some(&asked),
        attestations: &attestations,
        identities: &identities,
        ..Evidence::default()
    };
    let said = report(&evidence).unwrap().signed[0].said;
    assert!(matches!(said, Said::Answers { side: Side::Candidate, records: 3, .. }), "{said:?}");
}
