//! False verdicts at the boundary, by simulation of the real rule.
//!
//! Every null has its mean exactly where the claim stops being true. A rate is refused when its 99 % Clopper–Pearson
//! lower bound is above α. Seeds are fixed: job j runs on seed 2026 + j. `POT_RULE_RUNS` sets the runs per null;
//! without it a null gets as many as fit 1,000,000 scores, at most 20,000.

mod rule_nulls;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use pot_protocol::policy::{Claim, Preset};
use pot_prover::compile::simulate::{Tally, simulate};
use rule_nulls::{Null, nulls};

const SEED: u64 = 2026;
const RUNS: u32 = 20_000;
const SCORES: u32 = 1_000_000;

/// Whether the 99 % Clopper–Pearson lower bound of `events` in `runs` is above `alpha`: that many or more would then
/// happen with a probability below 1 % at a rate of α.
fn exceeds(events: u32, runs: u32, alpha: f64) -> bool {
    let (mut term, mut below) = (f64::from(runs) * (-alpha).ln_1p(), 0.0);
    for k in 0..events {
        below += term.exp();
        term += (f64::from(runs - k) / f64::from(k + 1)).ln() + (alpha / (1.0 - alpha)).ln();
    }
    1.0 - below < 0.01
}

/// False claims among the runs of a null.
fn false_claims(claim: Claim, tally: &Tally) -> u32 {
    match claim {
        Claim::Same => tally.same,
        Claim::Different => tally.different,
        Claim::Strict => tally.strict,
        Claim::Strong => tally.strong,
    }
}

fn runs(n_max: u32) -> u32 {
    let wanted = std::env::var("POT_RULE_RUNS").ok().map(|s| s.parse().expect("POT_RULE_RUNS is a number"));
    wanted.unwrap_or((SCORES / n_max).min(RUNS))
}

#[test]
fn no_false_verdict_or_grade_is_more_frequent_than_alpha() {
    let jobs: Vec<(Preset, Null)> = Preset::all()
        .into_iter()
        .flat_map(|preset| nulls(&preset.policy()).into_iter().map(move |n| (preset, n)))
        .collect();
    let (next, lines) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((job, (preset, null))) = {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(job).map(|j| (job, j))
                } {
                    let policy = preset.policy();
                    let alpha = f64::from(policy.parameters().alpha.0) / 1e6;
                    let runs = runs(policy.parameters().n_max);
                    let tally = simulate(policy.coefficients(), &null.source, runs, SEED + job as u64);
                    assert_eq!((tally.runs, tally.stops.len()), (runs, runs as usize));
                    for &claim in &null.claims {
                        let events = false_claims(claim, &tally);
                        let line = (
                            job,
                            format!("{:<22} {claim:<9} {:<22}", preset.name(), null.label),
                            f64::from(events) / f64::from(runs),
                            format!("{events} of {runs}, alpha {alpha}"),
                            exceeds(events, runs, alpha),
                        );
                        lines.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let mut lines = lines.into_inner().unwrap();
    lines.sort_by_key(|line| line.0);
    let mut refused = Vec::new();
    for (_, what, rate, counts, exceeds) in lines {
        let line = format!("{what} {rate:.5}  ({counts})");
        println!("{line}{}", if exceeds { "  ABOVE ALPHA" } else { "" });
        if exceeds {
            refused.push(line);
        }
    }
    assert!(refused.is_empty(), "above alpha:\n{}", refused.join("\n"));
}

#[test]
fn the_bound_refuses_what_it_has_to() {
    // P(Bin(100, 0.01) ≥ 4) = 0.0184, ≥ 5: 0.0034.
    assert!(!exceeds(4, 100, 0.01) && exceeds(5, 100, 0.01));
    // P(Bin(20000, 0.025) ≥ 500) is about one half; 552 lies 2.35 standard deviations above the mean.
    assert!(!exceeds(0, 20_000, 0.025) && !exceeds(500, 20_000, 0.025) && exceeds(560, 20_000, 0.025));
}

#[test]
fn bets_that_fire_too_early_are_noticed() {
    let policy = Preset::Quick.policy();
    let alpha = f64::from(policy.parameters().alpha.0) / 1e6;
    let mut broken = policy.coefficients().clone();
    // Two nats less evidence than α asks for.
    for bet in broken.same.iter_mut().chain(&mut broken.different) {
        bet.t -= 2 << 20;
    }
    for claim in [Claim::Same, Claim::Different] {
        let caught =
            nulls(&policy).iter().enumerate().filter(|(_, null)| null.claims.contains(&claim)).any(|(job, null)| {
                let tally = simulate(&broken, &null.source, 4000, SEED + job as u64);
                exceeds(false_claims(claim, &tally), 4000, alpha)
            });
        assert!(caught, "{claim}");
    }
}
