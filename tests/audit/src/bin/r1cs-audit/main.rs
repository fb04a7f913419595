//! `r1cs-audit`: the analysis of the verdict circuits, in figures.
#![allow(clippy::print_stdout, reason = "the report is the output")]

mod explained;
mod report;

use std::process::ExitCode;

use clap::Parser;
use pot_audit::{
    coefficients::Coefficients,
    coloops::coloops,
    constraints::Liar,
    instances::{self, Instance},
    jacobian, mutants,
    system::System,
};
use pot_circuits::{VerdictCircuit, witness_names};
use pot_protocol::rule::Capacity;
use rayon::prelude::*;
use report::Report;

/// What only a hash binds: free in the algebra, bound by its collision resistance.
const HASHED: [&str; 3] = ["policy.coefficient", "policy.tau", "rho.blinding"];

/// Instances that are also tried with scores after the stop.
const LONGER: usize = 3;

/// Assignments that are made at once.
const PART: usize = 500;

/// Analyses a verdict circuit: is there one witness for a statement, and is each constraint needed?
#[derive(Debug, Parser)]
struct Arguments {
    /// Scores that the circuit holds: 128 or 1024.
    #[arg(long, default_value_t = 128)]
    capacity: u32,
    /// Satisfying instances whose Jacobian is reduced, over all verdicts, looks and fillings.
    #[arg(long, default_value_t = 300)]
    instances: usize,
    /// Changed assignments to try, at least.
    #[arg(long, default_value_t = 1_000_000)]
    mutants: u64,
    /// More instances, to notice changed coefficients by.
    #[arg(long, default_value_t = 10_000)]
    assignments: usize,
    /// Instances that a liar lies about, wire by wire.
    #[arg(long, default_value_t = 9)]
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
    let system = System::of(VerdictCircuit::shape(capacity))?;
    let mut report = Report::new(&system, witness_names(capacity));
    report.figures();

    let instances = instances::covering(capacity, arguments.instances, arguments.seed)?;
    let false_ones: Vec<_> = instances.iter().take(LONGER).flat_map(Instance::with_scores_after_the_stop).collect();
    let assigned: Vec<_> = instances
        .into_par_iter()
        .map(|i| System::assign(i.circuit()).map(|v| (i.name, v)))
        .collect::<Result<_, _>>()?;
    for (name, values) in &assigned {
        anyhow::ensure!(system.broken(values).is_empty(), "{name}: an honest assignment is refused");
    }

    report.unused_inputs();
    let given: Vec<bool> = report.names().iter().map(|name| HASHED.contains(name)).collect();
    let determined: Vec<_> = assigned
        .par_iter()
        .map(|(name, values)| (name.as_str(), jacobian::determined(&system, values, &given)))
        .collect();
    report.determined(&HASHED, &determined);

    let (mut tried, mut accepted, mut negated) = (0, vec![], 0);
    for (number, (_, values)) in assigned.iter().cycle().enumerate() {
        let seed = arguments.seed.wrapping_add(number as u64) << 32;
        for found in [mutants::mutate(&system, values, seed), mutants::mutate_inputs(&system, values, seed)] {
            tried += found.tried;
            let (negatives, others) = found.accepted.into_iter().partition::<Vec<_>, _>(|m| *m == (1, -values[1]));
            negated += negatives.len();
            accepted.extend(others);
        }
        if tried >= arguments.mutants {
            break;
        }
    }
    report.mutants(tried, &accepted, negated);

    let mut coefficients = Coefficients::new(&system);
    for (_, values) in &assigned {
        coefficients.observe(values);
    }
    for part in instances::corners(capacity, arguments.seed)?.chunks(PART) {
        let assign = |instance: &Instance| System::assign(instance.circuit());
        for values in part.par_iter().map(assign).collect::<Result<Vec<_>, _>>()? {
            anyhow::ensure!(system.broken(&values).is_empty(), "an honest assignment is refused");
            coefficients.observe(&values);
        }
    }
    // Part by part, as many assignments take much memory.
    for first in (0..arguments.assignments).step_by(PART) {
        let count = PART.min(arguments.assignments - first);
        let seed = arguments.seed.wrapping_add(1 + first as u64);
        let assign = |instance: Instance| System::assign(instance.circuit());
        let part = instances::covering(capacity, 27 + count, seed)?.into_par_iter().skip(27).map(assign);
        for values in part.collect::<Result<Vec<_>, _>>()? {
            anyhow::ensure!(system.broken(&values).is_empty(), "an honest assignment is refused");
            coefficients.observe(&values);
        }
    }
    report.coefficients(&coefficients);

    let mut needed = std::collections::BTreeSet::new();
    let shown: Vec<_> = assigned
        .par_iter()
        .enumerate()
        .map(|(i, (_, values))| coloops(&system, values, &given, arguments.seed.wrapping_add(i as u64)))
        .collect();
    for rows in shown.into_iter().flatten() {
        needed.extend(rows);
    }
    report.coloops(&needed, assigned.len());

    let liar = Liar::new(&system);
    let step = (assigned.len() / arguments.lies.max(1)).max(1);
    for circuit in false_ones {
        let mut values = System::assign(circuit)?;
        system.restate(&mut values);
        let broken = system.broken(&values);
        anyhow::ensure!(!broken.is_empty(), "a score after the stop is accepted");
        needed.extend(<[usize; 1]>::try_from(broken).into_iter().flatten());
    }
    let open: Vec<_> = instances::open_windows(capacity, arguments.seed)?
        .iter()
        .map(|i| System::assign(i.circuit()))
        .collect::<Result<_, _>>()?;
    let all = assigned.iter().step_by(step).map(|(_, values)| values).take(arguments.lies);
    for values in open.iter().take(arguments.lies).chain(all) {
        needed.extend(liar.needed(values, &needed));
        println!("  {} constraints needed so far", needed.len());
    }
    report.constraints(&needed);
    Ok(if report.found_something() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
