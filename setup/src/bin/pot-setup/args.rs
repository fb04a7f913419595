//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use pot_protocol::rule::Capacity;

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
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// How many scores the circuit holds: 128 or 1024.
    #[arg(long, value_parser = capacity)]
    pub(crate) capacity: Capacity,
    #[command(flatten)]
    pub(crate) folder: Folder,
}

#[derive(Debug, Args)]
pub(crate) struct Circuits {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List the keys, and what is wrong with those that are damaged.
    List(ListKeys),
}

#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    #[command(flatten)]
    pub(crate) folder: Folder,
}

#[derive(Debug, Args)]
pub(crate) struct Folder {
    #[arg(
        long,
        visible_alias = "out",
        value_name = "DIR",
        help = "Folder of the keys [default: $POT_KEY_DIR, $XDG_CACHE_HOME/pot/keys or ~/.cache/pot/keys]"
    )]
    pub(crate) key_dir: Option<PathBuf>,
}

fn capacity(text: &str) -> Result<Capacity, String> {
    text.parse::<u32>().map_err(|e| e.to_string()).and_then(Capacity::try_from)
}
