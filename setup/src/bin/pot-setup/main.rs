//! `pot-setup`: development keys, the key folder, and the figures of the circuits.

mod args;
mod commands;
mod exit;
mod export;
mod export_circuit;
mod keys;
mod output;
mod phase1;
mod phase2;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Arguments, Command, Export, Keys, Phase1, Phase2},
    exit::Exit,
};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Dev(args) => commands::dev(&args),
        Command::Circuits(args) => commands::circuits(&args),
        Command::Keys { command: Keys::List(args) } => keys::list(&args),
        Command::Keys { command: Keys::Show(args) } => keys::show(&args),
        Command::Keys { command: Keys::Import(args) } => keys::import(&args),
        Command::Keys { command: Keys::Export(args) } => keys::export(&args),
        Command::Keys { command: Keys::Pack(args) } => keys::pack(&args),
        Command::Verify(args) => keys::verify(&args),
        Command::Phase1 { command } => match command {
            Phase1::New(args) => phase1::new(&args),
            Phase1::Contribute(args) => phase1::contribute(&args),
            Phase1::Beacon(args) => phase1::beacon(&args),
            Phase1::Verify(args) => phase1::verify(&args),
            Phase1::Prepare(args) => phase1::prepare(&args),
            Phase1::Import(args) => phase1::import(&args),
        },
        Command::Phase2 { command } => match command {
            Phase2::New(args) => phase2::new(&args),
            Phase2::Contribute(args) => phase2::contribute(&args),
            Phase2::Beacon(args) => phase2::beacon(&args),
            Phase2::Verify(args) => phase2::verify(&args),
            Phase2::Finalize(args) => phase2::finalize(&args),
        },
        Command::Pages(pages) => commands::pages(&pages),
        Command::Export { command: Export::Solidity(args) } => export::solidity(&args),
        Command::Export { command: Export::R1cs(args) } => export_circuit::r1cs(&args),
        Command::Export { command: Export::VerificationKey(args) } => export_circuit::verification_key(&args),
    };
    outcome
        .unwrap_or_else(|error| {
            output::error(&error);
            Exit::of(&error)
        })
        .into()
}
