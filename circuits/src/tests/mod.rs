//! Tests of the relation.

mod lies;

pub(crate) use lies::Lies;
