//! `pot-check`: verifies a published bundle in milliseconds, offline, without any model.

mod acceptance;
mod args;
mod batch;
mod challenge_openings;
mod examples;
mod exit;
mod export;
mod files;
mod inspect;
mod keys;
mod nonce;
mod output;
mod pages;
mod release;
mod screen;
mod svr;
mod times;
mod trust;
mod verify;

use clap::Parser;

use crate::{
    args::{Args, Command},
    exit::Exit,
};

fn main() -> std::process::ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            // clap's own text: help and version go to stdout and are no error.
            let exit = if e.use_stderr() { Exit::Usage } else { Exit::Accepted };
            return if e.print().is_ok() { exit.into() } else { Exit::Usage.into() };
        }
    };
    let exit = match args.command {
        Command::Verify(verify) => verify::run(*verify),
        Command::Batch(args) => batch::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Keys(args) => keys::run(&args),
        Command::ChallengeOpenings(args) => challenge_openings::run(&args),
        Command::Nonce(args) => nonce::run(&args),
        Command::Inspect(inspect) => inspect::run(&inspect),
        Command::Pages(pages) => pages::run(&pages),
    };
    exit.into()
}
