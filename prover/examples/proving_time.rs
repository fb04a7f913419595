//! How long a key of 1,024 scores takes to load, hash and all, and a proof, against arkworks' own prover under the same key, and what share of it lays
//! the witness out: `cargo run --release -p pot-prover --example proving_time`. CPU time of all threads matters too: run
//! it under `time`, or with `RAYON_NUM_THREADS=1`. Wall times, best of five.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints its result")]

use std::time::{Duration, Instant};

use ark_bn254::Fr;
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic};
use pot_protocol::{
    commitment::BlindingSeed,
    digest::Digest,
    policy::Preset,
    rule::{Capacity, Progress, decide},
    score::Score,
};
use pot_prover::groth16::{assign, prove};
use pot_setup::{Groth16, KeyStore, development, randomness};

fn best(mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..5).map(|_| time(&mut run)).min().unwrap_or_default()
}

fn main() {
    let coefficients = Preset::Audit.policy().coefficients().clone();
    let scores: Vec<Score> = (0..400).map(|i| Score::saturating(if i % 2 == 0 { 92 } else { 113 })).collect();
    let Progress::Decided(outcome) = decide(&coefficients, &scores) else { return };
    let private = VerdictPrivate {
        coefficients,
        scores: scores[..outcome.n as usize].to_vec(),
        seed: BlindingSeed::new([7; 32]),
    };
    let public = VerdictPublic::of(Capacity::C1024, Fr::from(123u64), &private, outcome);
    let circuit = VerdictCircuit::new(Capacity::C1024, public, private);
    let key = development::make(VerdictCircuit::shape(Capacity::C1024), Digest([0; 32]), Capacity::C1024).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::open(folder.path()).unwrap();
    store.save(&key).unwrap();
    let bytes = store.map_zkey(key.id()).unwrap();
    let loading = best(|| {
        store.load_proving(key.id()).unwrap();
    });
    let hashing = best(|| {
        assert_ne!(Digest::of(&bytes), Digest([0; 32]));
    });
    println!("zkey of {} bytes: loading {loading:?}, of which hashing {hashing:?}", bytes.len());
    let mut rng = randomness::from_os().unwrap();
    let laying_out = best(|| {
        assign(circuit.clone()).unwrap();
    });
    let arkworks = best(|| {
        Groth16::create_random_proof_with_reduction(circuit.clone(), key.parameters().points(), &mut rng).unwrap();
    });
    let proving = best(|| {
        prove(&key, circuit.clone()).unwrap();
    });
    println!("{:?} at {} scores: proof {proving:?}, of which laying out {laying_out:?}", outcome.verdict, outcome.n);
    println!("share of laying out: {:.3}", laying_out.as_secs_f64() / proving.as_secs_f64());
    println!("arkworks: {arkworks:?}, {:.2} times ours", arkworks.as_secs_f64() / proving.as_secs_f64());
}
