//! How much a served model differs from itself: an upper confidence bound on its mean score.

use pot_inference::{Answer, InferenceError, Prompt, figures};
use pot_protocol::{
    challenge::{ChallengeKey, Family},
    score::{Score, ScoreKind, UNITS_PER_NAT},
    transcript::Side,
};
use serde::{Deserialize, Serialize};

use super::{Models, rehearsal::refusal};
use crate::{error::ProverError, run_folder::random32};

/// The chance that the bound is below the truth.
const DELTA: f64 = 0.01;
/// Scores count up to half a nat, as in the claims of the rule.
const CLIP: f64 = 0.5;
/// Stakes of the bets that the bound is made of, as shares of the largest one allowed.
const STAKES: [f64; 12] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99];

/// A calibration, as it is written to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How the model at hand was named.
    pub reference: String,
    /// How the served one was.
    pub served: String,
    /// What a score measures.
    pub kind: ScoreKind,
    /// Scored positions; 0 for `delta-ce`.
    pub positions: u32,
    /// Number of prompts.
    pub count: u32,
    /// Mean score in nats, each clipped at half a nat.
    pub mean: f64,
    /// Largest score in nats.
    pub largest: f64,
    /// With probability 0.99 the mean score is at most this, in nats.
    pub bound: f64,
}

/// Scores `count` prompts that no run asks.
///
/// # Errors
/// [`ProverError::Model`] when a model gives no usable answer; nothing is calibrated on the prompts that worked.
pub fn calibrate(
    models: &Models,
    kind: ScoreKind,
    k: u32,
    count: u32,
    progress: &mut dyn FnMut(u32),
) -> Result<Vec<Score>, ProverError> {
    let key = ChallengeKey::new(random32()?).derive(&random32()?, &random32()?);
    let failed = |side: Side, e: &InferenceError| ProverError::model(format_args!("the {side} model"), e);
    let mut scores = Vec::new();
    // As in a run: a model that is read anew for each batch is read once for many prompts.
    let batch = u32::try_from(models.batch(kind, k)).unwrap_or(u32::MAX);
    while let Some(left @ 1..) = count.checked_sub(u32::try_from(scores.len()).unwrap_or(u32::MAX)) {
        let first = u64::from(count - left);
        let prompts = (first..first + u64::from(left.min(batch))).map(|index| {
            let text = Family::Grammar.challenge(&key, index).text;
            let tokens = models.tokens(kind, &text).map_err(|e| refusal(kind, e))?;
            Ok((text, tokens))
        });
        let prompts: Vec<(String, [Vec<u32>; 2])> = prompts.collect::<Result<_, ProverError>>()?;
        let answers = |side: Side, slot: usize| {
            let asked: Vec<Prompt<'_>> =
                prompts.iter().map(|(text, tokens)| Prompt { text, tokens: &tokens[slot] }).collect();
            let ask = models.ask(side, kind, k)?;
            models.side(side).answers(&asked, ask).into_iter().collect::<Result<Vec<Answer>, InferenceError>>()
        };
        let references = answers(Side::Reference, 0).map_err(|e| failed(Side::Reference, &e))?;
        let candidates = answers(Side::Candidate, 1).map_err(|e| failed(Side::Candidate, &e))?;
        let unscored = |e: InferenceError| ProverError::model("no score", &e);
        if references.len() != prompts.len() || candidates.len() != prompts.len() {
            return Err(unscored(InferenceError::OtherAnswer));
        }
        for (reference, candidate) in references.iter().zip(&candidates) {
            let figures = figures(kind, k, reference, candidate).map_err(unscored)?;
            scores.push(figures.score(kind, k).map_err(|e| ProverError::Model(format!("no score: {e}")))?);
        }
        progress(u32::try_from(scores.len()).unwrap_or(u32::MAX));
    }
    Ok(scores)
}

/// Mean of the scores clipped at half a nat, the largest score, and the upper bound on the expected clipped score, all in
/// nats.
///
/// The bound inverts bets against every mean m: with stake s, the wealth ∏ (1 + s·(m − xᵢ)/(½ − m)) has an expected value
/// of at most 1 when the true mean is m or more, and so has the average over several stakes. Means under which the wealth
/// reaches 1/δ are ruled out (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2024).
pub fn bound(scores: &[Score]) -> (f64, f64, f64) {
    let nats: Vec<f64> = scores.iter().map(|s| f64::from(s.units()) / f64::from(UNITS_PER_NAT)).collect();
    let clipped: Vec<f64> = nats.iter().map(|x| x.min(CLIP)).collect();
    let count = u32::try_from(clipped.len().max(1)).map_or(f64::INFINITY, f64::from);
    let log_wealth = |m: f64, stake: f64| clipped.iter().map(|x| (stake * (m - x) / (CLIP - m)).ln_1p()).sum::<f64>();
    // Adding up logarithms first keeps the product from overflowing.
    let ruled_out = |m: f64| {
        let logs = STAKES.map(|stake| log_wealth(m, stake));
        let top = logs.iter().copied().fold(f64::MIN, f64::max);
        let average = logs.iter().map(|log| (log - top).exp()).sum::<f64>() / 12.0;
        top + average.ln() >= -DELTA.ln()
    };
    // The wealth grows with m, so the boundary is found by halving.
    let (mut low, mut high) = (0.0, CLIP);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if ruled_out(middle) { high = middle } else { low = middle }
    }
    (clipped.iter().sum::<f64>() / count, nats.iter().copied().fold(0.0, f64::max), high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(units: impl Iterator<Item = u16>) -> Vec<Score> {
        units.map(|u| Score::new(u).unwrap()).collect()
    }

    #[test]
    fn bounds_lie_above_the_mean_and_come_down_with_more_scores() {
        let noise = |n: u16| scores((0..n).map(|i| 40 + i % 20));
        let (mean, largest, few) = bound(&noise(100));
        let (_, _, many) = bound(&noise(1000));
        assert!((mean - 49.5 / 1024.0).abs() < 1e-9 && (largest - 59.0 / 1024.0).abs() < 1e-9);
        assert!(mean < many && many < few && few < 0.1, "{mean} {many} {few}");
        // Nothing but zeros: the stake of 0.99, one of twelve, makes the bound about ln(12·100)·½/n.
        let (_, _, zeros) = bound(&scores((0..100).map(|_| 0)));
        assert!((0.03..0.04).contains(&zeros), "{zeros}");
        assert!(bound(&[]).2 > 0.499);
        assert!(bound(&scores((0..100).map(|_| 4000))).2 > 0.499);
    }

    #[test]
    fn the_bound_fails_no_more_often_than_it_says() {
        // Scores of 0 or half a nat, mean 0.05: the hardest kind. 4,000 runs of 60 by a fixed congruential generator.
        let mut state = 1u64;
        let mut failures = 0;
        for _ in 0..4000 {
            let drawn = scores((0..60).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if state >> 32 < (1 << 32) / 10 { 512 } else { 0 }
            }));
            failures += u32::from(bound(&drawn).2 < 0.05);
        }
        assert!(failures <= 60, "{failures} of 4000, at most about 40 are expected");
    }
}
