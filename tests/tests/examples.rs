//! The examples in docs/examples are what they say: the policy file is read, and the hook publishes and checks.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::Path, process::Command};

use pot_tests::{Ran, binary, check, copy_folder, finished_audit, prove, scratch, text, workspace};

#[test]
fn the_policy_file_is_read_and_every_line_of_it_can_be_used() {
    let root = scratch();
    let example = workspace().join("docs/examples/check.toml");
    let ran = check(&["verify", text(finished_audit()), "--allow-development-key", "--policy-file", text(&example)]);
    // The run is DIFFERENT under QUICK: the example's demands are not met, and it is no malformed file.
    ran.expect(4).shows("NOT MET: verdict SAME").shows("NOT MET: a policy out of audit, audit-strict");
    // With the lines that are commented out, too.
    let id = "ab".repeat(32);
    let full: String = fs::read_to_string(&example)
        .unwrap()
        .lines()
        .map(|line| {
            let body = line.strip_prefix("# ").unwrap_or(line);
            let is_toml = body.starts_with('[') || body.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
            format!("{}\n", if is_toml { body } else { line }).replace("64 hexadecimal digits", &id)
        })
        .collect();
    assert!(full.contains("\ngrade = \"strict\"") && full.contains("\n[[signer]]\nrole = \"auditor\"\n"), "{full}");
    let path = root.path().join("check.toml");
    fs::write(&path, full).unwrap();
    prove(&["keygen", "--out", text(&root.path().join("auditor.key"))]).expect(0);
    check(&["verify", text(finished_audit()), "--allow-development-key", "--policy-file", text(&path)])
        .expect(4)
        .shows("NOT MET: grade strict")
        .shows("NOT MET: the outcome signed by the auditor");
}

#[cfg(unix)]
#[test]
fn the_hook_publishes_and_checks_and_stops_a_release_that_is_not_what_it_claims() {
    let root = scratch();
    let at = |name: &str| root.path().join(name);
    prove(&["keygen", "--out", text(&at("auditor.key"))]).expect(0);
    prove(&["audit", "--out", text(&at("same"))]).expect(0);
    copy_folder(finished_audit(), &at("different"));
    // The hook finds the programs in PATH, and takes no development key: the one here is told to count by a program in between.
    fs::create_dir(at("bin")).unwrap();
    std::os::unix::fs::symlink(binary("pot-prove"), at("bin/pot-prove")).unwrap();
    let allowing = format!("#!/bin/sh\nexec {} \"$@\" --allow-development-key\n", text(&binary("pot-check")));
    fs::write(at("bin/pot-check"), allowing).unwrap();
    fs::set_permissions(at("bin/pot-check"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = |hook: &Path, name: &str, release: &str| -> Ran {
        let folder = at(name);
        let mut command = Command::new("sh");
        command.arg(hook).arg(&folder).arg(at("auditor.key")).arg(folder.join("verifying.key")).arg(at(release));
        let path = format!("{}:{}", text(&at("bin")), std::env::var("PATH").unwrap());
        command.env("PATH", path).output().unwrap().into()
    };
    let hook = workspace().join("docs/examples/pre-release.sh");
    // The example of a policy file beside the hook demands more than a run under QUICK has.
    run(&hook, "same", "release").expect(4).shows("does not meet the policy file");
    let alone = at("hook");
    fs::create_dir(&alone).unwrap();
    fs::copy(&hook, alone.join("pre-release.sh")).unwrap();
    let alone = alone.join("pre-release.sh");
    run(&alone, "same", "good").expect(0).shows("can go beside the release");
    run(&alone, "different", "bad").expect(4).shows("does not say what --require demands");
}
