//! Prints the tables of verdicts and grades in `docs/statistics.md`: `cargo run --release -p pot-tests --example rule_tables`.
//!
//! An optional argument sets the runs per cell (default 2,000).
#![allow(clippy::print_stdout, reason = "the tables are its output")]

use pot_protocol::policy::Preset;
use pot_prover::compile::{
    laws::Law,
    simulate::{Tally, independent, simulate},
};

const SEED: u64 = 7;

fn main() {
    let runs = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(2000);
    power(runs);
}

fn run(preset: Preset, law: Law, runs: u32) -> Tally {
    simulate(preset.policy().coefficients(), &independent(law), runs, SEED)
}

fn share(part: u32, of: &Tally) -> f64 {
    f64::from(part) / f64::from(of.runs)
}

/// How often and how fast each preset decides.
fn power(runs: u32) {
    let gamma = |mean, cv| Law::Gamma { mean, cv };
    let laws = [
        ("identical", Law::Constant(0.0)),
        ("mean 0.0076, cv 4.1", gamma(0.0076, 4.1)),
        ("mean 0.02, cv 1", gamma(0.02, 1.0)),
        ("mean 0.05, cv 0.5", gamma(0.05, 0.5)),
        ("mean 0.08, cv 0.5", gamma(0.08, 0.5)),
        ("mean 0.12, cv 0.5", gamma(0.12, 0.5)),
        ("mean 0.2, cv 0.5", gamma(0.2, 0.5)),
        ("mean 0.3, cv 0.5", gamma(0.3, 0.5)),
        ("mean 0.6, cv 0.2", gamma(0.6, 0.2)),
        ("mean 0.79, cv 1.22", gamma(0.79, 1.22)),
        ("mean 1.22, cv 0.31", gamma(1.22, 0.31)),
        ("mean 2, cv 0.4", gamma(2.0, 0.4)),
    ];
    for preset in Preset::all() {
        println!("\n**{}**\n", preset.name());
        println!("| scores | SAME | strict | DIFFERENT | strong | n mean / 90 % |");
        println!("|---|---|---|---|---|---|");
        for (label, law) in laws {
            let t = run(preset, law, runs);
            println!(
                "| {label} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} / {} |",
                share(t.same, &t),
                share(t.strict, &t),
                share(t.different, &t),
                share(t.strong, &t),
                t.mean_stop(),
                t.late_stop()
            );
        }
    }
}
