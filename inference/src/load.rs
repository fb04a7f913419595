//! From what a user names a model by to a model.

use crate::{InferenceError, LocalModel, files};

/// How the products with quantised weights are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kernel {
    /// Weights are turned back into F32 first: no rounding but that of the stored weights.
    #[default]
    Dequantised,
    /// With the stored blocks, activations rounded to 8 bits: less memory, and a noise of its own.
    Quantised,
}

/// How a model is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Most bytes of weights that are held at once; no bound if not given. A model that does not fit as a whole is read
    /// part by part for every batch, of as many prompts as have their hidden states in what a part leaves.
    pub max_memory: Option<u64>,
    /// Read the model part by part even if it would fit as a whole.
    pub layered: bool,
    /// How the products with quantised weights are computed.
    pub kernel: Kernel,
}

/// Loads the model that `name` stands for; see [`files::open`] for the names.
///
/// # Errors
/// [`InferenceError`] when there is no such model or it is damaged or of an unknown kind.
pub fn load(name: &str, options: &LoadOptions) -> Result<LocalModel, InferenceError> {
    load_with_progress(name, options, &|_, _| ())
}

/// As [`load`]; `progress` is told how many of all bytes of the files have been hashed, from several threads.
///
/// # Errors
/// As [`load`].
pub fn load_with_progress(
    name: &str,
    options: &LoadOptions,
    progress: files::Progress<'_>,
) -> Result<LocalModel, InferenceError> {
    LocalModel::from_files(files::open_with_progress(name, options, progress)?, options)
}
