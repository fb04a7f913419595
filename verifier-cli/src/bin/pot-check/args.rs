//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use pot_protocol::digest::Digest;

use crate::examples;

/// Verify that a published verdict follows from the committed transcript, offline and without any model.
#[derive(Debug, Parser)]
#[command(name = "pot-check", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 accepted · 1 cryptographically invalid · 2 usage · 3 malformed input · \
4 valid but --require or --policy-file not met · 5 trust material missing or refused";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a bundle and everything else that is given.
    #[command(after_help = examples::VERIFY)]
    Verify(Box<Verify>),
    /// Check many bundles in one call, several times as fast as one by one.
    #[command(after_help = examples::BATCH)]
    Batch(crate::batch::Batch),
    /// Check a bundle and write its proof for snarkjs or the EVM.
    #[command(after_help = examples::EXPORT)]
    Export(Export),
    /// List the verifying keys that are trusted, with where they come from.
    Keys(Keys),
    /// Draw a sample of a bundle's challenges for the auditor to open.
    #[command(after_help = examples::CHALLENGE_OPENINGS)]
    ChallengeOpenings(ChallengeOpenings),
    /// As the counterparty of a registration: choose a nonce for it and sign it.
    #[command(after_help = examples::NONCE)]
    Nonce(Nonce),
    /// Show what a bundle says, without checking any of it.
    Inspect(Inspect),
    #[command(flatten)]
    Pages(pot_pages::Pages),
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("signers").multiple(true))]
pub(crate) struct Verify {
    /// The bundle, or the folder that holds `bundle.pot`. Of a release (`pot-prove publish`, a folder with `SHA256SUMS`) every
    /// sum is compared, and what lies in it is taken for what is not named here.
    pub(crate) bundle: PathBuf,
    /// Demand this verdict: exit 4 when the bundle is valid and says something else.
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) require: Option<Required>,
    /// The policy file that you accept, for a bundle whose policy is no built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The revealed challenge key: derives every challenge again (with --transcript).
    #[arg(long, value_name = "KEYFILE")]
    pub(crate) reveal: Option<PathBuf>,
    /// The opened score list: derives the verdict natively, without trust in any setup.
    #[arg(long, value_name = "FILE")]
    pub(crate) scores: Option<PathBuf>,
    /// The run folder (or `transcript.ndjson`): recomputes every root, score and the rule.
    #[arg(long, value_name = "DIR")]
    pub(crate) transcript: Option<PathBuf>,
    /// The private corpus, when the challenges come from one (with --reveal).
    #[arg(long, value_name = "FILE", requires = "reveal")]
    pub(crate) corpus: Option<PathBuf>,
    /// Records and scores of a sample of the challenges (`pot-prove open`).
    #[arg(long, value_name = "FILE")]
    pub(crate) openings: Option<PathBuf>,
    /// Your request that they answer (`pot-check challenge-openings`).
    #[arg(long, value_name = "FILE", requires = "openings")]
    pub(crate) request: Option<PathBuf>,
    /// A folder with the registrations and bundles of this pair that you know of (`*.pot`, also in folders inside): how often
    /// it was tried, and the error bound that follows.
    #[arg(long, value_name = "DIR")]
    pub(crate) registry: Option<PathBuf>,
    /// The counterparty's signed answer to the registration, or the registered round of the beacon.
    #[arg(long, value_name = "FILE")]
    pub(crate) nonce: Option<PathBuf>,
    /// What was signed about the bundle (`pot-prove attest`), its registration (`pot-prove register --sign-with`) or the
    /// files of a model (model signing); may be given several times.
    #[arg(long = "attestation", value_name = "FILE", requires = "signers")]
    pub(crate) attestations: Vec<PathBuf>,
    /// The public key (PEM) of one who is to have signed an attestation or the nonce; may be given several times.
    #[arg(long = "identity", value_name = "KEY", group = "signers")]
    pub(crate) identities: Vec<PathBuf>,
    /// What you accept, as a TOML file ('pot acceptance v1', see docs/attestations.md): exit 4 when the bundle is valid and
    /// does not meet it.
    #[arg(long, value_name = "FILE", group = "signers")]
    pub(crate) policy_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) svr: Svr,
    #[command(flatten)]
    pub(crate) times: crate::times::TimeArgs,
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Print the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing but errors: the exit code says the rest.
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) quiet: bool,
}

/// The result for others.
#[derive(Debug, clap::Args)]
pub(crate) struct Svr {
    /// Where the bundle is accepted, write that as in-toto's Simple Verification Result into this file; nothing is
    /// overwritten.
    #[arg(long = "emit-svr", value_name = "FILE")]
    pub(crate) emit: Option<PathBuf>,
    /// Sign it with this private key: a Sigstore bundle. Without it the file is an unsigned in-toto statement.
    #[arg(long = "svr-key", value_name = "KEY", requires = "emit")]
    pub(crate) key: Option<PathBuf>,
    /// The URI that you go by as a verifier.
    #[arg(long = "verifier-id", value_name = "URI", requires = "emit", default_value = DEFAULT_VERIFIER)]
    pub(crate) verifier: String,
}

/// What a verifier is called who says nothing else.
const DEFAULT_VERIFIER: &str = concat!("urn:proof-of-training:pot-check:", env!("CARGO_PKG_VERSION"));

/// Which verifying keys count. Keys that are named are the only ones; without any, those that come with the program.
#[derive(Debug, clap::Args)]
pub(crate) struct Trust {
    /// A verifying key file that you trust; may be given several times.
    #[arg(long = "trust", value_name = "FILE")]
    pub(crate) named: Vec<PathBuf>,
    /// A list of verifying keys that you trust ('pot trust v1'); may be given several times.
    #[arg(long = "trust-file", value_name = "FILE")]
    pub(crate) lists: Vec<PathBuf>,
    /// Check under a development key too, with assurance 'none'.
    #[arg(long)]
    pub(crate) allow_development_key: bool,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct Export {
    /// The bundle, or the folder that holds `bundle.pot`.
    pub(crate) bundle: PathBuf,
    /// Write `verification_key.json`, `public.json` and `proof.json` into this folder; nothing is overwritten.
    #[arg(long, value_name = "DIR", group = "what")]
    pub(crate) snarkjs: Option<PathBuf>,
    /// Print an EVM call in hexadecimal: `words`, the proof and four inputs as snarkjs' contracts take them, or
    /// `call`, the complete call of our verifier contract with the statement in it.
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        group = "what",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "words"
    )]
    pub(crate) calldata: Option<Calldata>,
    /// The policy file that you accept, for a bundle whose policy is no built-in one.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// What is printed for the EVM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Calldata {
    /// A, B, C and the four public inputs: 12 words, no selector.
    Words,
    /// Selector, statement and proof for our verifier contract.
    Call,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ChallengeOpenings {
    /// The bundle, or the folder that holds `bundle.pot`.
    pub(crate) bundle: PathBuf,
    /// How many challenges.
    #[arg(long, default_value_t = 8, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) count: u32,
    /// Draw with these 64 hexadecimal digits instead of fresh randomness.
    #[arg(long, value_name = "HEX")]
    pub(crate) seed: Option<Digest>,
    /// The request to write and to send to the auditor; nothing is overwritten.
    #[arg(long, short, value_name = "FILE", default_value = "request.json")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nonce {
    /// The auditor's `registration.pot`.
    pub(crate) registration: PathBuf,
    /// Your private key, whose public key is registered: PKCS#8 PEM of a P-256 or Ed25519 key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file to write and to send back; nothing is overwritten.
    #[arg(long, short, value_name = "FILE", default_value = "nonce.json")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The bundle, or the folder that holds `bundle.pot`.
    pub(crate) bundle: PathBuf,
}

/// A verdict that can be demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Required {
    /// The models are the same within gamma.
    #[value(name = "SAME")]
    Same,
    /// No difference above gamma shows in what the candidate gives away.
    #[value(name = "SAME-TOPK")]
    SameTopk,
    /// They differ by more than gamma.
    #[value(name = "DIFFERENT")]
    Different,
}

impl Required {
    /// Whether a verdict, by its word, is the demanded one. SAME-TOPK is less than SAME and does not pass for it.
    pub(crate) fn met_by(self, verdict: &str) -> bool {
        let demanded = match self {
            Self::Same => "SAME",
            Self::SameTopk => "SAME-TOPK",
            Self::Different => "DIFFERENT",
        };
        verdict == demanded
    }
}
