//! Opening, signing and publishing, and what others than the auditor do with it.

use std::path::PathBuf;

#[cfg(feature = "inference")]
use super::engines;

/// `pot-prove open`.
#[derive(Debug, clap::Args)]
pub(crate) struct Open {
    /// The folder of a finished run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The request of `pot-check challenge-openings`. Without it the sample follows from the statement.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// How many records, without a request.
    #[arg(long, default_value_t = 16, value_name = "K", conflicts_with = "request", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) count: u32,
    /// The file to write, `openings.json` in the folder unless given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `pot-prove keygen`.
#[derive(Debug, clap::Args)]
pub(crate) struct Keygen {
    /// Where to write the private key; the public one goes beside it, with `.pub` appended.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The signature algorithm. Sigstore's clients take P-256.
    #[arg(long, value_enum, default_value = "p256")]
    pub(crate) algorithm: KeyAlgorithm,
}

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum KeyAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    P256,
    /// Ed25519.
    Ed25519,
}

/// `pot-prove attest`.
#[derive(Debug, clap::Args)]
pub(crate) struct Attest {
    /// The folder of a proved run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The private key to sign with: PKCS#8 PEM of a P-256 or Ed25519 key, of `pot-prove keygen` or `openssl genpkey`.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file to write, `attestation.sigstore.json` in the folder unless given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `pot-prove countersign`.
#[derive(Debug, clap::Args)]
pub(crate) struct Countersign {
    /// The auditor's `registration.pot`.
    pub(crate) registration: PathBuf,
    /// The model that is yours.
    #[arg(long, value_enum)]
    pub(crate) side: SideName,
    /// Sign what the model answered in this transcript instead of its identity. Compare it with your own log first: what you
    /// sign you say.
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
    /// Your private key: PKCS#8 PEM of a P-256 or Ed25519 key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file to write; nothing is overwritten.
    #[arg(long, short, value_name = "FILE", default_value = "countersigned.sigstore.json")]
    pub(crate) out: PathBuf,
}

/// One of the two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SideName {
    /// The model that is claimed.
    Reference,
    /// The model under test.
    Candidate,
}

/// `pot-prove rerun`.
#[cfg(feature = "inference")]
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("models").required(true).multiple(true))]
pub(crate) struct Rerun {
    /// The bundle, or the folder that holds `bundle.pot`.
    pub(crate) bundle: PathBuf,
    /// The opened records (`pot-prove open`).
    #[arg(long, value_name = "FILE")]
    pub(crate) openings: PathBuf,
    /// Your request that they answer (`pot-check challenge-openings`).
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// The reference: weights at hand.
    #[arg(long, value_name = "MODEL", group = "models")]
    pub(crate) reference: Option<String>,
    /// The candidate: weights at hand.
    #[arg(long, value_name = "MODEL", group = "models")]
    pub(crate) candidate: Option<String>,
    /// How far apart figures may be and still be the same but for rounding, in units of 2^-20 nat: 1024 is a thousandth of a nat.
    #[arg(long, default_value_t = 1024, value_name = "UNITS", value_parser = clap::value_parser!(i64).range(0..=1 << 30))]
    pub(crate) tolerance: i64,
    /// Most memory for the weights of each model.
    #[arg(long, value_name = "SIZE", value_parser = engines::memory)]
    pub(crate) max_memory: Option<u64>,
    /// Multiply quantised weights as stored, or after turning them back into F32: as it was registered.
    #[arg(long, value_enum, default_value_t = engines::Kernel::Dequantised)]
    pub(crate) kernel: engines::Kernel,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "inference")]
impl Rerun {
    pub(crate) fn settings(&self) -> pot_prover::run_folder::Settings {
        pot_prover::run_folder::Settings {
            max_memory: self.max_memory,
            quantised_kernels: self.kernel == engines::Kernel::Quantized,
            ..Default::default()
        }
    }
}

/// `pot-prove reveal`.
#[derive(Debug, clap::Args)]
pub(crate) struct Reveal {
    /// The folder of a finished run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The file to write, `challenge.key` in the folder unless given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `pot-prove publish`.
#[derive(Debug, clap::Args)]
pub(crate) struct Publish {
    /// The folder of a proved run.
    #[arg(default_value = "pot-audit", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The folder to make.
    #[arg(long, default_value = "release", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Sign the outcome with this private key. Without it the attestation of `pot-prove attest` is taken.
    #[arg(long, value_name = "FILE", conflicts_with = "unsigned")]
    pub(crate) key: Option<PathBuf>,
    /// Publish without saying who says so.
    #[arg(long)]
    pub(crate) unsigned: bool,
    /// Give away more than the bundle does; several with commas between them.
    #[arg(long = "with", value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(crate) extras: Vec<Given>,
    /// Another file that belongs to the release, such as the signature of a model's publisher (`.sig`); may be given several
    /// times.
    #[arg(long = "attach", value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// What the published model is called, the candidate's registered name unless given.
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Where the release will be found, for the model card.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// What can be given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Given {
    /// All scores.
    Scores,
    /// All records: prompts, tokens and figures.
    Transcript,
    /// The challenge key.
    ChallengeKey,
    /// The records that `pot-prove open` opened.
    Openings,
}
