//! What a regulator's checker links: no models, no gadgets, no prover, no thread pool.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::process::Command;

fn tree(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--locked"])
        .args(args)
        .current_dir(pot_tests::workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn names(tree: &str) -> Vec<&str> {
    tree.lines().filter_map(|l| l.split_whitespace().next()).collect()
}

#[test]
fn pot_check_stays_light() {
    let tree = tree(&["-p", "pot-verifier"]);
    let linked = names(&tree);
    assert!(linked.contains(&"pot-protocol"), "the guard reads the tree of the right package");
    for banned in [
        "candle-core",
        "candle-nn",
        "pot-inference",
        "pot-circuits",
        "pot-setup",
        "pot-prover",
        "rayon",
        "rayon-core",
        "crossbeam-deque",
        "ark-groth16",
        "ark-r1cs-std",
        "tokio",
    ] {
        assert!(!linked.contains(&banned), "pot-check links {banned}");
    }
}

#[test]
fn the_protocol_has_no_gadgets_and_no_models() {
    let tree = tree(&["-p", "pot-protocol"]);
    for banned in ["candle-core", "ark-groth16", "ark-relations", "ark-r1cs-std", "rayon", "clap"] {
        assert!(!names(&tree).contains(&banned), "pot-protocol links {banned}");
    }
}

#[test]
fn proving_needs_no_inference() {
    let tree = tree(&["-p", "pot-prover", "--no-default-features"]);
    let linked = names(&tree);
    assert!(linked.contains(&"pot-circuits"));
    for banned in ["candle-core", "pot-inference"] {
        assert!(!linked.contains(&banned), "pot-prove without inference links {banned}");
    }
}
