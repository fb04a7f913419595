//! Policies: what a person chooses, the bets that realise it, the certificate that ties both, and the presets.

pub mod certificate;
mod coefficients;
mod document;
mod micro;
mod presets;
mod validated;

pub use coefficients::*;
pub use document::{Betting, Claim, ClaimBets, Parameters, RawPolicy};
pub use micro::Micro;
pub use presets::Preset;
pub use validated::{Policy, PolicyError};
