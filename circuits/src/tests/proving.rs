//! Groth16 with the reduction of snarkjs' keys, and the cost of the assignment.

use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::Groth16;
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_protocol::rule::Capacity;

use super::harness::{honest, preset, score};
use crate::{VerdictCircuit, qap::SnarkjsReduction};

type Scheme = Groth16<Bn254, SnarkjsReduction>;

#[test]
fn a_proof_verifies_and_binds_every_public_input() {
    let mut rng = StdRng::seed_from_u64(1);
    let key = Scheme::generate_random_parameters_with_reduction(VerdictCircuit::shape(Capacity::C128), &mut rng).unwrap();
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
