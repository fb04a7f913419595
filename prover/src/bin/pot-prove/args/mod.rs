//! The command line.

#[cfg(feature = "inference")]
mod engines;
mod examples;
mod publishing;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
#[cfg(feature = "inference")]
pub(crate) use engines::{ApiKeys, Engines};
use pot_protocol::keys::KeyId;
#[cfg(feature = "inference")]
use pot_prover::register::{DEFAULT_DUE_DAYS, DEFAULT_POSITIONS};

#[cfg(feature = "inference")]
pub(crate) use publishing::Rerun;
pub(crate) use publishing::{Attest, Countersign, Given, KeyAlgorithm, Keygen, Open, Publish, Reveal, SideName};

/// Query two models on committed challenges, decide whether they are the same, and prove the verdict.
#[derive(Debug, Parser)]
#[command(name = "pot-prove", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 the machine, a model or a proof failed (a run can be resumed) · \
2 usage, or a folder in another state · 3 malformed file or model";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[cfg(feature = "inference")]
    /// Fix models, policy, challenges and key commitment before any query.
    #[command(after_help = examples::REGISTER)]
    Register(Register),
    /// Query both models of a registered run until the rule stops.
    #[cfg(feature = "inference")]
    #[command(after_help = examples::RUN)]
    Run(Run),
    /// Run only the decision rule, on a JSON array of scores in nats or on a transcript.
    #[command(after_help = examples::DECIDE)]
    Decide(Decide),
    /// Prove the verdict of a finished run.
    #[command(after_help = examples::PROVE)]
    Prove(Prove),
    /// The whole path: register, run, prove.
    #[cfg(feature = "inference")]
    #[command(after_help = examples::AUDIT)]
    Audit(Audit),
    /// Measure how much a served model differs from itself, before a run against it.
    #[cfg(feature = "inference")]
    Calibrate(Calibrate),
    /// Print a model's log-probabilities of given tokens, to hold against another engine's.
    #[cfg(feature = "inference")]
    Logprobs(Logprobs),
    /// List, show, check or compile policies.
    Policy(Policy),
    /// Show what lies in a run folder or a bundle, without checking it.
    Inspect(Inspect),
    /// Open a sample of a finished run's records, for somebody who asked for it.
    #[command(after_help = examples::OPEN)]
    Open(Open),
    /// Make a key pair to sign with.
    #[command(after_help = examples::KEYGEN)]
    Keygen(Keygen),
    /// Sign what the bundle of a proved run says: an in-toto statement in a Sigstore bundle.
    #[command(after_help = examples::ATTEST)]
    Attest(Attest),
    /// As a model's publisher or server: sign a registered identity, or what the model answered.
    #[command(after_help = examples::COUNTERSIGN)]
    Countersign(Countersign),
    /// As a verifier: ask the models again about records that were opened.
    #[cfg(feature = "inference")]
    #[command(after_help = examples::RERUN)]
    Rerun(Rerun),
    /// Publish the challenge key of a finished run, so that everybody can derive its prompts.
    #[command(after_help = examples::REVEAL)]
    Reveal(Reveal),
    /// Put together what belongs beside a release: bundle, signatures, and the same for people and other programs.
    #[command(after_help = examples::PUBLISH)]
    Publish(Publish),
    /// Write constraints and witness of a finished run, for another prover.
    Export(Export),
    /// Prove for any circuit of circom under a zkey, as `snarkjs groth16 prove` does.
    Groth16(Groth16),
    #[command(flatten)]
    Pages(pot_pages::Pages),
}

#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
pub(crate) struct Setting {
    /// The model that is claimed: `builtin:NAME`, a `.gguf` or `.safetensors` file, a Hugging Face folder, or an endpoint
    /// (`vllm:URL#MODEL`, `llamacpp:URL`, `openai:URL#MODEL`, `ollama:URL#MODEL`).
    #[arg(long, default_value = "builtin:base", value_name = "MODEL")]
    pub(crate) reference: String,
    /// The model under test.
    #[arg(long, default_value = "builtin:base-q8", value_name = "MODEL")]
    pub(crate) candidate: String,
    /// A built-in policy by name, or a policy file.
    #[arg(long, default_value = "quick", value_name = "NAME|FILE")]
    pub(crate) policy: String,
    /// A private UTF-8 text whose windows become the prompts; without it the built-in grammar makes them.
    #[arg(long, value_name = "FILE")]
    pub(crate) corpus: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engines: Engines,
    /// Number K of tokens scored at the end of each prompt (all kinds but delta-ce).
    #[arg(long, default_value_t = DEFAULT_POSITIONS, value_name = "K")]
    pub(crate) positions: u32,
    /// Upper bound in nats on the noise of the reference against itself, or the file that `pot-prove calibrate` wrote.
    #[arg(long, default_value = "0", value_name = "NATS|FILE")]
    pub(crate) calibration_bound: String,
    /// Let this other party choose the nonce after seeing the registration.
    #[arg(long, value_name = "NAME", conflicts_with = "beacon_in")]
    pub(crate) counterparty: Option<String>,
    /// The other party's public key (PEM): they sign the nonce with `pot-check nonce`. Without it nothing shows that it
    /// was them.
    #[arg(long, value_name = "FILE", requires = "counterparty")]
    pub(crate) counterparty_key: Option<PathBuf>,
    /// Take the nonce from the public beacon drand (quicknet): its first round this many seconds after the registration.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub(crate) beacon_in: Option<u64>,
    /// The `registration.pot` of this pair's previous registration.
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// Days until the outcome must be published.
    #[arg(long, default_value_t = DEFAULT_DUE_DAYS, value_name = "DAYS")]
    pub(crate) due_days: u32,
}

/// `pot-prove calibrate`.
#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
pub(crate) struct Calibrate {
    /// The model as it will be the reference, local or at hand.
    #[arg(long, value_name = "MODEL")]
    pub(crate) reference: String,
    /// The same model as the candidate is served: under the endpoint's own conditions.
    #[arg(long, value_name = "MODEL")]
    pub(crate) served: String,
    /// The policy that the run will use; its score kind is measured.
    #[arg(long, default_value = "quick-delta-logprob", value_name = "NAME|FILE")]
    pub(crate) policy: String,
    /// Number of prompts.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=10_000))]
    pub(crate) count: u32,
    /// Number K of tokens scored at the end of each prompt.
    #[arg(long, default_value_t = DEFAULT_POSITIONS, value_name = "K")]
    pub(crate) positions: u32,
    #[command(flatten)]
    pub(crate) engines: Engines,
    /// The file to write, for `--calibration-bound`.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// `pot-prove logprobs`.
#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("input").required(true))]
pub(crate) struct Logprobs {
    /// The model.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// A file with token ids, one comma-separated list a line.
    #[arg(long, value_name = "FILE", group = "input")]
    pub(crate) ids: Option<PathBuf>,
    /// A file with texts, one a line, that are turned into tokens first.
    #[arg(long, value_name = "FILE", group = "input")]
    pub(crate) text: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engines: Engines,
}

#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
pub(crate) struct Register {
    #[command(flatten)]
    pub(crate) setting: Setting,
    /// Sign the registration with this private key, of `pot-prove keygen` or `openssl genpkey`.
    #[arg(long, value_name = "FILE")]
    pub(crate) sign_with: Option<PathBuf>,
    /// The run folder to make.
    #[arg(long, default_value = "pot-audit", value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The folder of a registered run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The file that a counterparty answered with, or the registered round of the beacon.
    #[arg(long, value_name = "FILE")]
    pub(crate) nonce: Option<PathBuf>,
    /// Go on with a run that was interrupted.
    #[arg(long)]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) keys: ApiKeys,
}

#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) setting: Setting,
    /// The run folder to make.
    #[arg(long, default_value = "pot-audit", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Go on with the audit in the folder, wherever it stopped; its registration decides the setting.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Key folder instead of the per-user one.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Decide {
    /// A built-in policy by name, or a policy file.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: String,
    /// A JSON array of scores in nats, or a transcript.
    #[arg(long, value_name = "FILE")]
    pub(crate) scores: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Prove {
    /// The folder of a finished run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Key folder instead of the per-user one.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    /// The key to prove under, of several in the key folder.
    #[arg(long, value_name = "ID")]
    pub(crate) key: Option<KeyId>,
    /// Do not prove, but publish this proof.json that another prover made under the key, from the files of `export`.
    #[arg(long, value_name = "FILE")]
    pub(crate) proof_from: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// The folder of a finished run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Where to write the constraints: the same file for every run.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: PathBuf,
    /// Where to write the witness: it holds the scores and their blindings. Keep it secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) wtns: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Groth16 {
    /// The proving key. It is taken as it is: verify one that others made first, with `snarkjs zkey verify`.
    #[arg(long, value_name = "FILE")]
    pub(crate) zkey: PathBuf,
    /// The witness.
    #[arg(long, value_name = "FILE")]
    pub(crate) wtns: PathBuf,
    /// The constraints; with them a wrong witness is refused with the first that it does not satisfy.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: Option<PathBuf>,
    /// Where to write the proof.
    #[arg(long, default_value = "proof.json", value_name = "FILE")]
    pub(crate) proof: PathBuf,
    /// Where to write the public signals.
    #[arg(long, default_value = "public.json", value_name = "FILE")]
    pub(crate) public: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// A run folder, or a bundle.
    #[arg(default_value = "pot-audit", value_name = "DIR|FILE")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Policy {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// The built-in policies with their digests.
    List,
    /// A policy's document as JSON.
    Show {
        /// A built-in policy by name, or a policy file.
        #[arg(value_name = "NAME|FILE")]
        policy: String,
    },
    /// Check the certificate of a policy file.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Compile a policy and its certificate.
    #[command(after_help = examples::COMPILE)]
    Compile(Compile),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Compile {
    /// Name of the new policy.
    #[arg(long)]
    pub(crate) name: String,
    /// What a score measures: kl, delta-logprob or delta-ce.
    #[arg(long, default_value = "kl")]
    pub(crate) kind: String,
    /// Error bound of a verdict, for example 0.01.
    #[arg(long)]
    pub(crate) alpha: String,
    /// Equivalence margin in nats.
    #[arg(long)]
    pub(crate) gamma: String,
    /// Precision asked of SAME: its threshold is gamma·min(1, 2·eta).
    #[arg(long, default_value = "0.5")]
    pub(crate) eta: String,
    /// Mean divergence in nats above which DIFFERENT is graded strong.
    #[arg(long)]
    pub(crate) delta: String,
    /// Relative precision that the audit report measures itself against (not proved).
    #[arg(long, default_value = "0.1")]
    pub(crate) epsilon: String,
    /// First look at which a verdict may be given.
    #[arg(long)]
    pub(crate) n_min: u32,
    /// Last look.
    #[arg(long)]
    pub(crate) n_max: u32,
    /// The policy file to write.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
