//! Queries both models on the registered challenges until the rule stops. Needs the `inference` feature.

mod session;
mod sides;

pub use session::{Progress, Session};
pub use sides::{Models, identity_of};
