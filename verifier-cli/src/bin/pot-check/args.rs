//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Verify that a published verdict follows from the committed transcript, offline and without any model.
#[derive(Debug, Parser)]
#[command(name = "pot-check", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 accepted · 1 cryptographically invalid · 2 usage · 3 malformed input · \
4 valid but --require not met · 5 trust material missing or refused";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a bundle and everything else that is given.
    Verify(Verify),
    /// Show what a bundle says, without checking any of it.
    Inspect(Inspect),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The bundle, or the folder that holds `bundle.pot`.
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
    /// A verifying key file that you trust; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Vec<PathBuf>,
    /// Check under a development key too, with assurance 'none'.
    #[arg(long)]
    pub(crate) allow_development_key: bool,
    /// Print the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
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
