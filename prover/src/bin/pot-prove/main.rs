//! `pot-prove`: registers, queries two models, decides, and proves the verdict.

mod args;
mod commands;
mod exit;
mod output;

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
            let exit = if e.use_stderr() { Exit::Usage } else { Exit::Done };
            return if e.print().is_ok() { exit.into() } else { Exit::Usage.into() };
        }
    };
    let result = match args.command {
        #[cfg(feature = "inference")]
        Command::Register(args) => commands::register::run(args),
        #[cfg(feature = "inference")]
        Command::Run(args) => commands::query::run(&args),
        #[cfg(feature = "inference")]
        Command::Audit(args) => commands::audit::run(args),
        #[cfg(feature = "inference")]
        Command::Calibrate(args) => commands::calibrate::run(&args),
        #[cfg(feature = "inference")]
        Command::Logprobs(args) => commands::logprobs::run(&args),
        Command::Decide(args) => commands::decide::run(&args),
        Command::Prove(args) => commands::prove::run(&args),
        Command::Policy(args) => commands::policy::run(args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Keygen(args) => commands::keygen::run(&args),
        Command::Open(args) => commands::open::run(&args),
        #[cfg(feature = "inference")]
        Command::Rerun(args) => commands::rerun::run(&args),
        Command::Countersign(args) => commands::countersign::run(&args),
        Command::Reveal(args) => commands::reveal::run(&args),
        Command::Publish(args) => commands::publish::run(args),
        Command::Attest(args) => commands::attest::run(&args),
        Command::Export(args) => commands::export::run(&args),
        Command::Groth16(args) => commands::groth16::run(&args),
        Command::Pages(pages) => commands::pages::run(&pages),
    };
    match result {
        Ok(()) => Exit::Done.into(),
        Err(e) => {
            output::error(&e);
            Exit::of(&e).into()
        }
    }
}
