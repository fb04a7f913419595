//! `r1cs-audit`: the analysis of the verdict circuits, in figures.
#![allow(clippy::print_stdout, reason = "the report is the output")]

mod audit;
mod explained;
mod report;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, ensure};
use audit::Audit;
use clap::{Parser, builder::RangedU64ValueParser, value_parser};
use pot_audit::system::System;
use pot_circuits::{VerdictCircuit, witness_names};
use pot_protocol::rule::Capacity;

/// Analyses a verdict circuit: is there one witness for a statement, and is each constraint needed?
#[derive(Debug, Parser)]
struct Arguments {
    /// Scores that the circuit holds: 128 or 1024.
    #[arg(long, default_value_t = 128)]
    capacity: u32,
    /// The circuit as `pot-setup export r1cs` writes it, or one that should be the same; left out, it is made here.
    #[arg(long)]
    r1cs: Option<PathBuf>,
    /// Satisfying instances whose Jacobian is reduced, over all verdicts, looks and fillings: 27 have each of these once.
    #[arg(long, default_value_t = 300, value_parser = RangedU64ValueParser::<usize>::new().range(27..))]
    instances: usize,
    /// Changed assignments to try, at least; each instance has some of its wires changed.
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u64).range(1..))]
    mutants: u64,
    /// More instances by chance, to notice changed coefficients by.
    #[arg(long, default_value_t = 1_000)]
    assignments: usize,
    /// Instances that a liar lies about, wire by wire.
    #[arg(long, default_value_t = 3, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    lies: usize,
    /// Seed of all that is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let capacity = Capacity::for_scores(arguments.capacity)
        .filter(|c| c.scores() == arguments.capacity as usize)
        .ok_or_else(|| anyhow::anyhow!("--capacity is 128 or 1024"))?;
    let system = match &arguments.r1cs {
        None => System::of(VerdictCircuit::shape(capacity))?,
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            System::read(&path.display().to_string(), &bytes)?
        }
    };
    let names = witness_names(capacity);
    ensure!(system.wires() == system.inputs() + names.len(), "this is no circuit for {} scores", capacity.scores());
    let mut audit = Audit::new(arguments, capacity, &system, names)?;
    audit.wires();
    audit.mutants();
    let after_the_stop = audit.coefficients()?;
    audit.constraints(after_the_stop)?;
    Ok(if audit.found_something() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
