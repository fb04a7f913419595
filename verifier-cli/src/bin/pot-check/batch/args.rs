//! The command line of `pot-check batch`.

use std::path::PathBuf;

use crate::args::{Required, Trust};

#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    /// A folder (all `*.pot` files in it and in folders inside), a bundle (`*.pot`), or a text file that names a bundle or the
    /// folder of one on each line, relative to where it lies; `-` reads such a list from standard input.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Demand this verdict of each bundle: a valid one that says something else counts as refused, with exit 4.
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) require: Option<Required>,
    /// The policy file that you accept, for bundles whose policy is no built-in one. It counts for all bundles.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Print one JSON document with an entry for each bundle.
    #[arg(long)]
    pub(crate) json: bool,
}
