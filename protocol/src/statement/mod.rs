//! What a proof states, and the one encoder of its public inputs.

mod public_inputs;
mod stated;
#[cfg(test)]
pub(crate) mod tests;
mod verdict_word;
pub mod words;

pub use public_inputs::PublicInputs;
pub use stated::{RawStatement, Statement, StatementError};
pub use verdict_word::verdict_word;
