//! Poseidon over BN254's scalar field with circomlib's parameters.
//!
//! x^5, 8 full rounds, circomlib's partial rounds. The domain tag sits in the capacity element `state[0]` (circomlib
//! calls it `initialState`), so every use of the hash has its own function. Only the widths in use are shipped.

mod constants;
mod field;
mod permutation;
#[cfg(test)]
mod tests;

pub use constants::{Constants, FULL_ROUNDS, Width};
pub use field::{from_bytes, to_bytes};
pub use permutation::{Tag, hash2, hash7, hash16};
