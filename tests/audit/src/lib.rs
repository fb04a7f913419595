//! A generic analysis of rank-1 constraint systems: does a statement leave exactly one witness?
//!
//! Everything here works on the three matrices alone, as they are exported; nothing is taken from the program that made
//! them but assignments and, to name what is found, the names of the private wires. The bin `r1cs-audit` runs it all on
//! the verdict circuits.

mod bits;
pub mod coefficients;
pub mod coloops;
pub mod constraints;
pub mod corners;
pub mod instances;
pub mod jacobian;
pub mod mutants;
pub mod system;
pub mod tail;

#[cfg(test)]
mod tests;
