//! The program on the verdict circuit for 128 scores, at its shortest.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::Path, process::Command};

use pot_circuits::VerdictCircuit;
use pot_protocol::rule::Capacity;
use pot_setup::formats::r1cs::R1cs;

/// Exit code, output and errors on a file.
fn audit(file: &Path, capacity: &str) -> (Option<i32>, String, String) {
    let short = ["--instances", "27", "--mutants", "1000", "--assignments", "0", "--lies", "1"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_r1cs-audit"));
    let ran = command.args(["--capacity", capacity, "--r1cs"]).arg(file).args(short).output().unwrap();
    (ran.status.code(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
fn nothing_is_found_in_the_exported_circuit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("verdict.r1cs");
    R1cs::of(VerdictCircuit::shape(Capacity::C128)).unwrap().write_to(fs::File::create(&file).unwrap()).unwrap();
    let (code, output, errors) = audit(&file, "128");
    let said = |line: &str| assert!(output.contains(line), "'{line}' is not in\n{output}{errors}");
    said("unused public inputs: none");
    said("determined: every private wire at 27 of 27 witnesses");
    said(" tried, 0 accepted");
    said("reasons that hold of 0 coefficients which an honest assignment noticed");
    said("dropped constraints: 12544 of 12544 alone refuse some lie");
    assert!(!output.contains("NOT EXPLAINED"), "{output}");
    assert_eq!(code, Some(0), "{output}{errors}");

    let (code, _, errors) = audit(&file, "1024");
    assert_eq!(code, Some(1));
    assert!(errors.contains("this is no circuit for 1024 scores"), "{errors}");
}
