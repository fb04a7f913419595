//! `pot-prove completions` and `pot-prove man`.

use clap::CommandFactory;
use pot_pages::{Made, Pages};

use crate::{args::Args, output};

pub(crate) fn run(pages: &Pages) -> anyhow::Result<()> {
    match pages.make(Args::command())? {
        Made::Script(script) => output::data(&script)?,
        Made::Pages(folder) => output::say(&format!("the man pages are in {}", folder.display())),
    }
    Ok(())
}

#[cfg(all(test, feature = "inference"))]
mod tests {
    use clap::Parser;

    use super::*;

    const WITH_EXAMPLES: [&str; 13] = [
        "pot-prove register",
        "pot-prove run",
        "pot-prove decide",
        "pot-prove prove",
        "pot-prove audit",
        "pot-prove policy compile",
        "pot-prove open",
        "pot-prove keygen",
        "pot-prove attest",
        "pot-prove countersign",
        "pot-prove rerun",
        "pot-prove reveal",
        "pot-prove publish",
    ];

    #[test]
    fn the_examples_in_the_help_are_calls_that_are_understood() {
        for (command, examples) in pot_pages::examples(&Args::command()) {
            let own = |words: &Vec<String>| words.join(" ").starts_with(&command);
            assert!(examples.is_empty() || examples.iter().any(own), "{command} has no example of its own");
            assert_eq!(examples.is_empty(), !WITH_EXAMPLES.contains(&command.as_str()), "{command}");
            for words in examples {
                let understood = Args::try_parse_from(&words);
                assert!(understood.is_ok(), "{}: {}", words.join(" "), understood.unwrap_err());
            }
        }
    }
}
