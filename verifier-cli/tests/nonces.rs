//! Where a nonce comes from, and what a report makes of it; and who is left to be trusted after all that was given.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[allow(dead_code, reason = "other tests use more of it")]
mod known;

use known::{ceremony, key, statement};
use pot_attestation::{
    Algorithm, IN_TOTO, PublicKey, QUICKNET, SigningKey, SigstoreBundle, Statement, registration_statement, sign_nonce,
};
use pot_protocol::{
    digest::Digest,
    registration::{ModelIdentity, NonceFile, NonceSource, RawRegistration},
    statement::RawStatement,
};
use pot_verifier::{
    CheckError, Class, Evidence, Piece, Report, check,
    trust::{TrustStore, known_circuit},
};

/// Round 123 of quicknet, and what it gives.
const ROUND: &[u8] = br#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;
const GIVEN: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";
const NONCE: Digest = Digest([9; 32]);

fn counterparty() -> SigningKey {
    SigningKey::new(Algorithm::EcdsaP256, &[7; 32]).unwrap()
}

fn signed_by(key: &SigningKey) -> NonceSource {
    NonceSource::Signed { name: "them".to_owned(), key: key.public().to_der() }
}

/// A statement with this source of its nonce.
fn from(source: NonceSource, nonce: Digest) -> RawStatement {
    let mut raw = statement();
    raw.registration.nonce = source;
    raw.nonce = nonce;
    raw
}

fn answer(registration: &RawRegistration, key: &SigningKey) -> Vec<u8> {
    sign_nonce(&registration.clone().validate().unwrap(), NONCE, key).unwrap()
}

fn report(raw: RawStatement, evidence: &Evidence<'_>) -> Result<Report, CheckError> {
    let key = key(raw.capacity, ceremony(), known_circuit(raw.capacity));
    let mut trust = TrustStore::new(false);
    trust.add(&key.to_bytes()).unwrap();
    check(&known::bundle(&key, raw.validate().unwrap()).to_bytes(), &trust, evidence)
}

fn with_nonce(raw: RawStatement, file: Option<&[u8]>, identities: &[PublicKey]) -> Result<Report, CheckError> {
    report(raw, &Evidence { nonce: file, identities, ..Evidence::default() })
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn a_signed_nonce_counts_under_a_key_that_was_named() {
    let raw = from(signed_by(&counterparty()), NONCE);
    let file = answer(&raw.registration, &counterparty());
    let other = SigningKey::new(Algorithm::EcdsaP256, &[8; 32]).unwrap();
    for (identities, counts) in [(vec![], false), (vec![other.public()], false), (vec![counterparty().public()], true)]
    {
        let report = with_nonce(raw.clone(), Some(&file), &identities).unwrap();
        assert_eq!(report.pieces.contains(&Piece::Nonce), counts);
        assert_eq!(has(&report.warnings, "signed by a key that you did not name"), !counts);
        assert_eq!(report.nonce_key, Some(counterparty().public().id()));
        assert!(has(&report.verified, "registered as that of 'them'"));
        // Whose nonce it is did sign something.
        assert!(!has(&report.warnings, &format!("is signed by key {}", counterparty().public().id())));
    }
}

#[test]
fn a_nonce_and_a_word_of_the_auditor_under_one_key_are_grindable() {
    let raw = from(signed_by(&counterparty()), NONCE);
    let file = answer(&raw.registration, &counterparty());
    let statement = registration_statement(&raw.registration.clone().validate().unwrap());
    let auditor = SigningKey::new(Algorithm::EcdsaP256, &[8; 32]).unwrap();
    for (signer, grindable) in [(&counterparty(), true), (&auditor, false)] {
        let attestations = [SigstoreBundle::sign(IN_TOTO, statement.to_json().unwrap(), signer).to_json().unwrap()];
        let identities = [counterparty().public(), auditor.public()];
        let evidence = Evidence {
            nonce: Some(&file),
            attestations: &attestations,
            identities: &identities,
            ..Evidence::default()
        };
        let report = report(raw.clone(), &evidence).unwrap();
        assert_eq!(has(&report.warnings, "this run is grindable"), grindable, "{:?}", report.warnings);
        assert_eq!(report.pieces.contains(&Piece::Nonce), !grindable);
    }
}

#[test]
fn a_publishers_word_under_the_key_of_the_nonce_grinds_nothing() {
    let raw = from(signed_by(&counterparty()), NONCE);
    let file = answer(&raw.registration, &counterparty());
    let registration = raw.registration.clone().validate().unwrap();
    let statement = pot_attestation::Countersigned::statement(&registration, pot_protocol::transcript::Side::Reference);
    let attestations =
        [SigstoreBundle::sign(IN_TOTO, Statement::to_json(&statement).unwrap(), &counterparty()).to_json().unwrap()];
    let identities = [counterparty().public()];
    let evidence =
        Evidence { nonce: Some(&file), attestations: &attestations, identities: &identities, ..Evidence::default() };
    let report = report(raw, &evidence).unwrap();
    assert!(report.pieces.contains(&Piece::Nonce) && !has(&report.warnings, "grindable"), "{:?}", report.warnings);
}

#[test]
fn what_does_not_give_the_nonce_is_refused_by_its_class() {
    let raw = from(signed_by(&counterparty()), NONCE);
    let file = answer(&raw.registration, &counterparty());
    let class = |raw: RawStatement, file: &[u8]| with_nonce(raw, Some(file), &[]).unwrap_err().class();
    assert_eq!(class(raw.clone(), b"{}"), Class::Malformed, "no envelope");
    let mut other = raw.clone();
    other.nonce = Digest([8; 32]);
    assert_eq!(class(other, &file), Class::Invalid, "another nonce");
    let mut other = raw;
    other.registration.due_by += 1;
    assert_eq!(class(other, &file), Class::Invalid, "another registration");
    let plain = from(NonceSource::Counterparty { name: "them".to_owned() }, NONCE);
    assert_eq!(class(plain, b"{}"), Class::Malformed, "no answer");
    let beacon = |chain| {
        let mut raw = from(NonceSource::Beacon { chain, round: 123 }, GIVEN.parse().unwrap());
        (raw.registration.registered_at, raw.registration.due_by) = (1_692_803_400, 1_692_900_000);
        raw.sealed_at = 1_692_804_000;
        raw
    };
    assert_eq!(class(beacon(QUICKNET.hash), b"{}"), Class::Malformed, "no round");
    assert_eq!(class(beacon(Digest([3; 32])), ROUND), Class::Trust, "another chain");
    assert!(with_nonce(beacon(QUICKNET.hash), Some(ROUND), &[]).unwrap().pieces.contains(&Piece::Nonce));
}

#[test]
fn where_nothing_shows_who_chose_the_nonce_the_report_says_so() {
    for (source, warned, wanted) in [
        (NonceSource::OwnChoice { nonce: NONCE }, "the auditor chose the nonce", false),
        (
            NonceSource::Counterparty { name: "them".to_owned() },
            "said to come from 'them' and nothing here shows",
            false,
        ),
        (signed_by(&counterparty()), "said to be signed by 'them', and their answer was not given", true),
        (NonceSource::Beacon { chain: QUICKNET.hash, round: 123 }, "said to be round 123 of a public beacon", true),
    ] {
        let report = with_nonce(from(source, NONCE), None, &[]).unwrap();
        assert!(has(&report.warnings, warned), "{:?}", report.warnings);
        assert_eq!(has(&report.not_given, "--nonce"), wanted, "{warned}");
    }
    // An answer without a signature is what the auditor says that it is.
    let raw = from(NonceSource::Counterparty { name: "them".to_owned() }, NONCE);
    let registration = raw.registration.clone().validate().unwrap().digest();
    let file = serde_json::to_vec(&NonceFile { registration, nonce: NONCE }).unwrap();
    let report = with_nonce(raw, Some(&file), &[]).unwrap();
    assert!(has(&report.warnings, "nothing here shows it") && !report.pieces.contains(&Piece::Nonce));
}

/// Who is trusted in a report, each once for each thing.
fn trusted(report: &Report) -> Vec<&str> {
    report.trusted_for.iter().map(|trustee| trustee.who.as_str()).collect()
}

#[test]
fn what_is_given_takes_its_trustees_place() {
    let raw = from(signed_by(&counterparty()), NONCE);
    let plain = with_nonce(raw.clone(), None, &[]).unwrap();
    let auditor = "the auditor";
    assert_eq!(trusted(&plain), ["the makers of the verifying key", auditor, auditor, auditor, auditor, auditor]);
    let grinding = "not to have chosen this run among several with other nonces";
    assert!(plain.trusted_for.iter().any(|trustee| trustee.what == grinding));

    let file = answer(&raw.registration, &counterparty());
    let shown = with_nonce(raw.clone(), Some(&file), &[counterparty().public()]).unwrap();
    assert!(trusted(&shown).contains(&"the counterparty 'them'"));
    assert!(!shown.trusted_for.iter().any(|trustee| trustee.what == grinding));
    let unnamed = with_nonce(raw, Some(&file), &[]).unwrap();
    assert!(!trusted(&unnamed).contains(&"the counterparty 'them'"));

    let mut raw = from(NonceSource::Beacon { chain: QUICKNET.hash, round: 123 }, GIVEN.parse().unwrap());
    (raw.registration.registered_at, raw.registration.due_by) = (1_692_803_400, 1_692_900_000);
    raw.sealed_at = 1_692_804_000;
    for (file, there) in [(Some(ROUND), true), (None, false)] {
        let report = with_nonce(raw.clone(), file, &[]).unwrap();
        assert_eq!(trusted(&report).contains(&"the beacon drand"), there);
    }
    raw.registration.candidate = ModelIdentity::Endpoint {
        name: "vllm:http://h#m".to_owned(),
        dialect: "vllm".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "x".to_owned(),
        tokenizer: Digest([3; 32]),
    };
    assert!(trusted(&with_nonce(raw, None, &[]).unwrap()).contains(&"whoever serves the candidate"));
}
