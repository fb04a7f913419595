//! `pot-check` on a release folder, and the commands of those who take part in a run: draw a sample, sign a nonce.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[allow(dead_code, reason = "other tests use more of it")]
mod known;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use known::{ceremony, key, statement};
use pot_attestation::{Algorithm, IN_TOTO, SigningKey, SigstoreBundle, read_nonce, registration_statement};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::snarkjs,
    registration::{ModelFile, ModelIdentity, NonceSource, RawRegistration},
    spot::Request,
};
use pot_verifier::trust::known_circuit;
use serde_json::Value;

/// A published bundle and what belongs to it.
fn published(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/v1/valid/forgeable");
    fs::read(folder.join(name)).unwrap()
}

fn bundle() -> Bundle {
    Bundle::from_bytes(&published("bundle.pot")).unwrap()
}

fn auditor() -> SigningKey {
    SigningKey::new(Algorithm::Ed25519, &[1; 32]).unwrap()
}

/// A policy file that demands the auditor's signature under the registration.
const REGISTRAR: &str = "format = \"pot acceptance v1\"\nverdicts = [\"SAME\"]\n\
                         [[signer]]\nrole = \"registrar\"\nfile = \"auditor.pub\"\n";

/// A release folder; the key that its proof is under, and the auditor's, lie beside it.
struct Release(tempfile::TempDir);

impl Release {
    fn new() -> Self {
        let release = Self(tempfile::tempdir().unwrap());
        fs::create_dir(release.at("")).unwrap();
        fs::write(release.0.path().join("verifying.key"), published("verifying.key")).unwrap();
        fs::write(release.0.path().join("auditor.pub"), auditor().public().to_pem()).unwrap();
        let statement = bundle().statement;
        let signed = registration_statement(statement.registration()).to_json().unwrap();
        for (name, bytes) in [
            ("bundle.pot", published("bundle.pot")),
            ("registration.pot", statement.registration().to_bytes()),
            ("proof.json", snarkjs::proof(&bundle().proof.decode().unwrap()).into_bytes()),
            ("public.json", snarkjs::public(&statement.public_inputs().to_elements()).into_bytes()),
            ("challenge.key", published("challenge-key")),
            ("scores.json", published("scores.json")),
            ("transcript.ndjson", published("transcript.ndjson")),
            ("summary.md", b"# SAME".to_vec()),
            ("registration.sigstore.json", SigstoreBundle::sign(IN_TOTO, signed, &auditor()).to_json().unwrap()),
        ] {
            fs::write(release.at(name), bytes).unwrap();
        }
        release.list();
        release
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join("release").join(name)
    }

    /// Lists all files with their sums.
    fn list(&self) {
        let _ = fs::remove_file(self.at("SHA256SUMS"));
        let names = fs::read_dir(self.at("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let line = |name: String| format!("{}  {name}\n", Digest::of(&fs::read(self.at(&name)).unwrap()));
        let list: String = names.map(line).collect();
        fs::write(self.at("SHA256SUMS"), list).unwrap();
    }

    /// How `pot-check verify` ends on it, and all that it says.
    fn verify(&self, more: &[&str]) -> (i32, String) {
        let always = ["verify", "release", "--trust", "verifying.key", "--allow-development-key"];
        pot_check(self.0.path(), &[&always[..], more].concat())
    }

    /// How it ends after a file was written and listed.
    fn with(name: &str, bytes: &[u8]) -> (i32, String) {
        let release = Self::new();
        fs::write(release.at(name), bytes).unwrap();
        release.list();
        release.verify(&[])
    }
}

fn pot_check(folder: &Path, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pot-check"));
    let ran = command.args(args).current_dir(folder).env("POT_KEY_DIR", folder.join("no-keys")).output().unwrap();
    let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    (ran.status.code().unwrap(), said)
}

#[track_caller]
fn ends((code, said): (i32, String), expected: i32, part: &str) {
    assert_eq!(code, expected, "{said}");
    assert!(said.contains(part), "{said}");
}

#[test]
fn what_lies_in_a_release_is_taken_where_nothing_else_was_named() {
    let release = Release::new();
    let (code, said) = release.verify(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("release: all 9 files are the ones that SHA256SUMS lists"), "{said}");
    assert!(said.contains("not given: that summary.md say what the bundle says"), "{said}");
    let pieces = |args: &[&str]| {
        let (code, said) = release.verify(&[args, &["--json"]].concat());
        assert_eq!(code, 0, "{said}");
        let report: Value = serde_json::from_str(&said).unwrap();
        (
            report["pieces"].clone(),
            report["signed"].as_array().unwrap().len(),
            said.contains("registration.sigstore.json"),
        )
    };
    let all = serde_json::json!(["scores", "transcript", "reveal"]);
    // Without anybody named there is nobody whose signature it could be.
    assert_eq!(pieces(&[]), (all.clone(), 0, false));
    assert_eq!(pieces(&["--identity", "auditor.pub"]), (all, 1, false));
    let other = SigningKey::new(Algorithm::Ed25519, &[2; 32]).unwrap();
    fs::write(release.0.path().join("other.pub"), other.public().to_pem()).unwrap();
    let (code, said) = release.verify(&["--identity", "other.pub"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("registration.sigstore.json: signed by nobody whom you named"), "{said}");
    // What is named is taken instead.
    fs::write(release.0.path().join("none.json"), "{}").unwrap();
    ends(release.verify(&["--scores", "none.json"]), 3, "");
    // A policy file names its signers, too.
    fs::write(release.0.path().join("check.toml"), REGISTRAR).unwrap();
    ends(release.verify(&["--policy-file", "check.toml"]), 0, "met: ");
    ends(release.verify(&["--policy-file", "check.toml", "--identity", "other.pub"]), 0, "met: ");
    fs::remove_file(release.at("registration.sigstore.json")).unwrap();
    release.list();
    let (_, said) =
        release.verify(&["--policy-file", "check.toml", "--identity", "auditor.pub", "--nonce", "none.json"]);
    assert!(!said.contains("--identity goes with"), "{said}");
    ends(release.verify(&["--identity", "auditor.pub"]), 2, "--identity goes with --attestation or --nonce");
    // A folder without a list is no release: nothing of it is taken.
    fs::remove_file(release.at("SHA256SUMS")).unwrap();
    let (code, said) = release.verify(&[]);
    assert!(code == 0 && !said.contains("release:") && said.contains("not given: --scores"), "{said}");
}

#[test]
fn a_key_that_is_named_in_two_places_is_one_key() {
    let release = Release::new();
    let other = SigningKey::new(Algorithm::Ed25519, &[2; 32]).unwrap();
    let signed = registration_statement(bundle().statement.registration()).to_json().unwrap();
    let signed = SigstoreBundle::sign(IN_TOTO, signed, &other).to_json().unwrap();
    fs::write(release.at("registration.sigstore.json"), signed).unwrap();
    release.list();
    fs::write(release.0.path().join("other.pub"), other.public().to_pem()).unwrap();
    fs::write(release.0.path().join("check.toml"), REGISTRAR).unwrap();
    let (code, said) =
        release.verify(&["--policy-file", "check.toml", "--identity", "auditor.pub", "--identity", "other.pub"]);
    assert_eq!((code, said.matches("nothing that was given is signed by key").count()), (4, 1), "{said}");
}

#[test]
fn what_was_changed_or_put_into_a_release_later_is_refused() {
    let release = Release::new();
    fs::write(release.at("summary.md"), "# DIFFERENT").unwrap();
    ends(release.verify(&[]), 1, "summary.md is not the file of this release: its sum is ");
    let release = Release::new();
    fs::write(release.at("openings.json"), "{}").unwrap();
    ends(release.verify(&[]), 3, "openings.json is not listed in SHA256SUMS");
    ends(release.verify(&["--openings", "release/openings.json"]), 3, "openings: ");
    // What nobody would take may lie there.
    let release = Release::new();
    fs::write(release.at("notes.txt"), "mine").unwrap();
    ends(release.verify(&[]), 0, "release: all 9 files");
}

#[test]
fn what_repeats_the_bundle_has_to_be_the_bundles() {
    let mut other = bundle().statement.registration().fields().clone();
    other.due_by += 1;
    ends(
        Release::with("registration.pot", &other.validate().unwrap().to_bytes()),
        1,
        "registration.pot does not belong",
    );
    ends(Release::with("proof.json", b"{}"), 1, "proof.json does not belong");
    ends(Release::with("public.json", b"[]"), 1, "public.json does not belong");
    // None of them has to be there.
    let release = Release::new();
    fs::remove_file(release.at("proof.json")).unwrap();
    fs::remove_file(release.at("summary.md")).unwrap();
    release.list();
    let (code, said) = release.verify(&[]);
    assert!(code == 0 && said.contains("all 7 files") && !said.contains("say what the bundle says"), "{said}");
}

#[test]
fn a_list_names_files_of_the_folder_once_each() {
    let release = Release::new();
    let list = fs::read_to_string(release.at("SHA256SUMS")).unwrap();
    let (first, rest) = list.split_once('\n').unwrap();
    let with = |list: &str| {
        fs::write(release.at("SHA256SUMS"), list).unwrap();
        release.verify(&[])
    };
    ends(with(&list), 0, "");
    ends(with(&format!("{list}{first}\n")), 3, "line 10: names a file for the second time");
    ends(with(&format!("{}\n{rest}", first.replace("  ", " "))), 3, "line 1: is no 'SUM  NAME'");
    ends(with(&format!("x{list}")), 3, "line 1: does not begin with a SHA-256");
    for name in ["../verifying.key", "a/b", "/etc/passwd", ".."] {
        ends(with(&format!("{}  {name}\n{list}", Digest([0; 32]))), 3, "line 1: names something else than a file");
    }
    ends(with(&format!("{}  none\n{list}", Digest([0; 32]))), 3, "cannot read");
    let without: String = list.split_inclusive('\n').filter(|line| !line.ends_with("bundle.pot\n")).collect();
    ends(with(&without), 3, "does not list bundle.pot");
    // What lies elsewhere is no part of it.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../verifying.key", release.at("link")).unwrap();
        let sum = Digest::of(&published("verifying.key"));
        ends(with(&format!("{sum}  link\n{list}")), 3, "is no regular file");
    }
}

#[test]
fn a_release_has_at_most_a_thousand_files() {
    let release = Release::new();
    for number in 9..1000 {
        fs::write(release.at(&format!("{number}.txt")), []).unwrap();
    }
    release.list();
    ends(release.verify(&[]), 0, "all 1000 files");
    fs::write(release.at("more.txt"), []).unwrap();
    release.list();
    ends(release.verify(&[]), 3, "is one of more files than a release has");
}

#[test]
fn a_sample_is_drawn_and_written_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bundle.pot"), published("bundle.pot")).unwrap();
    let draw = |more: &[&str]| {
        pot_check(folder.path(), &[&["challenge-openings", "bundle.pot", "--count", "3"], more].concat())
    };
    let read =
        |name: &str| -> Request { serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap() };
    ends(draw(&["--out", "one.json"]), 0, "send one.json to the auditor");
    ends(draw(&["--out", "two.json"]), 0, "");
    let (one, two) = (read("one.json"), read("two.json"));
    assert_eq!((one.statement, one.count), (bundle().statement.digest(), 3));
    assert!(one.seed != two.seed && one.seed != Digest::default() && two.seed != Digest::default());
    ends(draw(&["--out", "one.json"]), 2, "is not overwritten");
    let seed = Digest([7; 32]).to_string();
    ends(
        draw(&["--out", "three.json", "--seed", &seed]),
        0,
        &format!("{:?} of 11", Request { seed: Digest([7; 32]), ..one }.indices(11)),
    );
    assert_eq!(read("three.json").seed, Digest([7; 32]));
    ends(pot_check(folder.path(), &["challenge-openings", "one.json", "--count", "3", "--out", "x"]), 3, "");
}

#[test]
fn a_counterparty_signs_a_nonce_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let [theirs, other] = [1, 2].map(|seed| SigningKey::new(Algorithm::EcdsaP256, &[seed; 32]).unwrap());
    let source = NonceSource::Signed { name: "them".to_owned(), key: theirs.public().to_der() };
    let mut raw = RawRegistration { nonce: source, ..statement().registration };
    // As long as one gets: a model of many files.
    if let ModelIdentity::Weights { files, .. } = &mut raw.candidate {
        files.extend((0..256).map(|n| ModelFile { name: format!("{n:0140}"), sha256: Digest([7; 32]) }));
    }
    let registration = raw.validate().unwrap();
    assert!((40 << 10..48 << 10).contains(&registration.to_bytes().len()));
    for (name, bytes) in [
        ("registration.pot", registration.to_bytes()),
        ("their.key", theirs.to_pem().as_bytes().to_vec()),
        ("other.key", other.to_pem().as_bytes().to_vec()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let sign = |registration: &str, key: &str, out: &str| {
        pot_check(folder.path(), &["nonce", registration, "--key", key, "--out", out])
    };
    ends(sign("registration.pot", "their.key", "one.json"), 0, "signed a nonce for registration");
    ends(sign("registration.pot", "their.key", "two.json"), 0, "two against one, number 1 of this pair");
    let read = |name: &str| read_nonce(&fs::read(folder.path().join(name)).unwrap(), &registration).unwrap().nonce;
    assert_ne!(read("one.json"), read("two.json"));
    ends(sign("registration.pot", "their.key", "one.json"), 2, "is not overwritten");
    ends(sign("registration.pot", "other.key", "three.json"), 5, "the registration waits for key");
    ends(sign("their.key", "their.key", "three.json"), 3, "their.key: ");
    ends(sign("registration.pot", "registration.pot", "three.json"), 5, "--key registration.pot: ");
}

#[test]
fn a_folder_is_a_registry() {
    let folder = tempfile::tempdir().unwrap();
    let raw = statement();
    let key = key(raw.capacity, ceremony(), known_circuit(raw.capacity));
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("registry/a/b/c")).unwrap();
    let bundle = known::bundle(&key, raw.validate().unwrap()).to_bytes();
    fs::write(at("bundle.pot"), &bundle).unwrap();
    fs::write(at("registry/a/b/c/bundle.pot"), &bundle).unwrap();
    fs::write(at("registry/notes.txt"), "no registration").unwrap();
    fs::write(at("verifying.key"), key.to_bytes()).unwrap();
    let verify =
        || pot_check(folder.path(), &["verify", "bundle.pot", "--trust", "verifying.key", "--registry", "registry"]);
    ends(verify(), 0, "registry: 1 files were read; attempts on this pair: 1.");
    fs::create_dir(at("registry/a/b/c/d")).unwrap();
    ends(verify(), 3, "lies deeper in the folder than is read");
    fs::remove_dir(at("registry/a/b/c/d")).unwrap();
    fs::write(at("registry/other.pot"), "nonsense").unwrap();
    ends(verify(), 3, "other.pot");
}
