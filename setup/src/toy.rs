//! A small circuit with four public inputs, for tests of everything that no real circuit is needed for.

use ark_bn254::Fr;
use ark_ff::Field;
use ark_relations::{
    gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError, Variable},
    lc,
};
use pot_protocol::{digest::Digest, rule::Capacity};

use crate::{ProvingKey, development};

pub(crate) const ID: Digest = Digest([42; 32]);

/// Knows x with x² = a, x³ = b, x⁴ = c, x⁵ = d.
#[derive(Clone, Copy)]
pub(crate) struct Powers(pub(crate) Option<Fr>);

impl Powers {
    pub(crate) fn inputs(x: Fr) -> [Fr; 4] {
        [2u64, 3, 4, 5].map(|exponent| x.pow([exponent]))
    }
}

impl ConstraintSynthesizer<Fr> for Powers {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let value = |exponent: u64| self.0.map(|x| x.pow([exponent])).ok_or(SynthesisError::AssignmentMissing);
        let inputs = [2, 3, 4, 5].map(|exponent| cs.new_input_variable(|| value(exponent)));
        let x = cs.new_witness_variable(|| value(1))?;
        let mut power = x;
        for input in inputs {
            let next: Variable = input?;
            cs.enforce_r1cs_constraint(|| lc!() + power, || lc!() + x, || lc!() + next)?;
            power = next;
        }
        Ok(())
    }
}

pub(crate) fn key() -> ProvingKey {
    development::make(Powers(None), ID, Capacity::C128).unwrap()
}
