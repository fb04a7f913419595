//! `pot-prove publish`: what belongs beside a release.

use pot_prover::{
    publish::{Extra, Options, assemble, write},
    run_folder::RunFolder,
    signer,
};

use crate::{
    args::{Given, Publish},
    output,
};

pub(crate) fn run(args: Publish) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    let key = args.key.as_deref().map(signer::read).transpose()?;
    let extra = |given: Given| match given {
        Given::Scores => Extra::Scores,
        Given::Transcript => Extra::Transcript,
        Given::ChallengeKey => Extra::ChallengeKey,
        Given::Openings => Extra::Openings,
    };
    let options = Options {
        key,
        unsigned: args.unsigned,
        extras: args.extras.into_iter().map(extra).collect(),
        attach: args.attach,
        model: args.model,
        url: args.url,
    };
    let release = assemble(&folder, &options)?;
    write(&args.dir, &release)?;
    for (name, bytes) in &release {
        output::say(&format!("  {name} ({} bytes)", bytes.len()));
    }
    let identity = if options.unsigned { "" } else { " --identity PUBLIC-KEY" };
    output::say(&format!("check: pot-check verify {}{identity} --trust VERIFYING-KEY", args.dir.display()));
    Ok(())
}
