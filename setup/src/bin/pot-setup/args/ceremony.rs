//! Arguments of `phase1` and `phase2`.

use std::path::PathBuf;

use clap::{Args, Subcommand, value_parser};
use pot_protocol::rule::Capacity;
use pot_setup::{
    formats::ptau::MAX_POWER,
    phase2::{MAX_ITERATIONS_EXP, MIN_ITERATIONS_EXP},
};

use super::{BeaconLimit, capacity};

#[derive(Debug, Subcommand)]
pub(crate) enum Phase1 {
    /// Write the powers of 1, which the first contributor starts from.
    New(NewPowers),
    /// Contribute secrets to powers of tau. Needs nothing but their file.
    Contribute(Contribute),
    /// Close the contributions with a public random value.
    Beacon(Beacon),
    /// Verify a file in full: every contribution, power and Lagrange basis.
    Verify(VerifyPowers),
    /// Add the Lagrange bases, so that phase 2 does not compute them each time.
    Prepare(Prepare),
    /// Say which public file this is, by its hash, and verify it in full.
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct NewPowers {
    /// For circuits of up to 2^POWER constraints, 1 to 28.
    #[arg(long, value_name = "POWER", value_parser = value_parser!(u32).range(1..=i64::from(MAX_POWER)))]
    pub(crate) power: u32,
    /// Where to write the powers. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Powers {
    /// The powers.
    #[arg(value_name = "POWERS.ptau")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyPowers {
    #[command(flatten)]
    pub(crate) powers: Powers,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

#[derive(Debug, Args)]
pub(crate) struct Prepare {
    #[command(flatten)]
    pub(crate) powers: Powers,
    /// Where to write them with their Lagrange bases. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    pub(crate) powers: Powers,
    #[command(flatten)]
    pub(crate) accepted: Accepted,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

/// Powers of tau that count beside the public files.
#[derive(Debug, Args)]
pub(crate) struct Accepted {
    /// Accept powers of tau that are no known public file, when this is their BLAKE2b-512 (`b2sum`).
    #[arg(long, value_name = "HEX", value_parser = blake2b)]
    pub(crate) blake2b: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Phase2 {
    /// Compute the key that a ceremony begins with, from the circuit and the powers of tau.
    New(New),
    /// Contribute a secret to a key. Needs nothing but the key's file.
    Contribute(Contribute),
    /// Close the contributions with a public random value.
    Beacon(Beacon),
    /// Verify a key from circuit and powers of tau to the last contribution.
    Verify(Verify),
    /// Verify a key in full and make it one that provers and verifiers take.
    Finalize(Finalize),
}

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    #[command(flatten)]
    pub(crate) circuit: CircuitChoice,
    /// The powers of tau: a `.ptau` file, plain or prepared.
    #[arg(long, value_name = "FILE")]
    pub(crate) ptau: PathBuf,
    #[command(flatten)]
    pub(crate) accepted: Accepted,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct CircuitChoice {
    /// The verdict circuit for so many scores: 128 or 1024.
    #[arg(long, value_parser = capacity)]
    pub(crate) capacity: Option<Capacity>,
    /// Any other circuit: its `.r1cs` file.
    #[arg(long, value_name = "FILE")]
    pub(crate) r1cs: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// Where to write the key. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Contribute {
    /// The last file so far: in phase 1 a `.ptau`, in phase 2 a `.zkey`.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to write the new one. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// A name that everybody will see.
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) entropy: Entropy,
}

/// What a contributor adds to the operating system's randomness.
#[derive(Debug, Args)]
pub(crate) struct Entropy {
    /// Any text, mixed into the operating system's randomness. Other programs may see it in the list of
    /// processes: --entropy-stdin hides it.
    #[arg(long = "entropy-text", value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Mix in what the standard input holds.
    #[arg(long = "entropy-stdin")]
    pub(crate) stdin: bool,
    /// Mix in rolls of a die: digits 1 to 6. A hundred are worth as much as the whole secret. Other programs may see them in
    /// the list of processes: --entropy-stdin hides them.
    #[arg(long, value_name = "ROLLS", value_parser = dice)]
    pub(crate) dice: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Beacon {
    /// The last file so far: in phase 1 a `.ptau`, in phase 2 a `.zkey`.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to write the new one. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The public value in hexadecimal: one that nobody could know when the last contribution was made.
    #[arg(long = "beacon", value_name = "HEX", value_parser = beacon_value)]
    pub(crate) value: Bytes,
    /// The value is hashed 2^EXP times, EXP from 10 to 40. Who checks it computes up to 2^30 without being asked to.
    #[arg(
        long,
        value_name = "EXP",
        default_value_t = MIN_ITERATIONS_EXP,
        value_parser = value_parser!(u8).range(i64::from(MIN_ITERATIONS_EXP)..=i64::from(MAX_ITERATIONS_EXP))
    )]
    pub(crate) iterations: u8,
    /// A name that everybody will see.
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// The key.
    #[arg(value_name = "KEY.zkey")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

#[derive(Debug, Args)]
pub(crate) struct Finalize {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// The last key of the ceremony.
    #[arg(value_name = "KEY.zkey")]
    pub(crate) key: PathBuf,
    #[arg(
        long,
        value_name = "DIR",
        help = "Folder of the keys [default: $POT_KEY_DIR, $XDG_CACHE_HOME/pot/keys or ~/.cache/pot/keys]; with --r1cs, where verification_key.json is written"
    )]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

/// Bytes given in hexadecimal.
#[derive(Clone, Debug)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

fn hex_bytes(text: &str) -> Result<Bytes, String> {
    if !text.len().is_multiple_of(2) {
        return Err("an odd number of digits".to_owned());
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).ok_or("not hexadecimal".to_owned());
    let byte = |pair: &[u8]| Ok(u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).unwrap_or_default());
    text.as_bytes().chunks_exact(2).map(byte).collect::<Result<_, String>>().map(Bytes)
}

fn beacon_value(text: &str) -> Result<Bytes, String> {
    match hex_bytes(text)? {
        Bytes(value) if value.is_empty() || value.len() > 255 => {
            Err(format!("{} bytes, 1 to 255 are possible", value.len()))
        }
        value => Ok(value),
    }
}

fn blake2b(text: &str) -> Result<String, String> {
    match hex_bytes(text)?.0.len() {
        64 => Ok(text.to_ascii_lowercase()),
        other => Err(format!("{other} bytes, a BLAKE2b-512 has 64")),
    }
}

fn dice(text: &str) -> Result<String, String> {
    let rolls: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if rolls.is_empty() || rolls.chars().any(|roll| !('1'..='6').contains(&roll)) {
        return Err("not rolls of a die: digits 1 to 6".to_owned());
    }
    Ok(rolls)
}
