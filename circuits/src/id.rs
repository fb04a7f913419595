//! What binds keys and statements to a circuit.

use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, OptimizationGoal, R1CS_PREDICATE_LABEL, SynthesisError, SynthesisMode,
};
use pot_protocol::{poseidon, rule::Capacity};
use sha2::{Digest, Sha256};

use crate::relation::VerdictCircuit;

const TAG: &[u8; 16] = b"pot/circuit/v1\0\0";
/// Version of the relation: changes with its meaning.
pub const RELATION_VERSION: u32 = 1;

/// The id of the circuit: a pinned value, so that asking costs nothing. A test derives it anew.
pub const fn circuit_id(capacity: Capacity) -> [u8; 32] {
    match capacity {
        Capacity::C128 => ID_128,
        Capacity::C1024 => ID_1024,
    }
}

const ID_128: [u8; 32] = [
    0x77, 0xca, 0xe8, 0xc8, 0x8d, 0x90, 0xbc, 0x06, 0x72, 0xb4, 0x5f, 0x77, 0x13, 0x46, 0xb1, 0xd8, 0x95, 0xd3, 0xf3,
    0xc2, 0x2a, 0x08, 0x50, 0xb2, 0x69, 0x06, 0xd1, 0x63, 0xb8, 0xcf, 0x13, 0xd4,
];
const ID_1024: [u8; 32] = [
    0x9f, 0xde, 0x59, 0xe3, 0xc0, 0x0e, 0x7f, 0xee, 0x02, 0x3e, 0x74, 0x1e, 0x92, 0xd8, 0x17, 0x67, 0x14, 0x80, 0xfe,
    0x9e, 0x6d, 0xc6, 0xed, 0x24, 0x6f, 0xb5, 0xb9, 0xca, 0x66, 0xb1, 0x49, 0x0b,
];

/// Computes the id: SHA-256 over a tag, the relation's version, the capacity, the numbers of instance variables (with
/// the constant), witness variables and constraints, and the matrices A, B, C. A row is its number of entries and each
/// entry's variable index and coefficient. Integers are 32-bit and coefficients 256-bit big-endian numbers.
///
/// # Errors
/// The constraint system's error, when the circuit cannot be laid out.
pub fn derive_circuit_id(capacity: Capacity) -> Result<[u8; 32], SynthesisError> {
    let cs = ConstraintSystem::new_ref();
    cs.set_optimization_goal(OptimizationGoal::Constraints);
    cs.set_mode(SynthesisMode::Setup);
    VerdictCircuit::shape(capacity).generate_constraints(cs.clone())?;
    cs.finalize();
    let matrices = cs.to_matrices()?;
    let matrices = matrices.get(R1CS_PREDICATE_LABEL).ok_or(SynthesisError::PredicateNotFound)?;
    let number =
        |n: usize| u32::try_from(n).map(u32::to_be_bytes).map_err(|_| SynthesisError::PolynomialDegreeTooLarge);
    let mut hash = Sha256::new_with_prefix(TAG);
    hash.update(RELATION_VERSION.to_be_bytes());
    hash.update(u32::from(capacity).to_be_bytes());
    for n in [cs.num_instance_variables(), cs.num_witness_variables(), cs.num_constraints()] {
        hash.update(number(n)?);
    }
    for row in matrices.iter().flatten() {
        hash.update(number(row.len())?);
        for (coefficient, variable) in row {
            hash.update(number(*variable)?);
            hash.update(poseidon::to_bytes(*coefficient));
        }
    }
    Ok(hash.finalize().into())
}
