//! One file per command.

pub(crate) mod attest;
#[cfg(feature = "inference")]
pub(crate) mod audit;
#[cfg(feature = "inference")]
pub(crate) mod calibrate;
pub(crate) mod countersign;
pub(crate) mod decide;
pub(crate) mod export;
pub(crate) mod groth16;
pub(crate) mod inspect;
pub(crate) mod keygen;
#[cfg(feature = "inference")]
pub(crate) mod logprobs;
pub(crate) mod open;
pub(crate) mod pages;
pub(crate) mod policy;
pub(crate) mod prove;
pub(crate) mod publish;
#[cfg(feature = "inference")]
pub(crate) mod query;
#[cfg(feature = "inference")]
pub(crate) mod register;
#[cfg(feature = "inference")]
pub(crate) mod rerun;
pub(crate) mod reveal;

use std::path::Path;

use pot_protocol::policy::{Policy, Preset};
use pot_prover::{error::ProverError, run_folder::read_policy};

/// A built-in policy by name, or a policy file.
pub(crate) fn find_policy(name: &str) -> Result<Policy, ProverError> {
    if let Ok(preset) = name.parse::<Preset>() {
        return Ok(preset.policy());
    }
    let path = Path::new(name);
    if !path.is_file() {
        let names = Preset::all().map(|p| p.name().to_ascii_lowercase());
        return Err(ProverError::Usage(format!(
            "no built-in policy and no file '{name}': use one of {}, or a file made by `pot-prove policy compile`",
            names.join(", ")
        )));
    }
    read_policy(path)
}
