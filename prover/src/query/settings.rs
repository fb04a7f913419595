//! From a run's settings to those of the models' engines.

use std::time::Duration;

use pot_inference::{EndpointOptions, Kernel, LoadOptions};

use crate::run_folder::Settings;

pub(super) fn load_options(settings: &Settings) -> LoadOptions {
    LoadOptions {
        max_memory: settings.max_memory,
        kernel: if settings.quantised_kernels { Kernel::Quantised } else { Kernel::Dequantised },
    }
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
