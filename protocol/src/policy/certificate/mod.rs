//! Why a policy's verdicts can be believed: every condition of the proof in `docs/statistics.md`, checked with integers.

mod bounds;
mod checks;
mod factor;
mod ln;

pub use bounds::{loosest_above, loosest_below};
pub use checks::{CertificateError, check, check_parameters};
pub use factor::{Direction, Factor, LAMBDA_PARTS, UNIT_PARTS, WEIGHT_PARTS, smallest_threshold};
pub use ln::{Enclosure, FRACTION_BITS, ln_ratio};

#[cfg(test)]
mod tests;
