//! Which keys count, what is said of them, and what is exported under them: through the binary, with a key whose secrets
//! the test knows.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod known;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use known::{ceremony, statement};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::{KeyPoints, Provenance, VerifyingKey, snarkjs},
    rule::Capacity,
};
use pot_verifier::trust::known_circuit;
use serde_json::{Value, json};

fn key(provenance: Provenance, circuit: Digest) -> VerifyingKey {
    known::key(Capacity::C128, provenance, circuit)
}

/// A bundle that verifies under `key`, whose secrets are known.
fn bundle(key: &VerifyingKey) -> Bundle {
    known::bundle(key, statement().validate().unwrap())
}

/// A folder with a key, a bundle under it and a trust file that lists it.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(key: &VerifyingKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("verifying.key"), key.to_bytes()).unwrap();
        fs::write(folder.path().join("bundle.pot"), bundle(key).to_bytes()).unwrap();
        let case = Self { folder };
        case.trust_file(&json!({ "id": key.id(), "label": "the ceremony of 2026", "file": "verifying.key" }));
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn trust_file(&self, key: &Value) {
        let list = json!({ "format": "pot trust v1", "keys": [key] });
        fs::write(self.path("trust.json"), list.to_string()).unwrap();
    }

    /// Runs `pot-check` in the folder, with no key folder of the user's.
    fn check(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_pot-check"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("POT_KEY_DIR", self.path("none"))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn refused(&self, code: i32, part: &str, arguments: &[&str]) {
        let (exit, _, stderr) = self.check(arguments);
        assert!(exit == code && stderr.contains(part), "{exit}: {stderr}");
    }
}

fn ceremony_case() -> Case {
    Case::new(&key(ceremony(), known_circuit(Capacity::C128)))
}

#[test]
fn a_ceremony_key_gives_arithmetic_assurance_and_says_who_could_forge() {
    let case = ceremony_case();
    let (exit, stdout, _) = case.check(&["verify", "bundle.pot", "--trust-file", "trust.json"]);
    assert_eq!(exit, 0);
    for part in [
        "assurance: arithmetic",
        "under ceremony key",
        "('the ceremony of 2026', from the trust file)",
        "ceremony key: 4 contributions and a beacon over a private phase 1 (BLAKE2b abababab…)",
        "all 4 contributors to phase 2, or of all who made its private powers of tau",
    ] {
        assert!(stdout.contains(part), "{part}\n{stdout}");
    }
    let (_, stdout, _) = case.check(&["verify", ".", "--trust", "verifying.key", "--json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&report["assurance"], &report["accepted"]), (&json!("arithmetic"), &json!(true)));
    let key = &report["trusted_key"];
    assert_eq!((&key["source"], &key["known_circuit"]), (&json!("named"), &json!(true)));
    assert_eq!((&key["ceremony"]["beacon"], &key["ceremony"]["zkey_sha256"]), (&json!(true), &json!("cd".repeat(32))));
}

#[test]
fn a_development_key_is_refused_and_with_the_flag_worth_nothing() {
    let case = Case::new(&key(Provenance::Development, known_circuit(Capacity::C128)));
    case.refused(5, "development key", &["verify", ".", "--trust-file", "trust.json"]);
    let (exit, stdout, _) = case.check(&["verify", ".", "--trust-file", "trust.json", "--allow-development-key"]);
    assert!(exit == 0 && stdout.contains("assurance: none") && stdout.contains("under development key"), "{stdout}");
}

#[test]
fn a_key_counts_only_where_it_is_named() {
    let case = ceremony_case();
    case.refused(5, "is not trusted", &["verify", "."]);
    let other = key(Provenance::Development, known_circuit(Capacity::C128));
    fs::write(case.path("other.key"), other.to_bytes()).unwrap();
    case.refused(5, "is not trusted", &["verify", ".", "--trust", "other.key", "--allow-development-key"]);
    let strange = Case::new(&key(ceremony(), Digest([9; 32])));
    strange.refused(5, "another circuit", &["verify", ".", "--trust-file", "trust.json"]);
    let (_, stdout, _) = strange.check(&["keys", "--trust-file", "trust.json"]);
    assert!(stdout.contains("not known to this program: never used"), "{stdout}");
}

#[test]
fn a_key_in_the_users_own_folder_counts_as_a_development_key_whatever_it_says() {
    let case = ceremony_case();
    let own = case.path("none").join(key(ceremony(), known_circuit(Capacity::C128)).id().to_string());
    fs::create_dir_all(&own).unwrap();
    fs::copy(case.path("verifying.key"), own.join("verifying.key")).unwrap();
    case.refused(5, "is not trusted", &["verify", "."]);
    let (exit, stdout, _) = case.check(&["verify", ".", "--allow-development-key"]);
    for part in ["(your own)", "assurance: none", "under development key"] {
        assert!(exit == 0 && stdout.contains(part), "{part}\n{stdout}");
    }
}

#[test]
fn a_trust_file_that_does_not_fit_is_refused() {
    let case = ceremony_case();
    let id = key(ceremony(), known_circuit(Capacity::C128)).id();
    let verify = ["verify", ".", "--trust-file", "trust.json"];
    case.trust_file(&json!({ "id": Digest([1; 32]), "label": "x", "file": "verifying.key" }));
    case.refused(5, "is pinned as 0101", &verify);
    case.trust_file(&json!({ "id": id, "label": "x", "file": "missing.key" }));
    case.refused(5, "missing.key", &verify);
    case.trust_file(&json!({ "id": id, "label": "x", "file": "../verifying.key" }));
    case.refused(5, "in the folder", &verify);
    case.trust_file(&json!({ "id": id, "label": "x", "file": "big" }));
    fs::write(case.path("big"), [0; 600]).unwrap();
    case.refused(5, "larger than", &verify);
    let hex = hex::encode(fs::read(case.path("verifying.key")).unwrap());
    case.trust_file(&json!({ "id": id, "label": "in the file", "key": hex }));
    assert_eq!(case.check(&verify).0, 0);
}

#[test]
fn the_trusted_keys_are_listed() {
    let case = ceremony_case();
    let (exit, stdout, _) = case.check(&["keys", "--trust-file", "trust.json"]);
    assert!(exit == 0 && stdout.contains("the ceremony of 2026") && stdout.contains("provenance ceremony key: 4"));
    let (_, stdout, _) = case.check(&["keys", "--trust", "verifying.key", "--json"]);
    let list: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["ceremony"]["contributions"]), (1, &json!(4)));
    let (exit, stdout, _) = case.check(&["keys"]);
    assert!(exit == 0 && stdout.contains("', built in)"), "{stdout}");
}

#[test]
fn an_export_holds_the_checked_proof_and_overwrites_nothing() {
    let case = ceremony_case();
    let export = |more: &[&str]| case.check(&[&["export", ".", "--trust-file", "trust.json"], more].concat());
    let (exit, stdout, stderr) = export(&["--snarkjs", "out/json", "--calldata"]);
    assert!(exit == 0 && stderr.contains("field elements alone say nothing"), "{stderr}");
    let read = |name: &str| fs::read(case.path("out/json").join(name)).unwrap();
    let key = key(ceremony(), known_circuit(Capacity::C128));
    let points = KeyPoints::try_from(snarkjs::read_verification_key(&read("verification_key.json")).unwrap()).unwrap();
    let (proof, bundle) = (snarkjs::read_proof(&read("proof.json")).unwrap(), bundle(&key));
    let inputs = bundle.statement.public_inputs().to_elements();
    assert_eq!((&points, proof.to_bytes()), (key.points(), bundle.proof));
    assert_eq!(snarkjs::read_public(&read("public.json")).unwrap(), inputs);
    assert_eq!(stdout, format!("0x{}\n", hex::encode(snarkjs::calldata(&proof, &inputs))));
    let (_, call, _) = export(&["--calldata=call"]);
    let statement = hex::encode(bundle.statement.to_bytes());
    assert!(call.starts_with("0xd6787d90") && call.contains(&statement), "{call}");
    // The statement's offset comes first, behind it the eight words of the proof: nine words of 32 bytes.
    let words = hex::decode(call.trim_end().strip_prefix("0xd6787d90").unwrap()).unwrap();
    let word = |at: usize| Digest(words[at..at + 32].try_into().unwrap()).to_string();
    assert_eq!(word(0), format!("{:064x}", 288));
    assert_eq!(word(288), format!("{:064x}", statement.len() / 2));
    assert_eq!(words[32..288], snarkjs::proof_words(&proof));
    let (stated, padding) = words[320..].split_at(statement.len() / 2);
    assert_eq!((hex::encode(stated), padding.iter().any(|&b| b != 0)), (statement, false));
    assert!(words.len() % 32 == 0 && padding.len() < 32, "{} words", words.len() / 32);

    fs::remove_file(case.path("out/json/public.json")).unwrap();
    let (exit, _, stderr) = export(&["--snarkjs", "out/json"]);
    assert!(exit == 2 && stderr.contains("not overwritten"), "{stderr}");
    assert!(!case.path("out/json/public.json").exists(), "nothing is written where something is there already");
    case.refused(2, "required", &["export", "."]);
}

#[test]
fn an_export_takes_the_policy_file_that_is_accepted() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("test-vectors/v1/valid/undecided");
    let path = |name: &str| vectors.join(name).to_str().unwrap().to_owned();
    let (bundle, policy) = (path("bundle.pot"), path("policy.json"));
    let case = ceremony_case();
    let export = ["export", &bundle, "--allow-development-key", "--calldata"];
    case.refused(5, "is no built-in policy", &export);
    let (exit, stdout, stderr) = case.check(&[&export[..], &["--policy", &policy]].concat());
    assert!(exit == 0 && stdout.len() == 2 + 2 * 32 * 12 + 1, "{stderr}");
}

#[test]
fn nothing_is_exported_that_verify_would_refuse() {
    let case = ceremony_case();
    let absent = |path: &Path| assert!(!path.exists());
    case.refused(5, "is not trusted", &["export", ".", "--snarkjs", "out"]);
    absent(&case.path("out"));
    let mut bytes = fs::read(case.path("bundle.pot")).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(case.path("bundle.pot"), &bytes).unwrap();
    case.refused(1, "the proof does not hold", &["export", ".", "--trust-file", "trust.json", "--snarkjs", "out"]);
    absent(&case.path("out"));
    let (_, stdout, _) = case.check(&["export", ".", "--trust-file", "trust.json", "--calldata"]);
    assert_eq!(stdout, "");
}
