//! Groth16 with the reduction of snarkjs' keys, and the cost of the assignment.

use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::Groth16;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, SynthesisMode};
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_protocol::rule::Capacity;
use std::time::Instant;

use super::harness::{honest, preset, score};
use crate::{VerdictCircuit, qap::SnarkjsReduction};

type Scheme = Groth16<Bn254, SnarkjsReduction>;

#[test]
fn a_proof_verifies_and_binds_every_public_input() {
    let mut rng = StdRng::seed_from_u64(1);
    let key =
        Scheme::generate_random_parameters_with_reduction(VerdictCircuit::shape(Capacity::C128), &mut rng).unwrap();
    let (public, private) = honest(Capacity::C128, &preset("quick"), &[score(0); 128]);
    let circuit = VerdictCircuit::new(Capacity::C128, public, private);
    let proof = Scheme::create_random_proof_with_reduction(circuit, &key, &mut rng).unwrap();
    let prepared = ark_groth16::prepare_verifying_key(&key.vk);
    assert!(Scheme::verify_proof(&prepared, &proof, &public.to_inputs()).unwrap());
    for i in 0..4 {
        let mut inputs = public.to_inputs();
        inputs[i] += Fr::ONE;
        assert!(!Scheme::verify_proof(&prepared, &proof, &inputs).unwrap());
    }
}

#[test]
fn laying_out_takes_less_than_a_tenth_of_proving() {
    let (public, private) = honest(Capacity::C1024, &preset("audit"), &vec![score(157); 1024]);
    let circuit = VerdictCircuit::new(Capacity::C1024, public, private);
    let mut rng = StdRng::seed_from_u64(2);
    let key =
        Scheme::generate_random_parameters_with_reduction(VerdictCircuit::shape(Capacity::C1024), &mut rng).unwrap();
    // The best of three: other programs may run at the same time.
    let best = |mut run: Box<dyn FnMut() + '_>| {
        let time = |run: &mut dyn FnMut()| {
            let start = Instant::now();
            run();
            start.elapsed()
        };
        (0..3).map(|_| time(&mut run)).min().unwrap()
    };
    let laying_out = best(Box::new(|| {
        let cs = ConstraintSystem::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Prove { construct_matrices: true, generate_lc_assignments: false });
        circuit.clone().generate_constraints(cs.clone()).unwrap();
        cs.finalize();
    }));
    let proving = best(Box::new(|| {
        Scheme::create_random_proof_with_reduction(circuit.clone(), &key, &mut rng).unwrap();
    }));
    println!("laying out {laying_out:?}, proving {proving:?}");
    assert!(laying_out * 10 < proving, "{laying_out:?} of {proving:?}");
}
