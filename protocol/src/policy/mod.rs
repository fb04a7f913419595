//! Policies: what a person chooses, the bets that realise it, the certificate that ties both, and the presets.

mod bet;
pub mod certificate;
mod claim;
mod coefficients;
mod document;
mod micro;
mod presets;
mod validated;

pub use claim::Claim;
pub use coefficients::*;
pub use document::{Betting, ClaimBets, Parameters, RawPolicy};
pub use micro::Micro;
pub use presets::Preset;
pub use validated::{Policy, PolicyError, check_name};

#[cfg(test)]
mod tests;
