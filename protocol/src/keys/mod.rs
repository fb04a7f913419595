//! Verifying keys and proofs: their canonical bytes, their ids, and the pairing equation that joins them.
//!
//! Everything from outside goes raw bytes → validation → trusted type, in [`VerifyingKey::from_bytes`] and
//! [`ProofBytes::decode`]. [`VerifyingKey::verify`] is the only Groth16 check in the project: the checker calls it on
//! a bundle, the prover on its own proof; [`VerifyingKey::verify_each`] is the same for many proofs at once. It needs curve
//! arithmetic alone, so it lives with the formats.

mod batch;
mod built_in;
mod error;
mod folder;
mod hermez;
mod id;
mod pairing;
mod points;
mod proof;
mod provenance;
mod raw;
pub mod snarkjs;
mod standing;
mod subgroup;
mod verifying;

#[cfg(test)]
mod tests;

pub use batch::Claimed;
pub use built_in::{BUILT_IN, BuiltInKey};
pub use error::{KeyError, PointError, ProofError};
pub use folder::key_folder;
pub use hermez::{HERMEZ_ALPHA_G1, HERMEZ_BETA_G2, hermez_power};
pub use id::KeyId;
pub use proof::{ProofBytes, ProofPoints};
pub use provenance::{Ceremony, Phase1Source, Provenance};
pub use raw::RawVerifyingKey;
pub use standing::Standing;
pub use verifying::{KeyPoints, VerifyingKey};
