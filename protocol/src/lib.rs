//! The protocol of behavioural model identity, in integers: scores, challenges, policies, the sequential decision
//! rule, transcripts, commitments, statements and bundles.
//!
//! No floats, no I/O and no gadgets live here, so that the native code, the circuit and every other implementation
//! share one definition. See `ARCHITECTURE.md` for the way of one record through the system.
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

pub mod bundle;
pub mod challenge;
pub mod codec;
pub mod commitment;
pub mod digest;
pub mod keys;
pub mod merkle;
pub mod parallel;
pub mod policy;
pub mod poseidon;
pub mod registration;
pub mod rule;
pub mod score;
pub mod spot;
pub mod statement;
pub mod text;
pub mod transcript;
