//! `pot-check batch` as a process.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[allow(dead_code, reason = "other tests use more of it")]
mod known;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use known::{bent, bundle, ceremony, key, statement};
use pot_protocol::{
    digest::Digest,
    keys::{Provenance, VerifyingKey},
    rule::{Capacity, Verdict},
    statement::{RawStatement, Statement},
};
use pot_verifier::trust::known_circuit;
use serde_json::Value;

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs `pot-check batch` in `folder`, with a key folder that holds no keys.
fn batch(folder: &Path, args: &[&str], stdin: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pot-check"))
        .arg("batch")
        .args(args)
        .current_dir(folder)
        .env("POT_KEY_DIR", folder.join("own"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A call that reads no list may be over by now.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

/// The same with `--json`: the code and the document.
fn json(folder: &Path, args: &[&str]) -> (i32, Value) {
    let ran = batch(folder, &[args, &["--json"]].concat(), "");
    (ran.code, serde_json::from_str(&ran.stdout).unwrap())
}

fn numbered(number: u8, change: impl FnOnce(&mut RawStatement)) -> Statement {
    let mut raw = statement();
    raw.registration.run_id = Digest([number; 32]);
    change(&mut raw);
    raw.validate().unwrap()
}

fn trusted() -> VerifyingKey {
    key(Capacity::C128, ceremony(), known_circuit(Capacity::C128))
}

/// A folder with a key and, in `all/`, bundles that are all right: SAME, and one DIFFERENT in a folder inside.
fn good() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = trusted();
    fs::create_dir_all(folder.path().join("all/inside")).unwrap();
    fs::write(folder.path().join("key"), key.to_bytes()).unwrap();
    for number in 0..5 {
        let bundle = bent(&key, numbered(number, |_| {}), (10 + u64::from(number), 3), 0u64.into());
        fs::write(folder.path().join(format!("all/{number}.pot")), bundle.to_bytes()).unwrap();
    }
    let other = bundle(&key, numbered(9, |raw| raw.verdict = Verdict::Different));
    fs::write(folder.path().join("all/inside/bundle.pot"), other.to_bytes()).unwrap();
    fs::write(folder.path().join("all/notes.txt"), "no bundle").unwrap();
    folder
}

const TRUST: [&str; 2] = ["--trust", "key"];

#[test]
fn a_folder_a_list_and_bundles_by_name_are_checked() {
    let folder = good();
    let folder = folder.path();
    let ran = batch(folder, &["all", TRUST[0], TRUST[1]], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let expected = "6 bundles, 6 accepted\n  verdicts   DIFFERENT 1, SAME 5\n  statements 6 different\n  assurance  arithmetic 6\n";
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);

    // A list's paths are relative to where it lies; one of them is the folder of a bundle.
    fs::write(folder.join("all/list"), "0.pot\r\n\ninside\n./3.pot\n").unwrap();
    let (code, told) = json(folder, &["all/list", TRUST[0], TRUST[1]]);
    assert_eq!((code, &told["exit"], &told["accepted"]), (0, &0.into(), &true.into()));
    assert_eq!(told["format"], "pot-check batch v1");
    let paths: Vec<_> = told["bundles"].as_array().unwrap().iter().map(|b| b["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["all/0.pot", "all/inside", "all/./3.pot"]);
    let entry = &told["bundles"][1];
    let digest = numbered(9, |raw| raw.verdict = Verdict::Different).digest().to_string();
    assert_eq!(entry["statement_digest"], digest);
    assert_eq!(
        (&entry["verdict"], &entry["n"], &entry["assurance"]),
        (&"DIFFERENT".into(), &11.into(), &"arithmetic".into())
    );
    assert!(entry["warnings"].as_u64().unwrap() > 0 && entry.get("error").is_none());

    let ran = batch(folder, &["-", "all/1.pot", TRUST[0], TRUST[1]], "all/2.pot\n");
    assert!(ran.code == 0 && ran.stdout.starts_with("2 bundles, 2 accepted\n"), "{}", ran.stdout);
}

#[test]
fn what_is_not_accepted_is_named_with_its_reason_and_the_worst_is_the_exit() {
    let folder = good();
    let folder = folder.path();
    let key = trusted();
    let at = |name: &str| folder.join("all").join(name);
    let require = ["all", TRUST[0], TRUST[1], "--require", "same"];
    let (code, told) = json(folder, &require);
    assert_eq!((code, &told["summary"]["require_not_met"], &told["summary"]["accepted"]), (4, &1.into(), &5.into()));
    let entry = told["bundles"].as_array().unwrap().iter().find(|b| b["exit"] == 4).unwrap();
    assert_eq!((&entry["path"], &entry["verdict"]), (&"all/inside/bundle.pot".into(), &"DIFFERENT".into()));

    let development = crate::key(Capacity::C128, Provenance::Development, known_circuit(Capacity::C128));
    fs::write(at("unknown.pot"), bundle(&development, numbered(20, |_| {})).to_bytes()).unwrap();
    assert_eq!(batch(folder, &require, "").code, 5);
    fs::write(at("short.pot"), &bundle(&key, numbered(21, |_| {})).to_bytes()[..500]).unwrap();
    assert_eq!(batch(folder, &require, "").code, 3);
    fs::write(at("false.pot"), bent(&key, numbered(22, |_| {}), (1, 2), 3u64.into()).to_bytes()).unwrap();
    let ran = batch(folder, &require, "");
    assert_eq!(ran.code, 1);
    for line in [
        "refused (exit 1): all/false.pot: the proof does not hold",
        "refused (exit 3): all/short.pot: bundle: the bytes end inside a value",
        "refused (exit 5): all/unknown.pot: verifying key ",
        "refused (exit 4): all/inside/bundle.pot: valid, but it says DIFFERENT",
        "9 bundles, 5 accepted\n",
        "  refused    1 cryptographically invalid (exit 1)\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}:\n{}", ran.stdout);
    }
    // What is missing is said of the one that is missing.
    let (code, told) = json(folder, &["all/0.pot", "nowhere.pot", TRUST[0], TRUST[1]]);
    assert_eq!((code, &told["summary"]["malformed"], &told["summary"]["accepted"]), (3, &1.into(), &1.into()));
    assert!(told["bundles"][1]["error"].as_str().unwrap().contains("cannot read nowhere.pot"));
}

#[test]
fn repeated_statements_and_registrations_are_said() {
    let folder = good();
    let folder = folder.path();
    // The second proof of the same statement is no second publication.
    let again = bent(&trusted(), numbered(2, |_| {}), (77, 78), 0u64.into());
    fs::write(folder.join("all/inside/again.pot"), again.to_bytes()).unwrap();
    fs::write(folder.join("all/registration.pot"), numbered(2, |_| {}).registration().to_bytes()).unwrap();
    let ran = batch(folder, &["all", TRUST[0], TRUST[1]], "");
    assert_eq!(ran.code, 0);
    for line in [
        "the same statement again: all/inside/again.pot, as in all/2.pot\n",
        "7 bundles, 7 accepted\n",
        "  statements 6 different; 1 bundles repeat one of them\n",
        "  passed over 1 registrations, which are no bundles\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}:\n{}", ran.stdout);
    }
    let (_, told) = json(folder, &["all", TRUST[0], TRUST[1]]);
    let twice: Vec<_> = told["bundles"].as_array().unwrap().iter().filter_map(|b| b.get("same_statement_as")).collect();
    assert_eq!(twice, ["all/2.pot"]);
    assert_eq!((&told["summary"]["statements"], &told["summary"]["registrations_skipped"]), (&6.into(), &1.into()));

    fs::create_dir(folder.join("registrations")).unwrap();
    fs::rename(folder.join("all/registration.pot"), folder.join("registrations/one.pot")).unwrap();
    let ran = batch(folder, &["registrations"], "");
    assert!(ran.code == 2 && ran.stderr.contains("nothing to check: no bundle was found, only 1 registrations"));
    // Whoever names a file says that it is a bundle: a bad outcome is not passed over for a registration.
    let ran = batch(folder, &["registrations/one.pot"], "");
    assert!(ran.code == 3 && ran.stdout.contains("is a registration and no bundle"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn nothing_to_check_is_an_error_and_so_is_what_is_no_list() {
    let folder = good();
    let folder = folder.path();
    fs::create_dir(folder.join("empty")).unwrap();
    fs::write(folder.join("none"), "\n\n").unwrap();
    for (args, stdin) in [(&["empty"][..], ""), (&["none"], ""), (&["-"], ""), (&["empty", "none"], "")] {
        let ran = batch(folder, args, stdin);
        assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("nothing to check"), "{}", ran.stderr);
    }
    let (code, told) = json(folder, &["empty"]);
    assert_eq!((code, &told["exit"], &told["accepted"]), (2, &2.into(), &false.into()));
    assert_eq!(batch(folder, &[], "").code, 2);
    fs::write(folder.join("binary"), b"\xff\xfe").unwrap();
    fs::write(folder.join("zero"), b"a\0b").unwrap();
    for (path, reason) in
        [("binary", "binary is no text"), ("zero", "holds a zero byte"), ("nowhere", "cannot read nowhere")]
    {
        let ran = batch(folder, &[path], "");
        assert!(ran.code == 3 && ran.stderr.contains(reason), "{path}: {} {}", ran.code, ran.stderr);
    }
    // In a folder, what is neither bundle nor registration is passed over as little.
    fs::create_dir(folder.join("nonsense")).unwrap();
    fs::write(folder.join("nonsense/one.pot"), "nonsense").unwrap();
    let ran = batch(folder, &["nonsense"], "");
    assert!(ran.code == 3 && ran.stdout.contains("refused (exit 3): nonsense/one.pot"), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("statements") && !ran.stdout.contains("passed over"), "{}", ran.stdout);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/", folder.join("empty/link")).unwrap();
        let ran = batch(folder, &["empty"], "");
        assert!(ran.code == 3 && ran.stderr.contains("is a link"), "{}", ran.stderr);
    }
}

#[test]
fn a_list_has_a_largest_size_and_a_call_a_largest_number_of_bundles() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |bytes: usize| batch(folder.path(), &["-"], &"\n".repeat(bytes));
    let ran = lines(64 << 20);
    assert!(ran.code == 2 && ran.stderr.contains("nothing to check"), "{}", ran.stderr);
    let ran = lines((64 << 20) + 1);
    assert!(ran.code == 3 && ran.stderr.contains("is larger than 67108864 bytes"), "{}", ran.stderr);
    let ran = batch(folder.path(), &["-"], &"a.pot\n".repeat(1_000_001));
    assert!(ran.code == 3 && ran.stderr.contains("more than 1000000 bundles were named"), "{}", ran.stderr);
}

#[test]
fn own_development_keys_count_where_they_are_allowed() {
    let folder = good();
    let folder = folder.path();
    let development = crate::key(Capacity::C128, Provenance::Development, known_circuit(Capacity::C128));
    fs::write(folder.join("own.pot"), bundle(&development, numbered(1, |_| {})).to_bytes()).unwrap();
    let home = folder.join("own").join(development.id().to_string());
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("verifying.key"), development.to_bytes()).unwrap();
    assert_eq!(batch(folder, &["own.pot"], "").code, 5);
    let (code, told) = json(folder, &["own.pot", "--allow-development-key"]);
    assert_eq!((code, &told["bundles"][0]["assurance"]), (0, &"none".into()));
    // Named keys are the only ones.
    assert_eq!(batch(folder, &["own.pot", "--allow-development-key", TRUST[0], TRUST[1]], "").code, 5);
}
