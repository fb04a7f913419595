//! The checker's own policy: what a bundle has to show beside being valid, in one TOML file that an organisation keeps.
//!
//! Everything in the file is a demand. What it asks for and was not given is a demand that is not met: absence never
//! passes.

mod document;
mod judge;
mod roles;

pub use document::{Acceptance, Signer, SignerKey, SignerRole};
pub use judge::Demand;
pub use roles::Roles;
pub(crate) use roles::roles_of;
