//! Arguments of `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pot_protocol::{policy::Preset, rule::Capacity};

use super::capacity;

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write a verifier contract for the EVM: one key, the policies that you accept, MIT licence.
    Solidity(Solidity),
    /// Write a circuit's constraints as an .r1cs file, for snarkjs and for ceremonies.
    R1cs(ExportR1cs),
    /// Write a key's `verification_key.json`, for snarkjs.
    VerificationKey(ExportVerificationKey),
}

#[derive(Debug, Args)]
pub(crate) struct ExportR1cs {
    /// How many scores the circuit holds: 128 or 1024.
    #[arg(long, value_parser = capacity)]
    pub(crate) capacity: Capacity,
    /// Where to write the file. One that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ExportVerificationKey {
    /// A zkey, or the id of a key in the key folder.
    #[arg(value_name = "FILE|ID")]
    pub(crate) key: String,
    /// Where to write the file. One that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "DIR", help = "Folder of the keys, for a key that is named by its id")]
    pub(crate) key_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Solidity {
    /// The verifying key: its file, or its id in the key folder.
    #[arg(long, value_name = "FILE|ID")]
    pub(crate) key: String,
    /// A built-in policy whose verdicts the contract accepts; may be given several times.
    #[arg(long, value_name = "NAME", required_unless_present = "policy_file")]
    pub(crate) policy: Vec<Preset>,
    /// A policy document whose verdicts the contract accepts; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_file: Vec<PathBuf>,
    /// Where to write the contract. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "DIR", help = "Folder of the keys, for a key that is named by its id")]
    pub(crate) key_dir: Option<PathBuf>,
}
