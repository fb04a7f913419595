//! Groth16 proofs under a loaded key.

mod create;
#[cfg(test)]
mod tests;

use ark_bn254::Fr;
use ark_ff::UniformRand;
use ark_groth16::r1cs_to_qap::R1CSToQAP;
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, OptimizationGoal, R1CS_PREDICATE_LABEL,
    SynthesisError, SynthesisMode,
};
use pot_protocol::{
    bundle::Bundle,
    keys::{ProofBytes, ProofPoints},
};
use pot_setup::{ProvingKey, Reduction, randomness};

use crate::error::ProverError;

/// Proves that the witness in `circuit` satisfies it.
///
/// The two blinding scalars come from the operating system and from nowhere else: with them known, a proof would
/// give away the scores. So no caller can pass a generator, and no two proofs are alike.
///
/// The witness is not checked here; a false one gives a proof that [`verify_own`] refuses.
///
/// # Errors
/// [`ProverError::Key`] when the key is for a circuit of another shape; [`ProverError::Random`] without randomness;
/// [`ProverError::Proof`] when the circuit cannot be synthesized.
pub fn prove<C: ConstraintSynthesizer<Fr>>(key: &ProvingKey, circuit: C) -> Result<ProofBytes, ProverError> {
    let synthesized = synthesize(circuit).map_err(failed)?;
    let parameters = key.parameters();
    let variables = synthesized.assignment.len();
    // arkworks would cut the longer side of a mismatch off and give a proof of nothing.
    if variables != parameters.a_query.len()
        || synthesized.inputs + parameters.l_query.len() != variables
        || variables != parameters.b_g1_query.len()
        || variables != parameters.b_g2_query.len()
        || parameters.vk.gamma_abc_g1.len() != synthesized.inputs
    {
        return Err(ProverError::Key("the proving key is for a circuit of another shape".to_owned()));
    }
    let h = synthesized.quotient().map_err(failed)?;
    if h.len() != parameters.h_query.len() {
        return Err(ProverError::Key("the proving key is for a circuit of another size".to_owned()));
    }
    let mut rng = randomness::from_os().map_err(|e| ProverError::Random(e.to_string()))?;
    let blinding = (Fr::rand(&mut rng), Fr::rand(&mut rng));
    let (a, b, c) = create::create(parameters, blinding, &h, &synthesized.assignment);
    Ok(ProofPoints::encode(&a, &b, &c))
}

/// Checks a bundle of our own as anybody else will.
///
/// # Errors
/// [`ProverError::Proof`] when the proof does not hold for the statement's public inputs under the key.
pub fn verify_own(key: &ProvingKey, bundle: &Bundle) -> Result<(), ProverError> {
    let verify = || key.verifying().verify(&bundle.proof.decode()?, &bundle.statement.public_inputs().to_elements());
    verify().map_err(|e| ProverError::Proof(format!("our own proof does not verify ({e}): nothing was published")))
}

/// A circuit with its witness, laid out.
struct Synthesized {
    matrices: Vec<Vec<Vec<(Fr, usize)>>>,
    /// Instance variables, the constant one among them.
    inputs: usize,
    constraints: usize,
    assignment: Vec<Fr>,
}

impl Synthesized {
    /// The coefficients of the quotient h in the basis of the key's H points.
    fn quotient(&self) -> Result<Vec<Fr>, SynthesisError> {
        Reduction::witness_map_from_matrices::<Fr, GeneralEvaluationDomain<Fr>>(
            &self.matrices,
            self.inputs,
            self.constraints,
            &self.assignment,
        )
    }
}

fn synthesize<C: ConstraintSynthesizer<Fr>>(circuit: C) -> Result<Synthesized, SynthesisError> {
    let cs: ConstraintSystemRef<Fr> = ConstraintSystem::new_ref();
    // What arkworks' generator uses, so that the variables are the key's.
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    cs.set_mode(SynthesisMode::Prove { construct_matrices: true, generate_lc_assignments: false });
    circuit.generate_constraints(cs.clone())?;
    cs.finalize();
    let matrices = cs.to_matrices()?.remove(R1CS_PREDICATE_LABEL).ok_or(SynthesisError::PredicateNotFound)?;
    Ok(Synthesized {
        matrices,
        inputs: cs.num_instance_variables(),
        constraints: cs.num_constraints(),
        assignment: [cs.instance_assignment()?, cs.witness_assignment()?].concat(),
    })
}

fn failed(error: SynthesisError) -> ProverError {
    ProverError::Proof(format!("the proof could not be made: {error}"))
}
