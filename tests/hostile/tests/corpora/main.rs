//! The corpora of the fuzzers, and mutations of them by a fixed seed, under every target: what the fuzzers look for by the
//! million is looked for here by the thousand, on the stable toolchain.
//!
//! `cargo test --release -p pot-hostile -- --ignored` writes the corpora anew, from valid files (`seeds.rs`).
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod chance;
mod seeds;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chance::Chance;
use pot_hostile::{TARGETS, run};

/// Mutations of each corpus.
const ROUNDS: u32 = 10_000;
/// The same where one of them takes a millisecond or more: points, pairings, certificates, automata, weights.
const ROUNDS_OF_SLOW: u32 = 500;
const SLOW: [&str; 7] = ["key_points", "certificate", "check", "zkey_points", "gguf", "safetensors", "tokenizer"];
/// Nothing of a few kilobytes takes that long, on a busy machine either.
const LONGEST: Duration = Duration::from_secs(20);

/// The folder of all corpora.
fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(corpora().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

/// Runs a target; when something does not hold, leaves the input in a file and says where.
fn try_one(name: &str, bytes: &[u8], what: &dyn std::fmt::Display) -> bool {
    let begun = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| run(name, bytes)));
    let took = begun.elapsed();
    if let (Ok(accepted), true) = (outcome, took < LONGEST) {
        return accepted;
    }
    let kept = std::env::temp_dir().join(format!("pot-hostile-{name}"));
    fs::write(&kept, bytes).unwrap();
    panic!("{name}, {what}: did not end well after {took:?}, the input is in {}", kept.display());
}

/// One test: others beside it would be counted in the memory too.
#[test]
fn nothing_from_outside_makes_a_reader_panic_hang_or_take_memory_out_of_proportion() {
    for target in TARGETS {
        let (name, corpus) = (target.name, corpus(target.name));
        let accepted = corpus.iter().filter(|(path, bytes)| try_one(name, bytes, path)).count();
        assert!(accepted > 0, "{name}: no file of its corpus is accepted, so mutations of them end at the door");
        let mut chance = Chance::new(name);
        let rounds = if SLOW.contains(&name) { ROUNDS_OF_SLOW } else { ROUNDS };
        for round in 0..rounds {
            let (path, bytes) = &corpus[chance.below(corpus.len())];
            let other = &corpus[chance.below(corpus.len())].1;
            let mut bytes = bytes.clone();
            for _ in 0..=chance.below(3) {
                chance.alter(&mut bytes, other);
            }
            try_one(name, &bytes, &format_args!("round {round}, from {path}"));
        }
    }
}

#[test]
fn every_target_has_a_fuzzer_and_a_corpus() {
    let names = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let mut targets: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    targets.sort();
    assert_eq!(names(&corpora().join("../fuzz_targets")), targets);
    assert_eq!(names(&corpora()), targets);
}

#[test]
#[ignore = "writes the corpora anew"]
fn write_the_corpora() {
    seeds::write(&corpora());
}
