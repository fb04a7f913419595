//! Tests of the relation.

mod agreement;
mod clauses;
mod harness;
mod lies;
mod pinned;
mod proving;

pub(crate) use lies::Lies;
