//! What a proof states, and the one encoder of its public inputs.

mod verdict_word;

pub use verdict_word::verdict_word;
