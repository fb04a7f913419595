//! What is fixed before any query: identities, policy, challenge family, score kind, key commitment, nonce source.
//!
//! The registration is encoded canonically, its digest enters the derivation of the run's key, and the whole of it is
//! embedded in the bundle, so that a verdict can never be read under another policy than the registered one.

mod identity;
mod nonce;
mod registered;
#[cfg(test)]
pub(crate) mod tests;

pub use identity::{ModelFile, ModelIdentity};
pub use nonce::{NonceFile, NonceSource};
pub use registered::{FamilyRef, PolicyRef, Positions, RawRegistration, Registration, RegistrationError};
