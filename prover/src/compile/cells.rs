//! The situations in which a policy is to decide fast.

use pot_protocol::policy::{Claim, Parameters, certificate::Direction};

use super::laws::Law;

/// One situation: a law of scores and how many of them a run may use.
pub(super) struct Cell {
    pub(super) label: String,
    pub(super) law: Law,
    /// Side cells count for less: rare deviations and means just above γ.
    pub(super) primary: bool,
    pub(super) length: u32,
}

/// The situations for a claim.
pub(super) fn table(claim: Claim, direction: Direction, p: &Parameters) -> Vec<Cell> {
    let nats = |micro: u32| f64::from(micro) / 1e6;
    let gamma = nats(p.gamma.0);
    let wide = matches!(claim, Claim::Strict | Claim::Strong);
    let clip = if wide { 4607.0 / 1024.0 } else { 0.5 };
    match direction {
        Direction::Below => below(gamma, gamma * (2.0 * nats(p.eta.0)).min(1.0), clip, wide),
        Direction::Above if wide => above(nats(p.delta.0), clip, true),
        Direction::Above => above(gamma, clip, false),
    }
}

/// A grade is read where the verdict stops, which is early: "strict" is tuned for scores without rare large ones.
fn below(gamma: f64, threshold: f64, clip: f64, grade: bool) -> Vec<Cell> {
    let length = (40.0 * clip / threshold).min(1500.0) as u32;
    let cell = |label: &str, law, primary| Cell { label: label.to_owned(), law, primary, length };
    let mut cells = vec![cell("identical", Law::Constant(0.0), true)];
    for (label, mean, cv) in [
        ("mean 0.0076, cv 4.1", 0.0076, 4.1),
        ("mean 0.02, cv 1", 0.02, 1.0),
        ("0.3 gamma, cv 0.5", 0.3 * gamma, 0.5),
        ("0.5 gamma, cv 0.5", 0.5 * gamma, 0.5),
    ] {
        if mean <= 0.7 * threshold {
            cells.push(cell(label, Law::Gamma { mean, cv }, true));
        }
    }
    for (label, share) in [("2 % differ", 0.02), ("0.5 % differ", 0.005)] {
        if !grade && share * clip < 0.3 * threshold {
            cells.push(cell(label, Law::Rare { share, big: 3.0 * clip }, false));
        }
    }
    cells
}

fn above(null: f64, clip: f64, wide: bool) -> Vec<Cell> {
    let cell = |label: String, law, primary| Cell { label, law, primary, length: 500 };
    let mut laws = vec![(0.2, 0.5), (0.3, 0.5), (0.358, 0.45), (0.605, 0.18), (0.79, 1.22), (1.22, 0.31)];
    if wide {
        laws.extend([(1.5 * null, 0.3), (2.0 * null, 0.4), (3.0 * null, 0.4), (4.5 * null, 0.4)]);
    }
    let mut cells: Vec<Cell> = laws
        .into_iter()
        .filter(|&(mean, _)| mean >= 1.3 * null)
        .map(|(mean, cv)| cell(format!("mean {mean:.3}, cv {cv}"), Law::Gamma { mean, cv }, true))
        .collect();
    let near = 4.0 / 3.0 * null;
    if !wide && null > 0.05 && near < 0.19 {
        cells.push(cell("4/3 gamma, cv 0.5".to_owned(), Law::Gamma { mean: near, cv: 0.5 }, false));
    }
    let multiples: &[f64] = if null / clip > 0.1 { &[1.75, 3.0] } else { &[2.5, 5.0, 10.0] };
    for multiple in multiples {
        let share = multiple * null / clip;
        if share < 0.85 {
            let label = format!("{:.1} % differ", 100.0 * share);
            cells.push(cell(label, Law::Rare { share, big: 3.0 * clip }, false));
        }
    }
    cells
}
