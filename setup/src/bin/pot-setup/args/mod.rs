//! The command line.

mod ceremony;
mod export;
mod keys;

use clap::{Args, Parser, Subcommand, value_parser};
use pot_protocol::rule::Capacity;
use pot_setup::phase2::{MAX_ITERATIONS_EXP, MIN_ITERATIONS_EXP, USUAL_ITERATIONS_EXP};

pub(crate) use self::{ceremony::*, export::*, keys::*};

/// Keys for verdict proofs.
#[derive(Debug, Parser)]
#[command(name = "pot-setup", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a development key, unless there is one. Whoever makes one can forge proofs: use it to try things out.
    Dev(Dev),
    /// List the verdict circuits.
    Circuits(Circuits),
    /// Look at the keys in the key folder.
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// Check a key in full: every point, the circuit's coefficients, and what else a key shows of itself.
    Verify(VerifyKey),
    /// Powers of tau, which every ceremony for a circuit starts from: files as snarkjs' `.ptau`.
    Phase1 {
        #[command(subcommand)]
        command: Phase1,
    },
    /// Hold a ceremony for a circuit: many people's secrets in one key, files as snarkjs' `.zkey`.
    Phase2 {
        #[command(subcommand)]
        command: Phase2,
    },
    /// Write what other verifiers need.
    Export {
        #[command(subcommand)]
        command: Export,
    },
    #[command(flatten)]
    Pages(pot_pages::Pages),
}

/// How long the beacons in a file may keep whoever checks it.
#[derive(Debug, Args)]
pub(crate) struct BeaconLimit {
    /// Compute beacons again that take up to 2^EXP iterations in all; one byte of a file asks for them. 2^30 take about a
    /// minute, 2^40 about 15 hours.
    #[arg(
        long = "max-beacon-iterations",
        value_name = "EXP",
        default_value_t = USUAL_ITERATIONS_EXP,
        value_parser = value_parser!(u8).range(i64::from(MIN_ITERATIONS_EXP)..=i64::from(MAX_ITERATIONS_EXP) + 8)
    )]
    pub(crate) max_exp: u8,
}

fn capacity(text: &str) -> Result<Capacity, String> {
    text.parse::<u32>().map_err(|e| e.to_string()).and_then(Capacity::try_from)
}
