//! Who says what: signed registrations, nonces and outcomes, and what becomes of those that do not fit.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use pot_tests::{check, copy_folder, finished_audit, prove, scratch, text};

const ATTESTATION: &str = "attestation.sigstore.json";
const REGISTRATION: &str = "registration.sigstore.json";

/// Key pairs for all tests here.
fn keys() -> [PathBuf; 2] {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = scratch();
        for (name, algorithm) in [("p256", "p256"), ("ed25519", "ed25519")] {
            let out = folder.path().join(name);
            prove(&["keygen", "--out", text(&out), "--algorithm", algorithm]).expect(0).shows("keep");
        }
        folder
    });
    ["p256", "ed25519"].map(|name| folder.path().join(name))
}

fn public(key: &Path) -> PathBuf {
    key.with_extension("pub")
}

/// `pot-check verify` with a development key and these arguments.
fn verify(folder: &Path, more: &[&str], code: i32) -> pot_tests::Ran {
    check(&[&["verify", text(folder), "--allow-development-key"], more].concat()).expect(code)
}

fn attested(folder: &Path, file: &Path, key: &Path, code: i32) -> pot_tests::Ran {
    verify(folder, &["--attestation", text(file), "--identity", text(&public(key))], code)
}

#[test]
fn an_outcome_is_signed_and_checked_with_both_kinds_of_keys() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    let [p256, ed25519] = keys();
    for (key, other) in [(&p256, &ed25519), (&ed25519, &p256)] {
        let (out, own, others) = (root.path().join(key.file_name().unwrap()), public(key), public(other));
        let attest = ["attest", text(&run), "--key", text(key), "--out", text(&out)];
        prove(&attest).expect(0).shows("signed by");
        attested(&run, &out, key, 0).shows("attestation: all that the bundle says is signed by");
        // With the transcript, it has to be the signed one.
        let with = ["--attestation", text(&out), "--identity", text(&own), "--transcript", text(&run)];
        verify(&run, &with, 0).shows("names the transcript that was given");
        attested(&run, &out, other, 1).shows("no signature of the envelope holds");
        // Of several identities one has signed.
        let both = ["--identity", text(&others), "--identity", text(&own), "--attestation", text(&out)];
        verify(&run, &both, 0);
        prove(&attest).expect(2).shows("not overwritten");
    }
}

#[test]
fn what_was_signed_about_another_run_or_was_changed_is_refused() {
    let root = scratch();
    let [key, _] = keys();
    let (run, other) = (root.path().join("run"), root.path().join("other"));
    copy_folder(finished_audit(), &run);
    prove(&["attest", text(&run), "--key", text(&key)]).expect(0);
    let signed = run.join(ATTESTATION);
    prove(&["audit", "--out", text(&other)]).expect(0);
    attested(&other, &signed, &key, 1).shows("not about this bundle").shows("the bundle says");
    // A proof of the same statement is another bundle, and nobody signed that.
    let again = root.path().join("again");
    copy_folder(&run, &again);
    fs::remove_file(again.join("bundle.pot")).unwrap();
    prove(&["prove", text(&again)]).expect(0);
    attested(&again, &signed, &key, 1).shows("it is not about bundle.pot");
    // A transcript that leads to the same roots and is not the signed file.
    let transcript = root.path().join("transcript.ndjson");
    // When the first question was written down is in no record.
    let lines = fs::read_to_string(run.join("transcript.ndjson")).unwrap();
    let intent = lines.lines().find(|line| line.contains("\"event\":\"intent\"")).unwrap();
    let (before, _) = intent.rsplit_once("\"at\":").unwrap();
    fs::write(&transcript, lines.replacen(intent, &format!("{before}\"at\":1}}"), 1)).unwrap();
    verify(&run, &["--transcript", text(&transcript)], 0);
    let own = public(&key);
    let with = ["--attestation", text(&signed), "--identity", text(&own), "--transcript", text(&transcript)];
    verify(&run, &with, 1).shows("it names transcript");

    let json = fs::read_to_string(&signed).unwrap();
    let changed = root.path().join("changed.json");
    for (from, to, code) in [
        ("\"payload\":\"ey", "\"payload\":\"eZ", 1),
        ("\"sig\":\"M", "\"sig\":\"N", 1),
        ("vnd.in-toto+json", "vnd.in-toto", 1),
        ("v0.3+json", "v0.2+json", 3),
        ("\"dsseEnvelope\"", "\"messageSignature\"", 3),
        ("{\"mediaType\"", "{{\"mediaType\"", 3),
    ] {
        assert!(json.contains(from), "{from}");
        fs::write(&changed, json.replacen(from, to, 1)).unwrap();
        attested(&run, &changed, &key, code);
    }
}

#[test]
fn nobody_signs_what_is_not_proved_or_was_exchanged() {
    let root = scratch();
    let [key, _] = keys();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    let other = root.path().join("other");
    prove(&["register", "--out", text(&other)]).expect(0);
    prove(&["attest", text(&other), "--key", text(&key)]).expect(2).shows("prove the run first");
    prove(&["run", text(&other)]).expect(0);
    prove(&["prove", text(&other)]).expect(0);
    fs::copy(run.join("bundle.pot"), other.join("bundle.pot")).unwrap();
    prove(&["attest", text(&other), "--key", text(&key)]).expect(3).shows("does not state what the records");
    prove(&["attest", text(&run), "--key", text(&public(&key))]).expect(3).shows("no private key");
    prove(&["attest", text(&run), "--key", "no such file"]).expect(3);
    assert!(!run.join(ATTESTATION).exists() && !other.join(ATTESTATION).exists());
}

#[test]
fn an_attestation_needs_an_identity_and_a_key_that_is_one() {
    let root = scratch();
    let [key, _] = keys();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    prove(&["attest", text(&run), "--key", text(&key)]).expect(0);
    let signed = run.join(ATTESTATION);
    verify(&run, &["--attestation", text(&signed)], 2).shows("--identity");
    verify(&run, &["--identity", text(&public(&key))], 2).shows("--attestation");
    // Who was named and has signed nothing is said.
    let [own, others] = keys().map(|key| public(&key));
    let both = ["--attestation", text(&signed), "--identity", text(&own), "--identity", text(&others)];
    verify(&run, &both, 0).shows("nothing that was given is signed by key");
    verify(&run, &["--attestation", text(&signed), "--identity", text(&key)], 5).shows("no public key");
    verify(&run, &["--attestation", text(&signed), "--identity", "no such file"], 5);
    verify(&run, &["--attestation", "no such file", "--identity", text(&public(&key))], 3);
    // Without one the report says what it does not know.
    verify(&run, &[], 0).shows("not given: --attestation");
}

#[test]
fn a_registration_is_signed_before_anything_is_asked() {
    let root = scratch();
    let [key, _] = keys();
    let (run, other) = (root.path().join("run"), root.path().join("other"));
    prove(&["register", "--sign-with", "no such file", "--out", text(&run)]).expect(3);
    assert!(!run.exists(), "a key that cannot be read is noticed first");
    for folder in [&run, &other] {
        prove(&["register", "--sign-with", text(&key), "--out", text(folder)])
            .expect(0)
            .shows("signed by ECDSA P-256 key");
    }
    prove(&["run", text(&run)]).expect(0);
    prove(&["prove", text(&run)]).expect(0);
    attested(&run, &run.join(REGISTRATION), &key, 0).shows("attestation: the registration is signed");
    attested(&run, &other.join(REGISTRATION), &key, 1).shows("another registration");
}

#[test]
fn a_counterparty_signs_the_nonce_and_the_check_sees_it() {
    let root = scratch();
    let [other, theirs] = keys();
    let run = root.path().join("run");
    let register = |out: &Path| {
        let key = public(&theirs);
        prove(&["register", "--counterparty", "the publisher", "--counterparty-key", text(&key), "--out", text(out)])
            .expect(0)
            .shows("pot-check nonce");
    };
    register(&run);
    prove(&["run", text(&run)]).expect(3).shows("pot-check nonce");
    let (registration, nonce) = (run.join("registration.pot"), root.path().join("nonce.json"));
    let answer = |registration: &Path, key: &Path, out: &Path, code| {
        check(&["nonce", text(registration), "--key", text(key), "--out", text(out)]).expect(code)
    };
    answer(&registration, &other, &nonce, 5).shows("waits for key");
    answer(&registration, &public(&theirs), &nonce, 5).shows("no private key");
    answer(&public(&theirs), &theirs, &nonce, 3);
    assert!(!nonce.exists());
    answer(&registration, &theirs, &nonce, 0).shows("sign no second one");
    answer(&registration, &theirs, &nonce, 2).shows("not overwritten");
    // Another registration's answer is none.
    let second = root.path().join("second");
    register(&second);
    prove(&["run", text(&second), "--nonce", text(&nonce)]).expect(3).shows("answers registration");

    prove(&["run", text(&run), "--nonce", text(&nonce)]).expect(0);
    prove(&["prove", text(&run)]).expect(0);
    verify(&run, &[], 0).shows("not given: --nonce").shows("without it the run may be grindable");
    // Whose key it is, only the checker can say: an auditor could have registered one of his own.
    verify(&run, &["--nonce", text(&nonce)], 0).shows("by a key that you did not name");
    let named = public(&theirs);
    let ran = verify(&run, &["--nonce", text(&nonce), "--identity", text(&named)], 0);
    let ran = ran.shows("nonce: chosen after the registration by whoever has key");
    assert!(!ran.stdout.contains("grindable"), "{}", ran.stdout);
    // The same key under the nonce and under what the auditor says.
    prove(&["attest", text(&run), "--key", text(&theirs)]).expect(0);
    let attestation = run.join(ATTESTATION);
    let one_key = ["--nonce", text(&nonce), "--identity", text(&named), "--attestation", text(&attestation)];
    verify(&run, &one_key, 0).shows("are signed by one key");
    let json = fs::read_to_string(&nonce).unwrap();
    let changed = root.path().join("changed.json");
    for (text_of, code) in [(json.replace("\"sig\":\"", "\"sig\":\"AAAA"), 1), ("{}".to_owned(), 3), (String::new(), 3)]
    {
        fs::write(&changed, text_of).unwrap();
        verify(&run, &["--nonce", text(&changed)], code);
    }
    let second_nonce = root.path().join("second.json");
    answer(&second.join("registration.pot"), &theirs, &second_nonce, 0);
    verify(&run, &["--nonce", text(&second_nonce)], 1).shows("answers registration");
    // A second answer of the same party to the same registration is not the one that was used.
    let again = root.path().join("again.json");
    answer(&registration, &theirs, &again, 0);
    verify(&run, &["--nonce", text(&again)], 1).shows("nonce");
}

#[test]
fn a_beacons_nonce_is_waited_for() {
    let root = scratch();
    let run = root.path().join("run");
    prove(&["register", "--beacon-in", "3600", "--out", text(&run)]).expect(0).shows("api.drand.sh");
    prove(&["run", text(&run)]).expect(3).shows("round");
    // A real round, but long before this registration.
    let old = root.path().join("round.json");
    let signature = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
    fs::write(&old, format!("{{\"round\":123,\"signature\":\"{signature}\"}}")).unwrap();
    prove(&["run", text(&run), "--nonce", text(&old)]).expect(3).shows("holds round 123");
    prove(&["audit", "--beacon-in", "5", "--out", text(&root.path().join("audit"))]).expect(2).shows("run --nonce");
}

#[test]
fn publishers_and_servers_sign_what_is_theirs() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    let [key, other] = keys();
    let at = |name: &str| root.path().join(name);
    let registration = run.join("registration.pot");
    let countersign = |name: &str, more: &[&str]| {
        let out = at(name);
        let begin = ["countersign", text(&registration), "--key", text(&key), "--out", text(&out), "--side"];
        prove(&[&begin[..], more].concat()).expect(0).shows("signed by");
        out
    };
    let reference = countersign("reference.json", &["reference"]);
    let candidate = countersign("candidate.json", &["candidate"]);
    attested(&run, &reference, &key, 0).shows("attestation: the reference's registered identity is signed by");
    attested(&run, &candidate, &key, 0).shows("attestation: the candidate's registered identity is signed by");
    attested(&run, &reference, &other, 1).shows("no signature of the envelope holds");

    // Answers are held against records: all of them, or those that were opened.
    let transcript = run.join("transcript.ndjson");
    let answers = countersign("answers.json", &["candidate", "--transcript", text(&transcript)]);
    attested(&run, &answers, &key, 0)
        .shows("not given: --transcript or --openings: the records that the candidate's signed answers are");
    let own = public(&key);
    let with = ["--attestation", text(&answers), "--identity", text(&own)];
    // A candidate's figures under kl are those of both models: what is signed of them is the digest alone.
    let all = [&with[..], &["--transcript", text(&run)]].concat();
    verify(&run, &all, 0)
        .shows("the candidate's answers, not the figures, in 10 records are signed by")
        .shows("assurance: none");
    prove(&["open", text(&run), "--count", "3"]).expect(0);
    let openings = run.join("openings.json");
    verify(&run, &[&with[..], &["--openings", text(&openings)]].concat(), 0).shows("in 3 records are signed by");

    // About another run they are about nothing here.
    let audit = at("audit");
    prove(&["audit", "--out", text(&audit)]).expect(0);
    let foreign = [&with[..], &["--transcript", text(&audit)]].concat();
    verify(&audit, &foreign, 1).shows("it is about another registration");
    attested(&audit, &candidate, &key, 1).shows("another model than either that is registered");
    let mixed = ["countersign", text(&registration), "--side", "candidate", "--key", text(&key), "--transcript"];
    prove(&[&mixed[..], &[text(&audit.join("transcript.ndjson"))]].concat())
        .expect(2)
        .says("belongs to another registration");
}
