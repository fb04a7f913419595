//! The file formats that the Groth16 world shares: the ones of snarkjs and circom.
//!
//! All of them are sections in one container (`container.rs`). Readers take bytes, mostly of a mapped file
//! ([`crate::mapped`]), and never believe a length before they have compared it with what is there.

pub mod container;
pub mod packed;
pub mod points;
pub mod ptau;
pub mod r1cs;
pub mod wtns;
pub mod zkey;
