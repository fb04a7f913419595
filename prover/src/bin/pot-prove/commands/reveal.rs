//! `pot-prove reveal`: publishes the challenge key of a finished run.

use pot_prover::{
    reveal::reveal,
    run_folder::{RunFolder, write_new},
};

use crate::{args::Reveal, output};

pub(crate) fn run(args: &Reveal) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    let key = reveal(&folder)?;
    let out = args.out.clone().unwrap_or_else(|| folder.path("challenge.key"));
    write_new(&out, key.as_bytes())?;
    output::say(&format!("whoever has {} can derive every prompt of this run", out.display()));
    output::say(&format!(
        "check: pot-check verify {} --transcript {} --reveal {}",
        args.folder.display(),
        args.folder.display(),
        out.display()
    ));
    Ok(())
}
