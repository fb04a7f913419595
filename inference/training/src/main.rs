//! Trains the built-in zoo: `pot-training all`, or one model at a time. Everything is seeded; on one machine the same
//! program writes the same files.

mod corpus;
mod evaluate;
mod generator;
mod lexicon;
mod random;
mod train;
mod variables;
mod zoo;

use std::io::Write;

use anyhow::{Result, bail};

const USAGE: &str = "usage: pot-training all | base | finetuned | distilled | larger | other | quantised | evaluate";

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    match names.as_slice() {
        [all] if all == "all" => {
            ["base", "quantised", "finetuned", "distilled", "larger", "other", "evaluate"].into_iter().try_for_each(one)
        }
        [] => bail!("{USAGE}"),
        names => names.iter().map(String::as_str).try_for_each(one),
    }
}

fn one(name: &str) -> Result<()> {
    say(&format!("== {name}"));
    match name {
        "base" => zoo::base(),
        "evaluate" => evaluate::evaluate(),
        "quantised" => zoo::quantised(),
        "finetuned" => zoo::finetuned(),
        "distilled" => zoo::distilled(),
        "larger" => zoo::larger(),
        "other" => zoo::other(),
        unknown => bail!("unknown model '{unknown}'\n{USAGE}"),
    }
}

/// One line to standard output; a closed pipe does not stop training.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
