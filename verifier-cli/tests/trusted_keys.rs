//! Which keys count, what is said of them, and what is exported under them: through the binary, with a key whose secrets
//! the test knows.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::{Ceremony, KeyPoints, Phase1Source, ProofPoints, Provenance, VerifyingKey, snarkjs},
    policy::Preset,
    registration::{FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration},
    rule::{Capacity, Verdict},
    score::ScoreKind,
    statement::{RawStatement, Statement},
};
use pot_verifier::trust::known_circuit;
use serde_json::{Value, json};

const ALPHA: u64 = 1009;
const BETA: u64 = 2003;
const DELTA: u64 = 4001;
const IC: [u64; 5] = [11, 22, 33, 44, 55];

fn g1(x: Fr) -> G1Affine {
    (G1Projective::generator() * x).into_affine()
}

fn g2(x: Fr) -> G2Affine {
    (G2Projective::generator() * x).into_affine()
}

fn key(provenance: Provenance, circuit: Digest) -> VerifyingKey {
    let points = KeyPoints {
        alpha_g1: g1(ALPHA.into()),
        beta_g2: g2(BETA.into()),
        gamma_g2: g2(1u64.into()),
        delta_g2: g2(DELTA.into()),
        ic: IC.map(|x| g1(x.into())),
    };
    VerifyingKey::new(circuit, Capacity::C128, provenance, &points).unwrap()
}

fn ceremony() -> Provenance {
    Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [0xab; 64],
        contributions: 4,
        beacon: true,
        zkey: Digest([0xcd; 32]),
    })
}

fn statement() -> Statement {
    let policy = Preset::Quick.policy();
    let model = |name: &str| ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: Vec::new(),
    };
    let registration = RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at: 1000,
        due_by: 20_000,
        reference: model("one"),
        candidate: model("two"),
        policy: PolicyRef {
            name: "QUICK".to_owned(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
        kind: ScoreKind::Kl,
        positions: Positions::Last(32),
        calibration_bound: 10,
        key_commitment: Digest([7; 32]),
        nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
    };
    let raw = RawStatement {
        version: RawStatement::VERSION,
        registration,
        nonce: Digest([0x5a; 32]),
        capacity: Capacity::C128,
        circuit: known_circuit(Capacity::C128),
        verdict: Verdict::Same,
        grade: false,
        n: 11,
        score_root: Digest([2; 32]),
        evidence_root: Digest([3; 32]),
        attempts_total: 22,
        attempts_most: 1,
        sealed_at: 1500,
    };
    raw.validate().unwrap()
}

/// A bundle that verifies under `key`, whose secrets are known.
fn bundle(key: &VerifyingKey) -> Bundle {
    let statement = statement();
    let (a, b) = (Fr::from(123u64), Fr::from(456u64));
    let inputs = statement.public_inputs().to_elements();
    let ic = IC[1..].iter().zip(inputs).fold(Fr::from(IC[0]), |sum, (&k, x)| sum + Fr::from(k) * x);
    let c = (a * b - Fr::from(ALPHA) * Fr::from(BETA) - ic) * Fr::from(DELTA).inverse().unwrap();
    Bundle { proof: ProofPoints::encode(&g1(a), &g2(b), &g1(c)), statement, key: key.id() }
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
    assert!(exit == 0 && stdout.contains("assurance: none") && stdout.contains("development key"), "{stdout}");
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
    assert_eq!(case.check(&["keys"]).0, 0);
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

    fs::remove_file(case.path("out/json/public.json")).unwrap();
    let (exit, _, stderr) = export(&["--snarkjs", "out/json"]);
    assert!(exit == 2 && stderr.contains("not overwritten"), "{stderr}");
    assert!(!case.path("out/json/public.json").exists(), "nothing is written where something is there already");
    case.refused(2, "required", &["export", "."]);
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
