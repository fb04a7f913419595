//! Arguments of the commands on keys and circuits.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pot_protocol::{keys::KeyId, rule::Capacity};

use super::{BeaconLimit, capacity};

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
    /// Show a key: circuit, sizes, provenance, contributors.
    Show(ShowKey),
    /// Check a key from elsewhere in full and put it into the key folder. Takes memory for the whole zkey.
    Import(ImportKey),
    /// Copy a key's files out of the key folder.
    Export(ExportKey),
    /// Write a key as small as it gets, in pieces of at most 3 MiB: for shipping it with sources. `keys import` reads them.
    Pack(PackKey),
}

#[derive(Debug, Args)]
pub(crate) struct ShowKey {
    /// The key's id.
    pub(crate) key: KeyId,
    #[command(flatten)]
    pub(crate) folder: Folder,
}

#[derive(Debug, Args)]
pub(crate) struct ImportKey {
    /// The zkey and the verifying key, and the manifest if there is one; or a folder with them, or one that `keys pack` wrote.
    #[arg(required = true, num_args = 1..=3, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) folder: Folder,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

#[derive(Debug, Args)]
pub(crate) struct ExportKey {
    /// The key's id.
    pub(crate) key: KeyId,
    /// The folder to make.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "DIR", help = "Folder of the keys")]
    pub(crate) key_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PackKey {
    #[command(flatten)]
    pub(crate) export: ExportKey,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyKey {
    /// The key's id in the key folder, or a folder that `keys export` wrote.
    #[arg(value_name = "ID|DIR")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) folder: Folder,
    #[command(flatten)]
    pub(crate) beacons: BeaconLimit,
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
