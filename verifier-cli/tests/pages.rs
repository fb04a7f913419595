//! What `pot-check` writes for shells and for `man`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, process::Command};

#[test]
fn a_shells_script_goes_to_stdout_and_the_man_pages_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_pot-check")).args(args).current_dir(folder.path()).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    assert!(run(&["completions", "bash"]).contains("COMPREPLY"));
    assert_eq!(run(&["man", "pages"]), "");
    assert!(fs::read_to_string(folder.path().join("pages/pot-check.1")).unwrap().contains("pot-check"));
}
