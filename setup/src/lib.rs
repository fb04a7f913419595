//! Keys: making development keys, their files, and the per-user folder that they lie in.
//!
//! A development key is made on one machine, and whoever made it could have kept its secrets and forge with them. It
//! serves to try things out; the checker refuses it unless told otherwise.

pub mod circuits;
mod curve;
pub mod development;
mod error;
pub mod formats;
pub mod mapped;
pub mod msm;
pub mod new_file;
pub mod phase1;
pub mod phase2;
pub mod proving;
pub mod randomness;
pub mod solidity;
pub mod store;
#[cfg(test)]
mod toy;

pub use error::SetupError;
pub use proving::ProvingKey;
pub use store::KeyStore;

/// Groth16 over BN254 with the reduction that snarkjs' proving keys need. Keys are made through this type alone, and
/// the prover takes its [`Reduction`], so that both use the same one.
pub type Groth16 = ark_groth16::Groth16<ark_bn254::Bn254, Reduction>;

/// The reduction from constraints to polynomials.
pub type Reduction = pot_circuits::qap::SnarkjsReduction;
