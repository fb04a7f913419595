//! Language models to log-probabilities to integer score figures.
//!
//! [`load`] makes a [`LanguageModel`] of a name; [`Answer::evaluate`] asks it about a prompt; [`figures()`] makes the
//! integer figures of two answers, and past them there are no floats. The forward passes are this crate's own, on
//! candle's tensors, because all positions are needed and each is checked against plain formulas in the tests.

mod answer;
mod error;
pub mod families;
mod figures;
mod load;
mod local;
mod logprobs;
mod model;
pub mod tokenizer;
pub mod weights;
pub mod zoo;

pub use answer::Answer;
pub use error::InferenceError;
pub use figures::figures;
pub use load::load;
pub use local::LocalModel;
pub use logprobs::LogProbs;
pub use model::{LanguageModel, ModelIdentity};
