//! The command line.

mod ceremony;
mod export;
mod keys;

use clap::{Parser, Subcommand};
use pot_protocol::rule::Capacity;

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
}

fn capacity(text: &str) -> Result<Capacity, String> {
    text.parse::<u32>().map_err(|e| e.to_string()).and_then(Capacity::try_from)
}
