//! The figures of the zoo's README: held-out losses, files, and how far the models are from each other.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use pot_inference::{
    Answer, Ask, LanguageModel, LocalModel, ModelIdentity, WeightsIdentity, figures, tokenizer::START,
};
use pot_protocol::score::ScoreKind;

use crate::corpus::{self, Part};
use crate::{say, zoo};

/// Bytes of each held-out window, and how many are read of each text.
const WINDOW: usize = 400;
const WINDOWS: usize = 24;
/// Scored positions at the end of each prompt.
const K: u32 = 32;

/// Prints both tables in Markdown.
pub(crate) fn evaluate() -> Result<()> {
    let (general, speeches) = (corpus::general()?, corpus::speeches()?);
    let parts: Vec<&Part> = general.iter().chain(&speeches).collect();
    let mut models = Vec::new();
    for name in zoo::NAMES {
        models.push(LocalModel::from_bytes(name, &std::fs::read(zoo::path(name))?, None)?);
    }
    losses(&models, &parts)?;
    divergences(&models, &general)
}

fn losses(models: &[LocalModel], parts: &[&Part]) -> Result<()> {
    let names: Vec<&str> = parts.iter().map(|p| p.name).collect();
    say(&format!("| model | architecture | weights | file bytes | {} | bits per byte |", names.join(" | ")));
    say(&format!("|---|---|--:|--:|{}--:|", "--:|".repeat(parts.len())));
    let row = |losses: &[f64]| {
        let mut cells = String::new();
        for loss in losses {
            let _ = write!(cells, " {loss:.3} |");
        }
        // Over the first two texts, which all models but the fine-tuned one were trained on.
        let mean = f64::midpoint(losses[0], losses[1]);
        format!("{cells} {:.2} |", mean / std::f64::consts::LN_2)
    };
    let unigram: Vec<f64> = parts.iter().map(|p| unigram(p)).collect();
    say(&format!("| *unigram* | byte frequencies | 256 | |{}", row(&unigram)));
    for model in models {
        let mut all = Vec::new();
        for part in parts {
            all.push(loss(model, part)?);
        }
        let id = identity(model)?;
        let bytes = std::fs::metadata(zoo::path(&id.name))?.len();
        say(&format!("| `{}` | {} | {} | {bytes} |{}", id.name, id.architecture, id.parameters, row(&all)));
    }
    say("\n| model | SHA-256 |\n|---|---|");
    for model in models {
        let id = identity(model)?;
        let hex = hex::encode(id.weights_sha256);
        say(&format!("| `{}` | `{hex}` |", id.name));
    }
    Ok(())
}

fn identity(model: &LocalModel) -> Result<&WeightsIdentity> {
    match model.identity() {
        ModelIdentity::Weights(identity) => Ok(identity),
        other @ ModelIdentity::Endpoint(_) => bail!("not a model of weights: {}", other.name()),
    }
}

/// Mean loss per byte in nats over the held-out windows.
fn loss(model: &LocalModel, part: &Part) -> Result<f64> {
    let (mut total, mut count) = (0.0, 0u32);
    for window in part.held_out(WINDOW, WINDOWS) {
        let tokens: Vec<u32> = std::iter::once(START).chain(window.iter().map(|&b| u32::from(b))).collect();
        let out = model.log_probabilities(&tokens)?;
        for (t, &byte) in window.iter().enumerate() {
            total -= out.row(t).map_or(f64::NEG_INFINITY, |row| row[usize::from(byte)]);
            count += 1;
        }
    }
    Ok(total / f64::from(count))
}

/// The same loss of a model that knows only how often each byte occurs in the training text (plus one).
fn unigram(part: &Part) -> f64 {
    let counts = part.frequencies();
    let all = f64::from(counts.iter().sum::<u32>() + 256);
    let (mut total, mut count) = (0.0, 0u32);
    for &byte in part.held_out(WINDOW, WINDOWS).flatten() {
        total -= (f64::from(counts[usize::from(byte)] + 1) / all).ln();
        count += 1;
    }
    total / f64::from(count)
}

/// Mean scores of every model against the base, on prompts cut from the held-out texts.
fn divergences(models: &[LocalModel], parts: &[Part]) -> Result<()> {
    let mut prompts = Vec::new();
    for part in parts {
        for (i, window) in part.held_out(500, WINDOWS).enumerate() {
            // Lengths from 150 to 495 bytes; the texts are cut at any byte, so damaged characters are replaced.
            prompts.push(String::from_utf8_lossy(&window[..150 + i * 15]).into_owned());
        }
    }
    say(&format!("\nMean scores in nats over {} prompts:\n", prompts.len()));
    say("| `base` against | kl | smallest | largest | delta-logprob | delta-ce |");
    say("|---|--:|--:|--:|--:|--:|");
    let ask = |model: &LocalModel, kind| {
        let ask = Ask::of(kind, K)?;
        prompts.iter().map(|p| Answer::evaluate(model, p, ask)).collect::<Result<Vec<_>, _>>()
    };
    let reference = |kind| ask(&models[0], kind);
    for candidate in models {
        let mut columns = Vec::new();
        for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
            let (reference, answers) = (reference(kind)?, ask(candidate, kind)?);
            let mut scores = Vec::new();
            for (ours, theirs) in reference.iter().zip(&answers) {
                scores.push(figures(kind, K, ours, theirs)?.score(kind, K)?.units());
            }
            columns.push(scores);
        }
        let nats = |units: f64| units / 1024.0;
        let mean = |s: &[u16]| {
            let total: u32 = s.iter().copied().map(u32::from).sum();
            nats(f64::from(total) / f64::from(u32::try_from(s.len()).unwrap_or(u32::MAX)))
        };
        let (kl, name) = (&columns[0], &identity(candidate)?.name);
        say(&format!(
            "| `{name}` | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            mean(kl),
            nats(f64::from(*kl.iter().min().unwrap_or(&0))),
            nats(f64::from(*kl.iter().max().unwrap_or(&0))),
            mean(&columns[1]),
            mean(&columns[2])
        ));
    }
    Ok(())
}
