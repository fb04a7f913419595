//! When the registration was there, by time-stamps that OpenSSL made and by logs that are made here: what the report says, and how
//! `pot-check` ends.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod known;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use known::{ceremony, key};
use pot_attestation::{Algorithm, Certificate, NoteKey, QUICKNET, SigningKey};
use pot_protocol::{
    digest::Digest,
    merkle::{leaf_hash, node_hash},
    registration::NonceSource,
    statement::RawStatement,
};
use pot_verifier::{
    CheckError, Class, Evidence, Piece, Report, Times, check,
    trust::{TrustStore, known_circuit},
};

/// When the registration of the time-stamps is said to be of; round 123 of the beacon came 333 seconds later.
const REGISTERED: u64 = 1_692_803_400;
const ROUND: &str = r#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

fn time_stamp(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/attestation/tests/time-stamp").join(name)
}

fn file(name: &str) -> Vec<u8> {
    fs::read(time_stamp(name)).unwrap()
}

/// A statement whose registration is the one that the time-stamps are about.
fn statement() -> RawStatement {
    let mut raw = known::statement();
    raw.registration.registered_at = REGISTERED;
    raw.registration.due_by = 1_692_900_000;
    raw.registration.nonce = NonceSource::Beacon { chain: QUICKNET.hash, round: 123 };
    raw.nonce = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc".parse().unwrap();
    raw.sealed_at = 1_692_804_000;
    raw
}

fn bundle_and_key(raw: RawStatement) -> [Vec<u8>; 2] {
    let key = key(raw.capacity, ceremony(), known_circuit(raw.capacity));
    [known::bundle(&key, raw.validate().unwrap()).to_bytes(), key.to_bytes()]
}

fn report(raw: RawStatement, times: Times<'_>) -> Result<Report, CheckError> {
    let [bundle, key] = bundle_and_key(raw);
    let mut trust = TrustStore::new(false);
    trust.add(&key).unwrap();
    check(&bundle, &trust, &Evidence { nonce: Some(ROUND.as_bytes()), times, ..Evidence::default() })
}

fn stamped(tokens: &[&str], certificates: &str) -> Result<Report, CheckError> {
    let tokens: Vec<_> = tokens.iter().map(|name| file(name)).collect();
    let authorities = Certificate::read_all(&file(certificates)).unwrap();
    report(statement(), Times { time_stamps: &tokens, authorities: &authorities, ..Times::default() })
}

/// A log or a witness.
struct Signer {
    name: &'static str,
    kind: u8,
    key: SigningKey,
}

impl Signer {
    fn new(name: &'static str, kind: u8) -> Self {
        let seed = Digest::of(name.as_bytes());
        Self { name, kind, key: SigningKey::new(Algorithm::Ed25519, &seed.0).unwrap() }
    }

    fn public(&self) -> Vec<u8> {
        let der = self.key.public().to_der();
        [&[self.kind][..], &der[der.len() - 32..]].concat()
    }

    fn id(&self) -> [u8; 4] {
        *Digest::of(&[self.name.as_bytes(), b"\n", &self.public()].concat()).0.first_chunk().unwrap()
    }

    fn vkey(&self) -> String {
        format!("{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(self.public()))
    }

    fn line(&self, text: &str, time: Option<u64>) -> String {
        let signature = match time {
            None => self.key.sign(text.as_bytes()),
            Some(time) => {
                let signed = self.key.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
                [&time.to_be_bytes()[..], &signed].concat()
            }
        };
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode([&self.id()[..], &signature].concat()))
    }
}

/// Entry 1 of a log of two, cosigned at these times.
fn log_proof(entry: &[u8], cosigned: &[(&'static str, u64)]) -> String {
    let (first, second) = (leaf_hash(b"another entry"), leaf_hash(entry));
    let text = format!("log.example\n2\n{}\n", STANDARD.encode(node_hash(&first, &second)));
    let witnesses: String = cosigned.iter().map(|&(name, time)| Signer::new(name, 4).line(&text, Some(time))).collect();
    let log = Signer::new("log.example", 1).line(&text, None);
    format!("c2sp.org/tlog-proof@v1\nindex 1\n{}\n\n{text}\n{log}{witnesses}", STANDARD.encode(first))
}

fn logged(raw: RawStatement, cosigned: &[(&'static str, u64)], named: &[&'static str]) -> Result<Report, CheckError> {
    let proofs = [log_proof(&raw.registration.clone().validate().unwrap().to_bytes(), cosigned).into_bytes()];
    let logs = [NoteKey::log(&Signer::new("log.example", 1).vkey()).unwrap()];
    let witnesses: Vec<_> = named.iter().map(|name| NoteKey::witness(&Signer::new(name, 4).vkey()).unwrap()).collect();
    report(raw, Times { log_proofs: &proofs, logs: &logs, witnesses: &witnesses, ..Times::default() })
}

fn has(lines: &[String], parts: &[&str]) -> bool {
    lines.iter().any(|line| parts.iter().all(|part| line.contains(part)))
}

const BY_THE_AUDITOR: [&str; 2] = ["nonce: round 123", "by the auditor's clock"];
const MADE_TO_SUIT: [&str; 2] = ["nothing shows that the registration was there before round 123", "made to suit"];
const DATED_BACK: [&str; 1] = ["dated back"];
const AHEAD: [&str; 1] = ["ahead of theirs"];
const AFTER_SEALED: [&str; 1] = ["after the run was sealed"];

#[test]
fn the_time_stamps_are_about_the_registration_here() {
    assert_eq!(statement().registration.validate().unwrap().to_bytes(), file("registration.pot"));
}

#[test]
fn a_time_stamp_before_the_beacons_round_takes_the_place_of_the_auditors_clock() {
    let plain = report(statement(), Times::default()).unwrap();
    assert!(has(&plain.verified, &BY_THE_AUDITOR) && has(&plain.not_given, &["--time-stamp"]), "{plain:?}");
    assert_eq!(plain.times.earliest, None);
    let report = stamped(&["in-time.tst"], "ca.pem").unwrap();
    let shown =
        ["it came at 2023-08-23T15:15:33Z", "'CN=p256 of the tests' had seen the registration at 2023-08-23T15:11:40Z"];
    assert!(has(&report.verified, &shown), "{:?}", report.verified);
    assert!(has(
        &report.verified,
        &["time-stamp: the registration was there at", "policy 1.2.3.4.1", "'CN=ca of the tests'"]
    ));
    assert!(!has(&report.verified, &BY_THE_AUDITOR) && !has(&report.not_given, &["--time-stamp"]));
    assert!(has(&report.not_given, &["revoked"]));
    for warning in [&MADE_TO_SUIT[..], &DATED_BACK, &AHEAD, &AFTER_SEALED] {
        assert!(!has(&report.warnings, warning), "{:?}", report.warnings);
    }
    let [stamp] = &report.times.time_stamps[..] else { panic!("{:?}", report.times) };
    assert_eq!((stamp.time, stamp.serial.as_str()), (1_692_803_500, "0badcafe"));
}

#[test]
fn a_time_stamp_after_the_round_or_the_run_is_warned_of() {
    let late = stamped(&["late.tst"], "ca.pem").unwrap();
    assert!(has(&late.warnings, &MADE_TO_SUIT) && has(&late.verified, &BY_THE_AUDITOR), "{late:?}");
    assert!(!has(&late.warnings, &AFTER_SEALED));
    // Made by `openssl ts` years later.
    let years = stamped(&["rsa.tsr"], "rsa.pem").unwrap();
    for warning in [&MADE_TO_SUIT[..], &DATED_BACK, &AFTER_SEALED] {
        assert!(has(&years.warnings, warning), "{:?}", years.warnings);
    }
    // The earliest of several counts, whatever the others say.
    for order in [["in-time.tst", "rsa.tsr"], ["rsa.tsr", "in-time.tst"]] {
        let both = stamped(&order, "ca.pem").unwrap();
        assert_eq!(both.times.earliest.unwrap().time, 1_692_803_500);
        assert!(!has(&both.warnings, &MADE_TO_SUIT) && !has(&both.warnings, &AFTER_SEALED));
    }
}

#[test]
fn a_round_is_later_than_what_was_seen_before_it_came() {
    let came = QUICKNET.time_of(123);
    for (seen, shown) in [(came - 1, true), (came, false)] {
        let report = logged(statement(), &[("witness.example", seen)], &["witness.example"]).unwrap();
        assert_eq!(has(&report.verified, &["'witness.example' had seen"]), shown, "{report:?}");
        assert_eq!(has(&report.warnings, &MADE_TO_SUIT), !shown);
        // Against the evidence the nonce is no piece of it; without any it stands on the auditor's clock.
        assert_eq!(report.pieces.contains(&Piece::Nonce), shown);
    }
    assert!(report(statement(), Times::default()).unwrap().pieces.contains(&Piece::Nonce));
}

#[test]
fn the_auditors_times_are_held_against_those_of_others() {
    for (seen, warning) in [
        (REGISTERED - 601, Some(&AHEAD[..])),
        (REGISTERED - 600, None),
        (REGISTERED + 600, None),
        (REGISTERED + 601, Some(&DATED_BACK)),
        (0, Some(&AHEAD)),
        (1 << 62, Some(&DATED_BACK)),
    ] {
        let report = logged(statement(), &[("witness.example", seen)], &["witness.example"]).unwrap();
        for known in [&AHEAD[..], &DATED_BACK] {
            assert_eq!(has(&report.warnings, known), warning == Some(known), "{seen}: {:?}", report.warnings);
        }
    }
    let sealed = statement().sealed_at;
    for (seen, late) in [(sealed, false), (sealed + 1, true)] {
        let report = logged(statement(), &[("witness.example", seen)], &["witness.example"]).unwrap();
        assert_eq!(has(&report.warnings, &AFTER_SEALED), late, "{:?}", report.warnings);
        assert_eq!(report.pieces.contains(&Piece::Time), !late);
    }
}

#[test]
fn a_log_says_where_and_its_named_witnesses_when() {
    let cosigned = [("one.example", REGISTERED + 30), ("two.example", REGISTERED + 20), ("three.example", 5)];
    let report = logged(statement(), &cosigned, &["one.example", "two.example", "four.example"]).unwrap();
    assert!(has(
        &report.verified,
        &["log proof: the registration is entry 1 of 2 of the log 'log.example'", "by witness 'two"]
    ));
    let [found] = &report.times.log_proofs[..] else { panic!("{:?}", report.times) };
    assert_eq!((found.index, found.size, found.cosignatures.len()), (1, 2, 2));
    // Whom nobody named says nothing.
    let earliest = report.times.earliest.unwrap();
    assert_eq!((earliest.time, earliest.by.as_str()), (REGISTERED + 20, "witness 'two.example'"));
    assert!(has(&report.warnings, &["no log proof is cosigned by 'four.example'"]), "{:?}", report.warnings);
    assert!(!has(&report.warnings, &["cosigned by 'one.example'"]));
    // Of two at one time the first is named.
    let named = ["one.example", "two.example"];
    let report = logged(statement(), &named.map(|name| (name, REGISTERED)), &named).unwrap();
    assert_eq!(report.times.earliest.unwrap().by, "witness 'one.example'");
    // Without witnesses there is a place and no time.
    let untimed = logged(statement(), &cosigned, &[]).unwrap();
    assert!(has(&untimed.verified, &["no witness was named to say when"]) && has(&untimed.verified, &BY_THE_AUDITOR));
    assert!(untimed.times.earliest.is_none() && has(&untimed.not_given, &["--witness-key"]));
}

#[test]
fn what_does_not_fit_is_refused_by_its_class() {
    let class = |result: Result<Report, CheckError>| result.unwrap_err().class();
    assert_eq!(class(stamped(&["in-time.tst"], "other.pem")), Class::Trust);
    assert_eq!(class(stamped(&["bare.tst"], "ca.pem")), Class::Trust);
    assert_eq!(class(stamped(&["pss.tst"], "ca.pem")), Class::Trust);
    assert_eq!(class(stamped(&["other.tst"], "ca.pem")), Class::Invalid);
    assert_eq!(class(stamped(&["two.tst"], "ca.pem")), Class::Invalid);
    assert_eq!(class(stamped(&["no-ess.tst"], "ca.pem")), Class::Invalid);
    assert_eq!(class(stamped(&["refused.tsr"], "ca.pem")), Class::Invalid);
    assert_eq!(class(stamped(&["no-token.tst"], "ca.pem")), Class::Malformed);
    // One of several that does not fit is enough.
    assert_eq!(class(stamped(&["in-time.tst", "other.tst"], "ca.pem")), Class::Invalid);
    let tokens = [file("in-time.tst")];
    assert_eq!(class(report(statement(), Times { time_stamps: &tokens, ..Times::default() })), Class::Trust);
    // Another registration.
    let mut other = statement();
    other.registration.sequence = 1;
    other.registration.due_by += 1;
    let authorities = Certificate::read_all(&file("ca.pem")).unwrap();
    let times = Times { time_stamps: &tokens, authorities: &authorities, ..Times::default() };
    assert_eq!(class(report(other, times)), Class::Invalid);

    assert_eq!(class(logged(statement(), &[("one.example", 5)], &["two.example"])), Class::Trust);
    let logs = [NoteKey::log(&Signer::new("log.example", 1).vkey()).unwrap()];
    let proofs = [log_proof(b"another", &[]).into_bytes()];
    let elsewhere = report(statement(), Times { log_proofs: &proofs, logs: &logs, ..Times::default() }).unwrap_err();
    assert!(elsewhere.to_string().contains("the log proof is not about this bundle's registration"), "{elsewhere}");
    for (proof, logs, expected) in [
        (log_proof(b"another", &[]), &logs[..], Class::Invalid),
        (log_proof(&file("registration.pot"), &[]), &[], Class::Trust),
        ("c2sp.org/tlog-proof@v1\n".to_owned(), &logs, Class::Malformed),
        (log_proof(&file("registration.pot"), &[]).replace("\nlog.example", "\nlog.example/2"), &logs, Class::Trust),
    ] {
        let proofs = [proof.into_bytes()];
        assert_eq!(class(report(statement(), Times { log_proofs: &proofs, logs, ..Times::default() })), expected);
    }
}

#[test]
fn pot_check_ends_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [bundle, key] = bundle_and_key(statement());
    let (log, witness) = (Signer::new("log.example", 1).vkey(), Signer::new("witness.example", 4).vkey());
    let proof = log_proof(&file("registration.pot"), &[("witness.example", REGISTERED + 10)]);
    for (name, bytes) in [
        ("bundle.pot", &bundle[..]),
        ("verifying.key", &key),
        ("round.json", ROUND.as_bytes()),
        ("proof.tlog-proof", proof.as_bytes()),
        ("log.vkey", format!("{log}\n").as_bytes()),
    ] {
        fs::write(path(name), bytes).unwrap();
    }
    let run = |more: &[&str]| -> Output {
        let (bundle, key, round) = (path("bundle.pot"), path("verifying.key"), path("round.json"));
        let always = ["verify", &bundle, "--trust", &key, "--nonce", &round];
        Command::new(env!("CARGO_BIN_EXE_pot-check")).args(always).args(more).output().unwrap()
    };
    let stored = |name: &str| time_stamp(name).to_str().unwrap().to_owned();
    let (token, late, ca, other) = (stored("in-time.tst"), stored("late.tst"), stored("ca.pem"), stored("other.pem"));
    let (proof, log_file, key, nothing) =
        (path("proof.tlog-proof"), path("log.vkey"), path("verifying.key"), path("nothing"));
    for (arguments, code, says) in [
        (&["--time-stamp", &token, "--tsa", &ca][..], 0, "had seen the registration at 2023-08-23T15:11:40Z"),
        (&["--time-stamp", &token, "--tsa", &other, "--tsa", &ca], 0, "verified: time-stamp"),
        (&["--time-stamp", &token, "--time-stamp", &late, "--tsa", &ca], 0, "had seen"),
        (&["--time-stamp", &late, "--tsa", &ca], 0, "warning: nothing shows"),
        (&["--time-stamp", &token], 5, "--tsa"),
        (&["--time-stamp", &token, "--tsa", &other], 5, "no certificate that you named"),
        (&["--time-stamp", &token, "--tsa", &nothing], 5, "--tsa"),
        (&["--time-stamp", &token, "--tsa", &log_file], 5, "no 'BEGIN CERTIFICATE' block"),
        (&["--tsa", &ca], 2, "--time-stamp"),
        (&["--time-stamp", &nothing, "--tsa", &ca], 3, "nothing"),
        (&["--time-stamp", &ca, "--tsa", &ca], 3, "time-stamp"),
        (&["--time-stamp", &stored("other.tst"), "--tsa", &ca], 1, "not about this bundle's registration"),
        (
            &["--log-proof", &proof, "--log-key", &log, "--witness-key", &witness],
            0,
            "witness 'witness.example' had seen",
        ),
        (&["--log-proof", &proof, "--log-key", &log_file], 0, "no witness was named"),
        (&["--log-proof", &proof], 5, "--log-key"),
        (&["--log-proof", &proof, "--log-key", &witness], 5, "key of a witness"),
        (&["--log-proof", &proof, "--log-key", &nothing], 5, "no verifier key"),
        (&["--log-proof", &proof, "--log-key", &key], 5, "--log-key"),
        (&["--log-key", &log], 2, "--log-proof"),
        (&["--witness-key", &witness], 2, "--log-proof"),
        (&["--log-proof", &token, "--log-key", &log], 3, "log proof"),
    ] {
        let output = run(arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let json = run(&["--time-stamp", &token, "--tsa", &ca, "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["times"]["time_stamps"][0]["authority"], "CN=p256 of the tests");
    assert_eq!(json["times"]["earliest"]["time"], 1_692_803_500);
}

#[test]
fn a_release_is_asked_when_the_registration_was_there_once_somebody_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [bundle, key] = bundle_and_key(statement());
    let proof = log_proof(&file("registration.pot"), &[("witness.example", REGISTERED + 10)]);
    let files = [
        ("bundle.pot", bundle),
        ("nonce.json", ROUND.as_bytes().to_vec()),
        ("registration.tsr", file("in-time.tst")),
        ("registration.tlog-proof", proof.into_bytes()),
    ];
    fs::create_dir(folder.path().join("release")).unwrap();
    fs::write(folder.path().join("verifying.key"), key).unwrap();
    let mut list = vec![];
    for (name, bytes) in &files {
        fs::write(folder.path().join("release").join(name), bytes).unwrap();
        list.push(format!("{}  {name}\n", Digest::of(bytes)));
    }
    fs::write(folder.path().join("release/SHA256SUMS"), list.concat()).unwrap();
    let ca = time_stamp("ca.pem").to_str().unwrap().to_owned();
    let log = Signer::new("log.example", 1).vkey();
    for (arguments, stamps, proofs) in [
        (&[][..], 0, 0),
        (&["--tsa", &ca][..], 1, 0),
        (&["--log-key", &log], 0, 1),
        (&["--tsa", &ca, "--time-stamp", "release/registration.tsr"], 1, 0),
        (&["--log-key", &log, "--log-proof", "release/registration.tlog-proof"], 0, 1),
    ] {
        let always = ["verify", "release", "--trust", "verifying.key", "--json"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_pot-check"));
        let ran = command.args(always).args(arguments).current_dir(folder.path()).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
        let count = |of: &str| report["times"][of].as_array().unwrap().len();
        assert_eq!((count("time_stamps"), count("log_proofs")), (stamps, proofs), "{arguments:?}");
    }
    // Without them it is as anywhere: whoever names an authority says what of.
    fs::write(folder.path().join("release/SHA256SUMS"), list[..2].concat()).unwrap();
    for named in [["--tsa", &ca], ["--log-key", &log]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pot-check"));
        let always = ["verify", "release", "--trust", "verifying.key"];
        let ran = command.args(always).args(named).current_dir(folder.path()).output().unwrap();
        assert_eq!(ran.status.code(), Some(2), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}
