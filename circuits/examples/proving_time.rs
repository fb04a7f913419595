//! How long a proof of 1,024 scores takes, and what share of it lays the witness out:
//! `cargo run --release -p pot-circuits --example proving_time`. Wall time on one thread, best of five.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints its result")]

use std::time::{Duration, Instant};

use ark_bn254::{Bn254, Fr};
use ark_groth16::Groth16;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, SynthesisMode};
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic, qap::SnarkjsReduction};
use pot_protocol::{
    commitment::BlindingSeed,
    policy::Preset,
    rule::{Capacity, Progress, decide},
    score::Score,
};

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
    // A key that is thrown away: the seed is for repeatable timings only.
    let mut rng = StdRng::seed_from_u64(2);
    let shape = VerdictCircuit::shape(Capacity::C1024);
    let key = Groth16::<Bn254, SnarkjsReduction>::generate_random_parameters_with_reduction(shape, &mut rng).unwrap();
    let laying_out = best(|| {
        let cs = ConstraintSystem::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Prove { construct_matrices: true, generate_lc_assignments: false });
        circuit.clone().generate_constraints(cs.clone()).unwrap();
        cs.finalize();
    });
    let proving = best(|| {
        Groth16::<Bn254, SnarkjsReduction>::create_random_proof_with_reduction(circuit.clone(), &key, &mut rng)
            .unwrap();
    });
    println!("{:?} at {} scores: proof {proving:?}, of which laying out {laying_out:?}", outcome.verdict, outcome.n);
    println!("share of laying out: {:.3}", laying_out.as_secs_f64() / proving.as_secs_f64());
}
