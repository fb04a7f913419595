//! The command with a policy file, and what it writes for others.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use pot_attestation::{IN_TOTO, SigstoreBundle, Verdict};
use pot_protocol::{digest::Digest, policy::Preset};
use pot_verifier::{Evidence, Report, Said, Signed, acceptance::Roles};

use crate::setting::{BEGIN, bundle, report_with, signing_key, verifying_key};

/// The bundle, its key, the auditor's signature and keys, in a folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let auditor = signing_key(1);
    let statement = Verdict::statement(&bundle(), &Preset::Quick.policy(), Digest([4; 32])).to_json().unwrap();
    write("bundle.pot", &bundle().to_bytes());
    write("verifying.key", &verifying_key().to_bytes());
    write("attestation.json", &SigstoreBundle::sign(IN_TOTO, statement, &auditor).to_json().unwrap());
    write("auditor.pub", auditor.public().to_pem().as_bytes());
    write("auditor.key", auditor.to_pem().as_bytes());
    folder
}

fn pot_check(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pot-check"));
    command.current_dir(folder).args(["verify", "bundle.pot", "--trust", "verifying.key"]).args(args);
    command.output().unwrap()
}

#[test]
fn the_policy_file_decides_and_the_result_is_written_for_others() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let policy = |text: &str| fs::write(at("check.toml"), format!("{BEGIN}verdicts = [\"SAME\"]\n{text}")).unwrap();
    let signer = "[[signer]]\nrole = \"auditor\"\nfile = \"auditor.pub\"\n";
    policy(signer);
    let demanded = ["--policy-file", "check.toml", "--emit-svr", "svr.json"];
    // What is required and absent fails closed, and nothing is written.
    let ran = pot_check(folder.path(), &demanded);
    let (stdout, stderr) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(4), "{stdout}{stderr}");
    assert!(stderr.contains("does not meet the policy file: the outcome signed by the auditor"), "{stderr}");
    assert!(stdout.contains("NOT MET: the outcome signed by the auditor") && stdout.contains("  met: verdict SAME"));
    assert!(!at("svr.json").exists());

    let signed = [&demanded[..], &["--attestation", "attestation.json"]].concat();
    let ran = pot_check(folder.path(), &[&signed[..], &["--json"]].concat());
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(report["format"], "pot-check report v1");
    assert_eq!((&report["accepted"], &report["demands"][1]["met"]), (&true.into(), &true.into()));
    let svr: serde_json::Value = serde_json::from_slice(&fs::read(at("svr.json")).unwrap()).unwrap();
    assert_eq!(svr["predicateType"], "https://in-toto.io/attestation/svr/v0.2");
    assert_eq!(svr["subject"][0]["digest"]["sha256"], Digest::of(&bundle().to_bytes()).to_string());
    let policies = &svr["predicate"]["verifier"]["policies"][0];
    assert_eq!(policies["name"], "check.toml");
    assert_eq!(policies["digest"]["sha256"], Digest::of(&fs::read(at("check.toml")).unwrap()).to_string());
    let properties = svr["predicate"]["properties"].as_array().unwrap();
    for property in ["POT_VERDICT_SAME", "POT_PROOF_VERIFIED", "POT_ASSURANCE_ARITHMETIC", "POT_POLICY_QUICK"] {
        assert!(properties.contains(&property.into()), "{property}: {properties:?}");
    }
    assert!(
        properties.contains(&"POT_SIGNED_OUTCOME".into()) && properties.contains(&"POT_ACCEPTANCE_POLICY_MET".into())
    );
    assert!(!properties.contains(&"POT_SCORES_VERIFIED".into()));

    // Nothing is overwritten; signed it is a Sigstore bundle.
    assert_eq!(pot_check(folder.path(), &signed).status.code(), Some(2));
    let own =
        ["--emit-svr", "signed.json", "--svr-key", "auditor.key", "--verifier-id", "https://example.org/v1", "--quiet"];
    let ran = pot_check(folder.path(), &own);
    assert_eq!((ran.status.code(), ran.stdout.len(), ran.stderr.len()), (Some(0), 0, 0));
    let read = SigstoreBundle::from_json(&fs::read(at("signed.json")).unwrap()).unwrap();
    let keys = [signing_key(1).public()];
    let (payload, _) = read.verify(IN_TOTO, &keys).unwrap();
    let text = String::from_utf8(payload.to_vec()).unwrap();
    assert!(text.contains("https://example.org/v1") && text.contains("\"policies\":[]"), "{text}");
    assert!(!text.contains("ACCEPTANCE_POLICY_MET") && !text.contains("SIGNED"), "{text}");

    // A key that is not there is trust material; a file that is none is malformed.
    policy("[[signer]]\nrole = \"auditor\"\nfile = \"nobody.pub\"\n");
    assert_eq!(pot_check(folder.path(), &demanded[..2]).status.code(), Some(5));
    policy("nonsense");
    let ran = pot_check(folder.path(), &demanded[..2]);
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("check.toml: acceptance policy: line 3"));
    assert_eq!(pot_check(folder.path(), &["--policy-file", "none.toml"]).status.code(), Some(3));
}

#[test]
fn a_report_says_what_every_signed_thing_is() {
    // Whoever adds a kind of signed thing has to say what an SVR calls it: the match there is exhaustive. This pins the names.
    let mut report = report_with(&Evidence::default());
    let key = Digest([1; 32]);
    report.signed = vec![
        Signed { key, said: Said::Both },
        Signed { key, said: Said::Registration },
        Signed { key, said: Said::Candidate },
    ];
    let properties = |report: &Report| {
        let (verifier, time) = ("urn:v".to_owned(), "t".to_owned());
        let verified = pot_verifier::Verified { verifier, acceptance: None, roles: Roles::default(), time };
        pot_verifier::svr(report, b"bundle", verified).predicate.properties
    };
    let names = properties(&report);
    for name in ["POT_SIGNED_REFERENCE", "POT_SIGNED_CANDIDATE", "POT_SIGNED_REGISTRATION"] {
        assert_eq!(names.iter().filter(|n| *n == name).count(), 1, "{name}");
    }
    // Under a key that its maker can forge under, nothing is said of a proof, also where opened scores raise the level.
    assert!(names.contains(&"POT_PROOF_VERIFIED".to_owned()));
    report.forgeable_key = true;
    let names = properties(&report);
    assert!(!names.contains(&"POT_PROOF_VERIFIED".to_owned()));
    assert!(names.contains(&"POT_ASSURANCE_ARITHMETIC".to_owned()));
}
