//! Language models to log-probabilities to integer score figures.
//!
//! [`load`] makes a [`LanguageModel`] of a name; [`Answer::evaluate`] asks it about a prompt; [`figures()`] makes the
//! integer figures of two answers, and past them there are no floats. The forward passes are this crate's own, on
//! candle's tensors, because all positions are needed and each is checked against plain formulas in the tests.

mod answer;
pub mod endpoint;
mod error;
pub mod families;
mod fault;
mod figures;
pub mod files;
mod gguf;
mod kept;
mod load;
mod local;
mod logprobs;
mod model;
pub mod tokenizer;
pub mod weights;
pub mod zoo;

pub use answer::{Answer, Scored};
pub use endpoint::{Backoff, Endpoint, EndpointOptions, EndpointSpec, Retry};
pub use error::InferenceError;
pub use fault::Fault;
pub use figures::figures;
pub use files::ModelFiles;
pub use load::{Kernel, LoadOptions, load, load_with_progress};
pub use local::LocalModel;
pub use logprobs::LogProbs;
pub use model::{Ask, EndpointIdentity, LanguageModel, ModelIdentity, Prompt, WeightsIdentity};
pub use tokenizer::Tokenizer;
pub use weights::{LinearWeight, Source};
