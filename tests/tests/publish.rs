//! What is published beside a release, and what a stranger makes of it.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pot_protocol::digest::Digest;
use pot_tests::{check, copy_folder, finished_audit, prove, scratch, text};

/// A proved run of one's own, and a key pair beside it.
fn run() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let root = scratch();
    let (run, key) = (root.path().join("run"), root.path().join("auditor.key"));
    copy_folder(finished_audit(), &run);
    prove(&["keygen", "--out", text(&key)]).expect(0);
    (root, run, key)
}

fn public(key: &Path) -> String {
    format!("{}.pub", key.display())
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_release_is_made_by_one_command_and_checked_by_one() {
    let (root, run, key) = run();
    let release = root.path().join("release");
    let publish = ["publish", text(&run), "--dir", text(&release), "--key", text(&key)];
    let given = ["--with", "scores,transcript,challenge-key", "--model", "org/model", "--url", "https://example.org/m"];
    prove(&[&publish[..], &given].concat()).expect(0).shows("check: pot-check verify");

    let everything = ["--identity", &public(&key), "--allow-development-key"];
    let verify =
        |more: &[&str], code: i32| check(&[&["verify", text(&release)], &everything[..], more].concat()).expect(code);
    verify(&[], 0)
        .shows("release: all")
        .shows("attestation: all that the bundle says is signed by")
        .shows("attestation: names the transcript that was given")
        .shows("challenges: all 10 prompts are the committed ones")
        .shows("the score root and the evidence root hold the same scores");
    // Without anybody named the signature is not looked at, and this is said.
    check(&["verify", text(&release), "--allow-development-key"]).expect(0).shows("not given: --attestation");

    // The same for other programs: they name the same files, models and statement.
    let bundle = fs::read(release.join("bundle.pot")).unwrap();
    let bom = json(&release.join("ml-bom.cdx.json"));
    let listed = bom["components"][0]["externalReferences"].as_array().unwrap();
    let of_bundle = listed.iter().find(|file| file["url"] == "bundle.pot").unwrap();
    assert_eq!(of_bundle["hashes"][0]["content"], Digest::of(&bundle).to_string());
    assert_eq!((&bom["specVersion"], &bom["components"][0]["name"]), (&"1.6".into(), &"org/model".into()));
    let card = fs::read_to_string(release.join("model-card.md")).unwrap();
    assert!(
        card.starts_with("---\nmodel-index:\n- name: \"org/model\"\n")
            && card.contains("url: \"https://example.org/m\"")
    );
    assert!(card.contains("      value: \"DIFFERENT\"\n"), "{card}");
    let summary = fs::read_to_string(release.join("summary.md")).unwrap();
    assert!(summary.contains("This key proves nothing to others"), "{summary}");
    assert!(summary.starts_with("# DIFFERENT"), "{summary}");
    let exported = check(&["export", text(&run), "--calldata", "--allow-development-key"]).expect(0);
    assert!(exported.stdout.starts_with("0x"));
    assert_eq!(json(&release.join("proof.json"))["protocol"], "groth16");

    // What others signed is there for others, and no obstacle.
    let (theirs, signed) = (root.path().join("publisher.key"), root.path().join("reference.sigstore.json"));
    prove(&["keygen", "--out", text(&theirs)]).expect(0);
    let registration = run.join("registration.pot");
    let countersign =
        ["countersign", text(&registration), "--side", "reference", "--key", text(&theirs), "--out", text(&signed)];
    prove(&countersign).expect(0);
    let more = root.path().join("more");
    let attached = ["publish", text(&run), "--dir", text(&more), "--key", text(&key), "--attach", text(&signed)];
    prove(&attached).expect(0);
    let both = ["verify", text(&more), "--allow-development-key", "--identity", &public(&key)];
    check(&both).expect(0).shows("reference.sigstore.json: signed by nobody whom you named");
    check(&[&both[..], &["--identity", &public(&theirs)]].concat())
        .expect(0)
        .shows("the reference's registered identity is signed by");

    // Once made it is not made again.
    prove(&publish).expect(2).says("is not empty");
}

#[test]
fn a_changed_release_is_refused_and_says_where() {
    let (root, run, key) = run();
    let release = root.path().join("release");
    prove(&["publish", text(&run), "--dir", text(&release), "--key", text(&key)]).expect(0);
    let verify = |code: i32| check(&["verify", text(&release), "--allow-development-key"]).expect(code);
    verify(0);
    let spoil = |name: &str, bytes: &[u8], code: i32, what: &str| {
        let path = release.join(name);
        let before = fs::read(&path).ok();
        fs::write(&path, bytes).unwrap();
        verify(code).says(what);
        before.map_or_else(|| fs::remove_file(&path).unwrap(), |bytes| fs::write(&path, bytes).unwrap());
    };
    let sums = fs::read_to_string(release.join("SHA256SUMS")).unwrap();
    spoil("summary.md", b"all is well", 1, "summary.md is not the file of this release");
    spoil("proof.json", b"{}", 1, "proof.json is not the file of this release");
    // What is put there under a name that would be read is no part of it.
    spoil("scores.json", b"{}", 3, "scores.json is not listed in SHA256SUMS");
    spoil("nonce.json", b"{}", 3, "nonce.json is not listed in SHA256SUMS");
    for (list, what) in [
        (sums.replace("  bundle.pot", "  ../bundle.pot"), "names something else than a file of this folder"),
        (sums.replace("  bundle.pot", " bundle.pot"), "is no 'SUM  NAME'"),
        (format!("{sums}{}", sums.lines().next().unwrap()), "for the second time"),
        (sums.replace("  bundle.pot", "  nothing.pot"), "cannot read"),
        (
            sums.lines().filter(|line| !line.ends_with("bundle.pot")).collect::<Vec<_>>().join("\n"),
            "does not list bundle.pot",
        ),
        (format!("xyz  {sums}"), "does not begin with a SHA-256"),
    ] {
        spoil("SHA256SUMS", list.as_bytes(), 3, what);
    }
    // What repeats the bundle has to repeat this one.
    let relisted = |name: &str, bytes: &[u8]| {
        let (path, own) = (release.join(name), Digest::of(&fs::read(release.join(name)).unwrap()));
        let before = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let list = sums.replace(&own.to_string(), &Digest::of(bytes).to_string());
        fs::write(release.join("SHA256SUMS"), list).unwrap();
        verify(1).says(&format!("{name} does not belong to the bundle of this release"));
        fs::write(&path, before).unwrap();
        fs::write(release.join("SHA256SUMS"), &sums).unwrap();
    };
    for name in ["registration.pot", "proof.json", "public.json"] {
        relisted(name, b"another");
    }
    verify(0).shows(
        "not given: that summary.md, model-card.md, ml-bom.cdx.json, verification_key.json say what the bundle says",
    );
    #[cfg(unix)]
    {
        let elsewhere = root.path().join("elsewhere");
        fs::rename(release.join("summary.md"), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, release.join("summary.md")).unwrap();
        verify(3).says("no regular file");
    }
    fs::remove_file(release.join("summary.md")).unwrap();
    verify(3).says("summary.md");
}

#[test]
fn nobody_publishes_by_accident_what_is_not_signed_proved_or_there() {
    let (root, run, key) = run();
    let release = root.path().join("release");
    let publish = |more: &[&str], code: i32| {
        prove(&[&["publish", text(&run), "--dir", text(&release)], more].concat()).expect(code)
    };
    publish(&[], 2).says("nobody has signed this outcome");
    publish(&["--unsigned", "--with", "openings"], 2).says("open records first");
    for name in ["summary.md", "model-card.md", "ml-bom.cdx.json", "SHA256SUMS"] {
        let own = root.path().join(name);
        fs::write(&own, "mine").unwrap();
        publish(&["--unsigned", "--attach", text(&own)], 2).says("two files of the release are called");
    }
    // What was opened for somebody who asked is for them.
    let request = root.path().join("request.json");
    check(&["challenge-openings", text(&run), "--out", text(&request)]).expect(0);
    prove(&["open", text(&run), "--request", text(&request)]).expect(0);
    publish(&["--unsigned", "--with", "openings"], 2).says("answers somebody's request");
    fs::remove_file(run.join("openings.json")).unwrap();
    prove(&["open", text(&run), "--count", "3"]).expect(0);
    publish(&["--unsigned", "--with", "openings"], 0).shows("check: pot-check verify");
    let ran = check(&["verify", text(&release), "--allow-development-key"]).expect(0);
    assert!(ran.stdout.contains("openings: 3 of 10") && !release.join("attestation.sigstore.json").exists());
    assert!(!fs::read_to_string(release.join("summary.md")).unwrap().contains("--identity"));
    fs::remove_dir_all(&release).unwrap();
    publish(&["--unsigned", "--attach", text(&key.with_file_name("no such file"))], 2).says("a name of letters");
    publish(&["--unsigned", "--attach", text(&run.join("bundle.pot"))], 2).says("two files of the release are called");
    publish(&["--unsigned", "--attach", text(&root.path().join("none.sig"))], 3).says("none.sig");
    assert!(!release.exists());

    // An attestation that lies there is taken, if it is about this run.
    let attestation = run.join("attestation.sigstore.json");
    prove(&["attest", text(&run), "--key", text(&key)]).expect(0);
    publish(&[], 0);
    assert_eq!(fs::read(release.join("attestation.sigstore.json")).unwrap(), fs::read(&attestation).unwrap());
    let other = root.path().join("other");
    prove(&["audit", "--out", text(&other)]).expect(0);
    prove(&["attest", text(&other), "--key", text(&key)]).expect(0);
    fs::copy(other.join("attestation.sigstore.json"), &attestation).unwrap();
    fs::remove_dir_all(&release).unwrap();
    publish(&[], 3).says("attestation.sigstore.json");
    publish(&["--unsigned"], 0);
    assert!(!release.join("attestation.sigstore.json").exists(), "unsigned is unsigned");
    fs::remove_dir_all(&release).unwrap();
    // Signed now, what lay there is left alone.
    publish(&["--key", text(&key)], 0);
    // The bundle of another run is none of this one.
    fs::remove_dir_all(&release).unwrap();
    fs::copy(other.join("bundle.pot"), run.join("bundle.pot")).unwrap();
    publish(&["--key", text(&key)], 3).says("does not state what the records in this folder lead to");
    fs::remove_file(run.join("bundle.pot")).unwrap();
    publish(&["--key", text(&key)], 2).says("prove the run first");
    assert!(!release.exists());
}

#[test]
fn the_challenge_key_is_revealed_after_the_run_alone() {
    let root = scratch();
    let run = root.path().join("run");
    prove(&["register", "--out", text(&run)]).expect(0);
    prove(&["reveal", text(&run)]).expect(2).says("nothing was queried yet");
    assert!(!run.join("challenge.key").exists());
    prove(&["audit", "--resume", "--out", text(&run)]).expect(0);
    prove(&["reveal", text(&run)]).expect(0).shows("can derive every prompt");
    let revealed = run.join("challenge.key");
    let arguments =
        ["verify", text(&run), "--allow-development-key", "--transcript", text(&run), "--reveal", text(&revealed)];
    check(&arguments).expect(0).shows("prompts are the committed ones");
    prove(&["reveal", text(&run)]).expect(2).says("not overwritten");
    // Another key is not published as this run's.
    fs::write(run.join("secret/challenge-key"), format!("{}\n", "ab".repeat(32))).unwrap();
    let other = root.path().join("other.key");
    prove(&["reveal", text(&run), "--out", text(&other)]).expect(3).says("not the registered challenge key");
    assert!(!other.exists());
}

#[test]
fn nothing_is_asked_before_there_is_a_registration() {
    let root = scratch();
    let run = root.path().join("run");
    prove(&["run", text(&run)]).expect(2).says("holds no registration");
    fs::create_dir(&run).unwrap();
    prove(&["run", text(&run)]).expect(2).says("holds no registration");
    assert!(fs::read_dir(&run).unwrap().next().is_none(), "nothing was written, and so nothing was asked");
}
