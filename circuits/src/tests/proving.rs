//! Groth16 with the reduction of snarkjs' keys, end to end at both capacities.

use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::Groth16;
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_protocol::{rule::Capacity, score::Score};

use super::harness::{honest, preset, score};
use crate::{VerdictCircuit, qap::SnarkjsReduction};

type Scheme = Groth16<Bn254, SnarkjsReduction>;

/// Proves a run and checks that the proof holds for its public inputs and for no others.
fn proves_and_binds(capacity: Capacity, policy: &str, scores: &[Score]) {
    let mut rng = StdRng::seed_from_u64(1);
    let key = Scheme::generate_random_parameters_with_reduction(VerdictCircuit::shape(capacity), &mut rng).unwrap();
    let (public, private) = honest(capacity, &preset(policy), scores);
    let circuit = VerdictCircuit::new(capacity, public, private);
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
fn a_proof_of_128_scores_verifies_and_binds_every_public_input() {
    proves_and_binds(Capacity::C128, "quick", &[score(0); 128]);
}

#[test]
fn a_proof_of_1024_scores_verifies_and_binds_every_public_input() {
    // Hovering at the side threshold: all looks up to n_max = 400 are passed.
    let hovering: Vec<Score> = (0..1024).map(|i| score(if i % 2 == 0 { 92 } else { 113 })).collect();
    proves_and_binds(Capacity::C1024, "audit", &hovering);
}
