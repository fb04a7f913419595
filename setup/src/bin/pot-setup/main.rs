//! `pot-setup`: development keys, the key folder, and the figures of the circuits.

mod args;
mod commands;
mod exit;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Arguments, Command, Keys},
    exit::Exit,
};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Dev(args) => commands::dev(&args),
        Command::Circuits(args) => commands::circuits(&args),
        Command::Keys { command: Keys::List(args) } => commands::list_keys(&args),
    };
    outcome
        .unwrap_or_else(|error| {
            output::error(&error);
            Exit::of(&error)
        })
        .into()
}
