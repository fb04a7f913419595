//! The second phase: a Groth16 key for one circuit, whose δ many people multiply by secrets of their own.
//!
//! As long as one of them kept nothing, nobody can forge. The files are snarkjs' `.zkey`, and every step can be done with
//! either program.

mod bases;
mod chain;
mod columns;
mod contribute;
mod cs_hash;
pub(crate) mod deterministic;
mod finalize;
mod initial;
#[cfg(test)]
mod tests;
mod transcript;
mod unreduced;
mod verify;

pub use chain::{Link, MAX_ITERATIONS_EXP, MIN_ITERATIONS_EXP, USUAL_ITERATIONS_EXP, check};
pub(crate) use chain::{check_beacons, check_but_beacons, limit_beacons, same_ratio, too_long};
pub use contribute::{MAX_NAME, beacon, contribute};
pub(crate) use contribute::{check_beacon, check_name};
pub use finalize::{Circuit, PowersRecord, Record, RecordedContribution, Source, final_key, verification_key};
pub use initial::Initial;
pub use transcript::{contribution_hash, words};
pub use verify::{Verified, verify};
