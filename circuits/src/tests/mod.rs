//! Tests of the relation.

mod agreement;
mod bugs;
mod clauses;
mod exhaustive;
mod harness;
mod lies;
mod million;
mod pinned;
mod planted;
mod proving;
mod smt;

pub(crate) use bugs::Bug;
pub(crate) use harness::{honest, preset, score};
pub(crate) use lies::Lies;
