//! Writes the preset policies: `cargo run --release -p pot-prover --example compile_presets -- FOLDER`.
//!
//! The files belong into `protocol/src/policy/presets/`; the digests that it prints belong into `pins.rs` there.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "digests and the search's figures are its output")]

use std::path::PathBuf;

use anyhow::Context as _;
use pot_protocol::{
    commitment::policy_digest,
    digest::Digest,
    policy::{Micro, Parameters},
    poseidon::to_bytes,
    score::ScoreKind,
};
use pot_prover::compile::{Event, compile_document};

/// Name, kind, α, γ, η, δ*, ε, `n_min`, `n_max`.
type Row = (&'static str, ScoreKind, &'static str, &'static str, &'static str, &'static str, &'static str, u32, u32);

const PRESETS: [Row; 11] = [
    ("QUICK", ScoreKind::Kl, "0.025", "0.15", "0.5", "0.8", "0.15", 10, 120),
    ("AUDIT", ScoreKind::Kl, "0.01", "0.10", "0.5", "1.0", "0.10", 30, 400),
    ("EXTENDED", ScoreKind::Kl, "0.001", "0.08", "0.4", "1.1", "0.08", 50, 800),
    ("FORENSIC", ScoreKind::Kl, "0.001", "0.02", "0.5", "1.0", "0.08", 200, 1024),
    ("AUDIT-STRICT", ScoreKind::Kl, "0.01", "0.10", "0.5", "1.0", "0.10", 240, 1024),
    ("QUICK-DELTA-LOGPROB", ScoreKind::DeltaLogprob, "0.025", "0.30", "0.5", "0.8", "0.15", 10, 120),
    ("AUDIT-DELTA-LOGPROB", ScoreKind::DeltaLogprob, "0.01", "0.25", "0.5", "1.0", "0.10", 30, 400),
    ("EXTENDED-DELTA-LOGPROB", ScoreKind::DeltaLogprob, "0.001", "0.20", "0.4", "1.1", "0.08", 50, 800),
    ("QUICK-TOPK", ScoreKind::KlTopk, "0.025", "0.15", "0.5", "0.8", "0.15", 10, 120),
    ("AUDIT-TOPK", ScoreKind::KlTopk, "0.01", "0.10", "0.5", "1.0", "0.10", 30, 400),
    ("EXTENDED-TOPK", ScoreKind::KlTopk, "0.001", "0.08", "0.4", "1.1", "0.08", 50, 800),
];

fn main() -> anyhow::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).context("give the folder to write to")?.into();
    for (name, kind, alpha, gamma, eta, delta, epsilon, n_min, n_max) in PRESETS {
        let micro = |s: &str| s.parse::<Micro>().map_err(anyhow::Error::msg);
        let parameters = Parameters {
            name: name.to_owned(),
            version: 1,
            kind,
            alpha: micro(alpha)?,
            gamma: micro(gamma)?,
            eta: micro(eta)?,
            delta: micro(delta)?,
            epsilon: micro(epsilon)?,
            n_min,
            n_max,
            max_attempts: 8,
        };
        let document = compile_document(parameters, &mut |event| {
            if let Event::Cell { claim, label, stop, ideal } = event {
                eprintln!(
                    "{name:<22} {claim:<9} {label:<20} stop {:6.1}/{:<5.0} ideal {:6.1}/{:<5.0} ratio {:.2}/{:.2}",
                    stop.0,
                    stop.1,
                    ideal.0,
                    ideal.1,
                    stop.0 / ideal.0,
                    stop.1 / ideal.1
                );
            }
        })?;
        let path = folder.join(format!("{}.json", name.to_ascii_lowercase()));
        let text = serde_json::to_string_pretty(&document)?;
        std::fs::write(&path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
        let coefficients = to_bytes(policy_digest(&document.coefficients));
        println!("{name} {} {}", document.document_digest(), Digest(coefficients));
    }
    Ok(())
}
