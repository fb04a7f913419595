//! `pot-prove open`: a sample of a run's records, for those who ask.

use pot_prover::{
    open::{open, read_request},
    run_folder::{RunFolder, write_new_secret},
};

use crate::{args::Open, output};

pub(crate) fn run(args: &Open) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    let request = args.request.as_deref().map(read_request).transpose()?;
    let openings = open(&folder, request, args.count)?;
    let out = args.out.clone().unwrap_or_else(|| folder.path("openings.json"));
    // Prompts and scores are in it: it is for its owner until they publish it.
    write_new_secret(&out, &serde_json::to_vec(&openings)?)?;
    let indices: Vec<_> = openings.records.iter().map(|opened| opened.record.index).collect();
    output::say(&format!(
        "opened records {indices:?}, prompts, tokens and figures, and the scores of {} leaves of twenty: {}",
        openings.leaves.len(),
        out.display()
    ));
    Ok(())
}
