//! `pot-prove decide`: the rule on anyone's scores.

use pot_prover::{decide::decide, scores_file::read_scores};

use crate::{args::Decide, commands::find_policy, output};

pub(crate) fn run(args: &Decide) -> anyhow::Result<()> {
    let policy = find_policy(&args.policy)?;
    let scores = read_scores(&args.scores, policy.parameters().kind)?;
    output::json(&decide(&policy, &scores))
}
