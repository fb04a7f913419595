//! How models are run, and which secrets may go to endpoints.

use pot_prover::{
    error::ProverError,
    run_folder::{Settings, Sources},
};

/// How models are run.
#[derive(Debug, clap::Args)]
pub(crate) struct Engines {
    /// Most memory for the weights of local models, both together; what does not fit is read layer by layer, once for each
    /// batch.
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(crate) max_memory: Option<u64>,
    /// Multiply quantised weights as stored, or after turning them back into F32.
    #[arg(long, value_enum, default_value_t = Kernel::Dequantised)]
    pub(crate) kernel: Kernel,
    /// Number of most likely tokens that an endpoint is asked for (kl-topk).
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) top: u32,
    #[command(flatten)]
    pub(crate) keys: ApiKeys,
    /// Longest wait for an endpoint's answer, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: Option<u32>,
    /// Most requests to an endpoint in a minute.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests_per_minute: Option<u32>,
    /// Most requests to an endpoint at once; more than one can change how it rounds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) concurrency: Option<u32>,
}

/// Which secrets may go to endpoints. A run folder alone never decides that: what it names has to be given again.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ApiKeys {
    /// Name of the environment variable that holds the endpoint's key; the key itself is never an argument. With two
    /// endpoints on different hosts it is the candidate's.
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) api_key_env: Option<String>,
    /// The same for the reference's endpoint, where the two are on different hosts.
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) reference_api_key_env: Option<String>,
    /// Send the key over plain http to another machine too.
    #[arg(long)]
    pub(crate) allow_insecure: bool,
}

impl ApiKeys {
    /// The flags that allow what was allowed at registration.
    pub(crate) fn flags(settings: &Settings) -> String {
        let named = |flag: &str, name: &Option<String>| {
            name.as_ref().map(|name| format!(" --{flag} {name}")).unwrap_or_default()
        };
        [
            named("api-key-env", &settings.api_key_env),
            named("reference-api-key-env", &settings.reference_api_key_env),
            if settings.allow_insecure { " --allow-insecure".to_owned() } else { String::new() },
        ]
        .concat()
    }

    /// Refuses to send what a run folder names and the command line does not.
    pub(crate) fn allow(&self, sources: &Sources) -> Result<(), ProverError> {
        let settings = &sources.settings;
        let unnamed = |asked: &Option<String>, given: &Option<String>| asked.is_some() && asked != given;
        if unnamed(&settings.api_key_env, &self.api_key_env)
            || unnamed(&settings.reference_api_key_env, &self.reference_api_key_env)
            || settings.allow_insecure && !self.allow_insecure
        {
            return Err(ProverError::Usage(format!(
                "this run folder asks to send secrets of your environment to {} and {}: if that is what you want, pass{}",
                sources.reference,
                sources.candidate,
                Self::flags(settings)
            )));
        }
        Ok(())
    }
}

impl Engines {
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            max_memory: self.max_memory,
            quantised_kernels: self.kernel == Kernel::Quantized,
            top: self.top,
            api_key_env: self.keys.api_key_env.clone(),
            reference_api_key_env: self.keys.reference_api_key_env.clone(),
            allow_insecure: self.keys.allow_insecure,
            timeout_seconds: self.timeout,
            requests_per_minute: self.requests_per_minute,
            concurrency: self.concurrency,
        }
    }
}

/// How products with quantised weights are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kernel {
    /// With weights in F32: the least noise.
    #[value(alias = "dequantized")]
    Dequantised,
    /// With the stored blocks and activations of 8 bits, as serving engines do.
    #[value(alias = "quantised")]
    Quantized,
}

/// A size such as `8GiB`, `500MB` or a number of bytes.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err("write a size like 8GiB, 500MB or 1000000".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a size like 8GiB, 500MB or 1000000".to_owned())?;
    number.checked_mul(factor).filter(|&n| n > 0).ok_or_else(|| "the size is 0 or far too large".to_owned())
}
