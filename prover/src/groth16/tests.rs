//! Proofs of a small circuit.

use std::{cell::RefCell, rc::Rc};

use ark_bn254::Fr;
use ark_ff::Field;
use ark_relations::{
    gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError},
    lc,
};
use pot_protocol::{digest::Digest, rule::Capacity};
use pot_setup::{
    ProvingKey, development,
    formats::{wtns::Witness, zkey::Zkey},
    proving::Parameters,
};
use zeroize::ZeroizeOnDrop;

use super::{assign, prove, prove_witness};
use crate::error::ProverError;

/// Knows x with x² = a, x³ = b, x⁴ = c, x⁵ = d; with more witnesses when `padding` asks for them.
#[derive(Clone, Copy)]
struct Powers {
    x: Option<Fr>,
    padding: usize,
    public: usize,
}

fn inputs(x: Fr) -> [Fr; 4] {
    [2u64, 3, 4, 5].map(|exponent| x.pow([exponent]))
}

fn powers(x: Fr) -> Powers {
    Powers { x: Some(x), padding: 0, public: 4 }
}

impl ConstraintSynthesizer<Fr> for Powers {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let value = |exponent: usize| {
            self.x.map(|x| x.pow([u64::try_from(exponent).unwrap()])).ok_or(SynthesisError::AssignmentMissing)
        };
        let publics: Vec<_> = (0..self.public).map(|i| cs.new_input_variable(|| value(i + 2))).collect();
        let x = cs.new_witness_variable(|| value(1))?;
        let mut power = x;
        for public in publics {
            let public = public?;
            cs.enforce_r1cs_constraint(|| lc!() + power, || lc!() + x, || lc!() + public)?;
            power = public;
        }
        for _ in 0..self.padding {
            let square = cs.new_witness_variable(|| value(2))?;
            cs.enforce_r1cs_constraint(|| lc!() + x, || lc!() + x, || lc!() + square)?;
        }
        Ok(())
    }
}

fn key() -> ProvingKey {
    development::make(Powers { x: None, ..powers(Fr::from(0u64)) }, Digest([1; 32]), Capacity::C128).unwrap()
}

#[test]
fn an_honest_proof_holds_for_its_inputs_alone() {
    let (key, x) = (key(), Fr::from(3u64));
    let proof = prove(&key, powers(x)).unwrap().decode().unwrap();
    assert!(key.verifying().verify(&proof, &inputs(x)).is_ok());
    assert!(key.verifying().verify(&proof, &inputs(x + Fr::from(1u64))).is_err());
}

#[test]
fn no_two_proofs_are_alike() {
    let key = key();
    let (one, two) = (prove(&key, powers(Fr::from(3u64))).unwrap(), prove(&key, powers(Fr::from(3u64))).unwrap());
    let (one_points, two_points) = (one.decode().unwrap(), two.decode().unwrap());
    assert_ne!(one, two);
    // Without the byte of the sign, which anybody can turn.
    for (what, range) in [("A", 0..31), ("B", 32..95), ("C", 96..127)] {
        assert_ne!(one.0[range.clone()], two.0[range], "{what}");
    }
    for proof in [one_points, two_points] {
        assert!(key.verifying().verify(&proof, &inputs(Fr::from(3u64))).is_ok());
    }
}

#[test]
fn a_key_for_another_shape_is_refused() {
    let key = key();
    for other in [Powers { padding: 1, ..powers(Fr::from(3u64)) }, Powers { public: 3, ..powers(Fr::from(3u64)) }] {
        assert!(matches!(prove(&key, other), Err(ProverError::Key(_))));
    }
}

#[test]
fn a_missing_witness_is_an_error() {
    let missing = Powers { x: None, ..powers(Fr::from(0u64)) };
    assert!(matches!(prove(&key(), missing), Err(ProverError::Proof(_))));
}

#[test]
fn a_witness_proves_under_the_key_alone_and_a_wrong_one_gives_no_proof() {
    let (key, x) = (key(), Fr::from(3u64));
    let witness = assign(powers(x)).unwrap().values;
    let proof = prove_witness(key.parameters(), &witness).unwrap().decode().unwrap();
    assert!(key.verifying().verify(&proof, &inputs(x)).is_ok());
    for wire in 0..witness.len() {
        let mut wrong = witness.clone();
        wrong[wire] += Fr::from(1u64);
        assert!(matches!(prove_witness(key.parameters(), &wrong), Err(ProverError::Proof(_))), "{wire}");
    }
    assert!(matches!(prove_witness(key.parameters(), &witness[..5]), Err(ProverError::Key(_))));
}

#[test]
fn files_of_circom_and_snarkjs_prove() {
    let read =
        |name: &str| std::fs::read(format!("{}/../setup/testdata/snarkjs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let witness = Witness::parse("powers.wtns", &read("powers.wtns")).unwrap();
    let prove = |name: &str| {
        let bytes = read(name);
        prove_witness(&Parameters::trusted(&Zkey::parse(name, &bytes).unwrap()).unwrap(), &witness.0)
    };
    for name in ["two.zkey", "final.zkey"] {
        prove(name).unwrap();
    }
    // Nobody contributed to this one.
    assert!(matches!(prove("new.zkey"), Err(ProverError::Key(_))));
}

/// Keeps the constraint system that a circuit was laid out in.
struct Kept(Powers, Rc<RefCell<ConstraintSystemRef<Fr>>>);

impl ConstraintSynthesizer<Fr> for Kept {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        self.0.generate_constraints(cs.clone())?;
        assert_eq!(cs.witness_assignment()?, [Fr::from(3u64)]);
        *self.1.borrow_mut() = cs;
        Ok(())
    }
}

#[test]
fn the_witness_is_wiped_where_it_was_laid_out_and_when_dropped() {
    fn wiped<T: ZeroizeOnDrop>(_: &T) {}
    let kept = Rc::new(RefCell::new(ConstraintSystemRef::None));
    let values = assign(Kept(powers(Fr::from(3u64)), kept.clone())).unwrap().values;
    wiped(&values);
    assert_eq!(values[5], Fr::from(3u64));
    assert!(kept.borrow().witness_assignment().unwrap().is_empty());
}
