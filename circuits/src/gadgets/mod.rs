//! The parts of the relation, one file per group of clauses.

pub(crate) mod commitment;
pub(crate) mod features;
pub(crate) mod grade;
pub(crate) mod looks;
pub(crate) mod policy;
pub(crate) mod poseidon;
pub(crate) mod score;
pub(crate) mod segment;
pub(crate) mod window;
