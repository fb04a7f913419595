//! The auditor's side: register, query, decide, prove.

pub mod attest;
pub mod compile;
pub mod decide;
pub mod error;
pub mod groth16;
pub mod open;
pub mod prove;
pub mod publish;
#[cfg(feature = "inference")]
pub mod query;
pub mod register;
pub mod reveal;
pub mod run_folder;
pub mod scores_file;
pub mod signer;
