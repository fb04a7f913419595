//! `pot-check completions` and `pot-check man`.

use clap::CommandFactory;
use pot_pages::{Made, Pages};

use crate::{args::Args, exit::Exit, output};

pub(crate) fn run(pages: &Pages) -> Exit {
    let made = pages.make(Args::command()).and_then(|made| match made {
        Made::Script(script) => output::data(&script),
        Made::Pages(folder) => {
            output::error(&format!("the man pages are in {}", folder.display()));
            Ok(())
        }
    });
    match made {
        Ok(()) => Exit::Accepted,
        Err(e) => {
            output::error(&format!("cannot write: {e}"));
            Exit::Usage
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const WITH_EXAMPLES: [&str; 5] =
        ["pot-check verify", "pot-check batch", "pot-check export", "pot-check challenge-openings", "pot-check nonce"];

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
