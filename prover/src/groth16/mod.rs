//! Groth16 proofs under a loaded key.

mod create;
#[cfg(test)]
mod tests;

use ark_bn254::{Bn254, Fr};
use ark_ff::PrimeField;
use ark_groth16::Proof;
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, OptimizationGoal, SynthesisError, SynthesisMode,
};
use pot_circuits::qap::quotient;
use pot_protocol::{
    bundle::Bundle,
    keys::{ProofBytes, ProofPoints, VerifyingKey},
};
use pot_setup::{ProvingKey, proving::Parameters};
use zeroize::{Zeroize, Zeroizing};

use crate::error::ProverError;

/// Proves that the witness in `circuit` satisfies it.
///
/// The witness is not checked here; a false one gives a proof that [`verify_own`] refuses.
///
/// # Errors
/// [`ProverError::Key`] when the key is for a circuit of another shape; [`ProverError::Random`] without randomness;
/// [`ProverError::Proof`] when the circuit cannot be synthesized.
pub fn prove<C: ConstraintSynthesizer<Fr>>(key: &ProvingKey, circuit: C) -> Result<ProofBytes, ProverError> {
    let assigned = assign(circuit)?;
    if assigned.inputs != key.parameters().public() + 1 {
        return Err(other_shape());
    }
    let Proof { a, b, c } = unchecked(key.parameters(), &assigned.values)?;
    Ok(ProofPoints::encode(&a, &b, &c))
}

/// Proves for any circuit, under a key from a zkey: `witness` holds the constant 1, the public and the private signals. The
/// proof is verified under the key before it is given out.
///
/// # Errors
/// [`ProverError::Key`] when the witness has another length than the key's circuit, or the key is one that anyone can forge
/// under; [`ProverError::Random`] without randomness; [`ProverError::Proof`] when the proof does not verify: the
/// witness is wrong, or the key is.
pub fn prove_witness(key: &Parameters, witness: &[Fr]) -> Result<ProofBytes, ProverError> {
    let vk = &key.points().vk;
    // With δ = ±γ anyone can forge, so a proof would say nothing.
    if vk.gamma_g2.x == vk.delta_g2.x {
        return Err(ProverError::Key(
            "the key has gamma = delta: nobody has contributed to it, and anyone can forge proofs".to_owned(),
        ));
    }
    let proof = unchecked(key, witness)?;
    let public = witness.get(1..=key.public()).unwrap_or_default();
    let prepared = ark_groth16::prepare_verifying_key(vk);
    match ark_groth16::Groth16::<Bn254>::verify_proof(&prepared, &proof, public) {
        Ok(true) => Ok(ProofPoints::encode(&proof.a, &proof.b, &proof.c)),
        _ => Err(ProverError::Proof(
            "the proof does not verify, so nothing was written: the witness does not satisfy the key's circuit, or the \
             key is broken"
                .to_owned(),
        )),
    }
}

/// A proof for a witness that is taken as it is.
///
/// The two blinding scalars come from the operating system and from nowhere else: with them known, a proof would
/// give away the scores. So no caller can pass a generator, and no two proofs are alike.
fn unchecked(key: &Parameters, witness: &[Fr]) -> Result<Proof<Bn254>, ProverError> {
    if witness.len() != key.signals() {
        return Err(other_shape());
    }
    let (a, b) = key.evaluate(witness);
    let h = Zeroizing::new(quotient::<Fr, GeneralEvaluationDomain<Fr>>(a, b).map_err(failed)?);
    let blinding = Zeroizing::new((scalar()?, scalar()?));
    let (a, b, c) = create::create(key.points(), &blinding, &h, witness);
    Ok(Proof { a, b, c })
}

/// A scalar from the operating system: 512 bits reduced to 254 are within 2^-258 of uniform.
fn scalar() -> Result<Fr, ProverError> {
    let mut bytes = Zeroizing::new([0; 64]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|e| ProverError::Random(e.to_string()))?;
    Ok(Fr::from_le_bytes_mod_order(bytes.as_slice()))
}

fn other_shape() -> ProverError {
    ProverError::Key("the proving key is for a circuit with another number of signals than this witness".to_owned())
}

/// Checks a bundle before it is published, as anybody else will.
///
/// # Errors
/// [`ProverError::Proof`] when the proof does not hold for the statement's public inputs under the key.
pub fn verify_own(key: &VerifyingKey, bundle: &Bundle) -> Result<(), ProverError> {
    let verify = || key.verify(&bundle.proof.decode()?, &bundle.statement.public_inputs().to_elements());
    verify().map_err(|e| ProverError::Proof(format!("the proof does not verify ({e}): nothing was published")))
}

/// The values of a circuit's variables.
pub struct Assigned {
    /// Instance variables, the constant one among them.
    pub inputs: usize,
    /// The instance variables, then the witness variables: the order of the signals of a key. Wiped when dropped.
    pub values: Zeroizing<Vec<Fr>>,
}

/// Lays a circuit's witness out. The matrices are in the key.
///
/// # Errors
/// [`ProverError::Proof`] when the circuit cannot be synthesized.
pub fn assign<C: ConstraintSynthesizer<Fr>>(circuit: C) -> Result<Assigned, ProverError> {
    let synthesize = || {
        let cs: ConstraintSystemRef<Fr> = ConstraintSystem::new_ref();
        // What keys are made with, so that the variables are the key's.
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        cs.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
        circuit.generate_constraints(cs.clone())?;
        cs.finalize();
        let mut cs = cs.borrow_mut().ok_or(SynthesisError::MissingCS)?;
        let (inputs, witness) = (cs.num_instance_variables(), cs.num_witness_variables());
        let mut values = Zeroizing::new(Vec::with_capacity(inputs + witness));
        values.extend_from_slice(cs.instance_assignment()?);
        values.extend_from_slice(cs.witness_assignment()?);
        cs.assignments.witness_assignment.zeroize();
        Ok(Assigned { inputs, values })
    };
    synthesize().map_err(failed)
}

fn failed(error: SynthesisError) -> ProverError {
    ProverError::Proof(format!("the proof could not be made: {error}"))
}
