//! The verdict relation: the published verdict is what the registered decision rule gives on the committed scores.
//!
//! One universal circuit per capacity. The policy's integers are private and hashed inside, so that a new policy needs
//! no new keys. `relation` is the circuit clause by clause, `native` its twin in plain integers, `docs/soundness.md`
//! the argument.
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

mod builder;
mod gadgets;
mod id;
pub mod native;
pub mod qap;
mod relation;
mod statement;
#[cfg(test)]
mod tests;

pub use id::{RELATION_VERSION, circuit_id, derive_circuit_id};
pub use relation::{VerdictCircuit, constraint_count, parts, witness_names};
pub use statement::{VerdictPrivate, VerdictPublic};
