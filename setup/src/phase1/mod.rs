//! The first phase: powers of τ that serve every circuit up to their size. As long as one contributor forgot their secrets,
//! nobody knows τ, α and β.
//!
//! The files are snarkjs' `.ptau`, and every step can be done with either program. Points are read, worked on and written
//! a few thousand at a time; only a Fourier transform ([`prepare`]) holds a sequence as a whole.

mod blake2b;
mod chain;
mod contribute;
mod hashes;
mod lagrange;
mod points;
mod powers;
mod prepare;
mod secrets;
mod source;
#[cfg(test)]
mod tests;
mod verify;

pub use contribute::{Announced, beacon, contribute, new};
pub use prepare::prepare;
pub(crate) use secrets::times;
pub use source::{Identity, Phase1Source, identify};
pub use verify::{Link, Verified, verify};

/// What is told while work goes on: what it is, how much of it is done, and how much there is.
pub type Report<'a> = &'a dyn Fn(&str, usize, usize);

/// Points that are read, worked on and written at a time.
const CHUNK: usize = 1 << 14;
