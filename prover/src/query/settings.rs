//! From a run's settings to those of the models' engines.

use std::time::Duration;

use pot_inference::{EndpointOptions, EndpointSpec, Kernel, LoadOptions};
use pot_protocol::{
    registration::{ModelIdentity, RawRegistration},
    transcript::Side,
};

use crate::{
    error::ProverError,
    run_folder::{Settings, Sources},
};

pub(super) fn load_options(settings: &Settings, layered: bool) -> LoadOptions {
    LoadOptions {
        max_memory: settings.max_memory,
        layered,
        kernel: if settings.quantised_kernels { Kernel::Quantised } else { Kernel::Dequantised },
    }
}

/// The settings for opening the reference: a key that was given for the candidate's endpoint goes to no other host.
pub(super) fn of_reference(sources: &Sources) -> Settings {
    let spec = |name: &String| name.parse::<EndpointSpec>().ok();
    let elsewhere = match (spec(&sources.reference), spec(&sources.candidate)) {
        (Some(reference), Some(candidate)) => reference.origin() != candidate.origin(),
        _ => false,
    };
    let settings = sources.settings.clone();
    let own = settings.reference_api_key_env.clone();
    let api_key_env = if elsewhere { own } else { own.or_else(|| settings.api_key_env.clone()) };
    Settings { api_key_env, ..settings }
}

/// Checks that a run folder's sources name the registered models, before anything is opened or asked: an endpoint has to be
/// the registered one, since a key may go to it, and weights at hand do not become an endpoint.
///
/// # Errors
/// [`ProverError::Usage`] naming the side and both names.
pub fn check_names(sources: &Sources, registered: &RawRegistration) -> Result<(), ProverError> {
    for (side, name, identity) in [
        (Side::Reference, &sources.reference, &registered.reference),
        (Side::Candidate, &sources.candidate, &registered.candidate),
    ] {
        let endpoint = EndpointSpec::is_endpoint(name);
        let same = match identity {
            ModelIdentity::Endpoint { name: registered, .. } => {
                endpoint && name.parse::<EndpointSpec>().is_ok_and(|spec| spec.to_string() == *registered)
            }
            _ => !endpoint,
        };
        if !same {
            return Err(ProverError::Usage(format!(
                "sources.json names {name} as the {side}, registered is {}: nothing is asked",
                identity.name()
            )));
        }
    }
    Ok(())
}

pub(super) fn endpoint_options(settings: &Settings) -> EndpointOptions {
    let defaults = EndpointOptions::default();
    EndpointOptions {
        timeout: settings.timeout_seconds.map_or(defaults.timeout, |s| Duration::from_secs(s.into())),
        requests_per_second: settings.requests_per_minute.map(|n| f64::from(n) / 60.0),
        concurrency: settings.concurrency.map_or(defaults.concurrency, |n| usize::try_from(n).unwrap_or(usize::MAX)),
        api_key_env: settings.api_key_env.clone(),
        allow_insecure: settings.allow_insecure,
        top: settings.top,
        ..defaults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_to_the_host_that_it_was_given_for() {
        let key = |reference: &str, candidate: &str, own: Option<&str>| {
            let settings = Settings {
                api_key_env: Some("KEY".to_owned()),
                reference_api_key_env: own.map(str::to_owned),
                ..Settings::default()
            };
            let (reference, candidate) = (reference.to_owned(), candidate.to_owned());
            of_reference(&Sources { reference, candidate, corpus: None, settings }).api_key_env
        };
        let (here, there) = ("vllm:https://h:1#m", "openai:https://h:2/v1#m");
        assert_eq!(key(here, there, None), None);
        assert_eq!(key(here, there, Some("OTHER")).as_deref(), Some("OTHER"));
        assert_eq!(key(here, "vllm:https://h:1/x#n", None).as_deref(), Some("KEY"));
        // The only endpoint is the one that a key is given for.
        assert_eq!(key(here, "builtin:base", None).as_deref(), Some("KEY"));
    }
}
