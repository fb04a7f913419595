//! What the verdict circuits look like, for people and programs that pin them.

use pot_circuits::{circuit_id, constraint_count};
use pot_protocol::{digest::Digest, rule::Capacity, statement::PublicInputs};
use serde::Serialize;

/// A verdict circuit in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CircuitFigures {
    /// Its id, by which keys and statements name it.
    pub id: Digest,
    /// How many scores it holds.
    pub capacity: Capacity,
    /// How many rank-1 constraints it has.
    pub constraints: usize,
    /// How many public inputs, the constant not counted.
    pub public_inputs: usize,
    /// Size of the evaluation domain: the power of two that holds the constraints, the public inputs and the constant.
    pub domain: usize,
}

/// The figures of the circuit of this capacity.
pub fn figures(capacity: Capacity) -> CircuitFigures {
    let (constraints, public_inputs) = (constraint_count(capacity), PublicInputs::COUNT);
    CircuitFigures {
        id: id(capacity),
        capacity,
        constraints,
        public_inputs,
        domain: (constraints + public_inputs + 1).next_power_of_two(),
    }
}

/// The id of the verdict circuit of this capacity.
pub fn id(capacity: Capacity) -> Digest {
    Digest(circuit_id(capacity))
}
