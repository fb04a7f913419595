//! Prints the measured tables of `docs/statistics.md`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the tables are its output, progress is talk")]

mod report;

use std::time::Instant;

use clap::Parser;
use pot_bench_rule::{blind, nulls::Null, power, rates, setting::Setting};

/// False verdicts at the boundary, power beside exact betting and empirical Bernstein, and what SAME does not exclude.
#[derive(Parser)]
struct Options {
    /// Runs per cell.
    #[arg(long, default_value_t = 100_000)]
    runs: u32,
    /// The same seed gives the same tables.
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// Only this policy, such as `quick`; may be repeated.
    #[arg(long)]
    policy: Vec<String>,
    /// Only error rates, and only those of nulls with this in their names, such as `optimal`.
    #[arg(long)]
    null: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    anyhow::ensure!(options.runs > 0, "--runs must be at least 1");
    let wanted =
        |s: &Setting| options.policy.is_empty() || options.policy.iter().any(|p| p.eq_ignore_ascii_case(s.name));
    let settings: Vec<Setting> = Setting::all().into_iter().filter(wanted).collect();
    anyhow::ensure!(!settings.is_empty(), "no policy of that name is measured");
    let part = options.null.as_deref().unwrap_or_default();
    let nulls: Vec<Null> = Null::ALL.into_iter().filter(|null| null.label().contains(part)).collect();
    anyhow::ensure!(!nulls.is_empty(), "no null has '{part}' in its name");
    let (runs, seed, start) = (options.runs, options.seed, Instant::now());
    let say = |what: &str| eprintln!("[{:>6.1} s] {what}", start.elapsed().as_secs_f64());

    let rates = rates::measure(&settings, &nulls, runs, seed, |r| {
        say(&format!("{} {} {}: {} of {}", r.policy, r.claim, r.null.label(), r.events, r.runs));
    });
    println!("{}", report::rates(&settings, &nulls, &rates).join("\n"));
    if options.null.is_none() {
        let cells = power::measure(&settings, runs, seed + 1, |p| say(&format!("{} {}", p.policy, p.label)));
        println!("{}", report::power(&settings, &cells).join("\n"));
        let rows = blind::measure(&settings, runs, seed + 2);
        println!("{}", report::blind(&settings, &rows).join("\n"));
    }
    say("done");

    let above: Vec<String> = rates.iter().filter(|r| r.exceeds()).map(|r| format!("{r:?}")).collect();
    anyhow::ensure!(above.is_empty(), "the lower 99 % bound is above alpha:\n{}", above.join("\n"));
    Ok(())
}
