//! The boundary between floats and integers: two answers in, integer figures out.

use std::collections::BTreeSet;

use pot_protocol::score::{FIGURE_SCALE, Figures, MAX_FIGURE, ScoreKind};

use crate::logprobs::log_softmax;
use crate::{Answer, InferenceError, Scored};

/// The integer figures of two answers to one prompt, in units of 2^-20 nat, each rounded to nearest.
///
/// `kl` takes entropy and cross-entropy at the last `k` predicted tokens, `kl-topk` the same with all tokens but the
/// candidate's most likely ones taken together, `delta-logprob` the log-probabilities of these tokens, `delta-ce` those of
/// all predicted tokens and the length of the text (`k` is not used). All sums are in f64, from the engine's f32 logits. A
/// model against itself has a KL of exactly 0: both sums run over the same terms.
///
/// # Errors
/// [`InferenceError`] when the answers are about other tokens (all but `delta-ce`) or texts, answer another question, or
/// hold a value out of range. Errors are never scores.
pub fn figures(kind: ScoreKind, k: u32, reference: &Answer, candidate: &Answer) -> Result<Figures, InferenceError> {
    if reference.text_sha256() != candidate.text_sha256() {
        return Err(InferenceError::TextMismatch { reference: reference.bytes(), candidate: candidate.bytes() });
    }
    if kind != ScoreKind::DeltaCe {
        comparable(kind, reference, candidate)?;
        for evaluated in [positions(reference.scored()), positions(candidate.scored())] {
            if k == 0 || u32::try_from(evaluated) != Ok(k) {
                return Err(InferenceError::WrongK { evaluated, k });
            }
        }
    }
    match (kind, reference.scored(), candidate.scored()) {
        (ScoreKind::Kl, Scored::Logits(ours), Scored::Logits(theirs)) => {
            paired(ours.iter().zip(theirs).map(|(ours, theirs)| (log_softmax(ours), log_softmax(theirs))))
        }
        (ScoreKind::KlTopk, Scored::Logits(ours), Scored::Top(theirs)) => {
            paired(ours.iter().zip(theirs).map(|(ours, theirs)| coarse(&log_softmax(ours), theirs)))
        }
        (ScoreKind::DeltaLogprob, Scored::Tokens(ours), Scored::Tokens(theirs)) => {
            Ok(Figures { reference: token_figures(ours)?, candidate: token_figures(theirs)?, bytes: 0 })
        }
        (ScoreKind::DeltaCe, Scored::Tokens(ours), Scored::Tokens(theirs)) => {
            Ok(Figures { reference: token_figures(ours)?, candidate: token_figures(theirs)?, bytes: reference.bytes() })
        }
        _ => Err(InferenceError::OtherAnswer),
    }
}

/// Index-by-index comparison needs one vocabulary, rows for the same indices and the same tokens on both sides.
fn comparable(kind: ScoreKind, reference: &Answer, candidate: &Answer) -> Result<(), InferenceError> {
    let differ = |reason| Err(InferenceError::Incomparable { kind, reason });
    if reference.tokenizer() != candidate.tokenizer() {
        return differ("the vocabularies differ");
    }
    // Log-probabilities of given tokens need no rows beside one another: embeddings are padded to other lengths.
    if kind != ScoreKind::DeltaLogprob && reference.vocabulary() != candidate.vocabulary() {
        return differ("the vocabularies differ in size");
    }
    if reference.tokens() != candidate.tokens() {
        return differ("the tokens differ");
    }
    Ok(())
}

fn positions(scored: &Scored) -> usize {
    match scored {
        Scored::Logits(rows) => rows.len(),
        Scored::Tokens(values) => values.len(),
        Scored::Top(rows) => rows.len(),
    }
}

/// Entropy and cross-entropy at each position, of log-probabilities over the same events.
fn paired(positions: impl Iterator<Item = (Vec<f64>, Vec<f64>)>) -> Result<Figures, InferenceError> {
    let mut out = Figures { reference: Vec::new(), candidate: Vec::new(), bytes: 0 };
    for (ours, theirs) in positions {
        let expectation = |of: &[f64]| {
            // An event that has no probability at all contributes nothing, whatever its logarithm.
            let terms = ours.iter().zip(of).filter(|(p, _)| **p > f64::NEG_INFINITY);
            -terms.map(|(p, x)| p.exp() * x).sum::<f64>()
        };
        out.reference.push(figure(expectation(&ours))?);
        out.candidate.push(figure(expectation(&theirs))?);
    }
    Ok(out)
}

/// Log-probabilities of both over the candidate's most likely tokens and, as one event, all others. Taking events
/// together never raises a divergence (the data-processing inequality), so `kl-topk` is at most `kl`.
fn coarse(ours: &[f64], theirs: &[(u32, f64)]) -> (Vec<f64>, Vec<f64>) {
    let listed: BTreeSet<usize> = theirs.iter().filter_map(|(token, _)| usize::try_from(*token).ok()).collect();
    let at = |token: u32| usize::try_from(token).ok().and_then(|t| ours.get(t)).copied().unwrap_or(f64::NEG_INFINITY);
    let others = ours.iter().enumerate().filter(|(token, _)| !listed.contains(token));
    let our_rest = others.map(|(_, x)| x.exp()).sum::<f64>().ln();
    let their_rest = (1.0 - theirs.iter().map(|(_, x)| x.exp()).sum::<f64>()).ln();
    let events = |listed: Vec<f64>, rest: f64| listed.into_iter().chain([rest]).collect();
    (
        events(theirs.iter().map(|(token, _)| at(*token)).collect(), our_rest),
        events(theirs.iter().map(|(_, x)| *x).collect(), their_rest),
    )
}

fn token_figures(log_probs: &[f64]) -> Result<Vec<i64>, InferenceError> {
    log_probs.iter().map(|l| figure(-l)).collect()
}

/// `nats` in units of 2^-20, rounded to nearest. Comparisons come first, so that NaN is refused too.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // 2^40 is exact in f64, and checked
fn figure(nats: f64) -> Result<i64, InferenceError> {
    let units = (nats * FIGURE_SCALE as f64).round();
    if (0.0..=MAX_FIGURE as f64).contains(&units) { Ok(units as i64) } else { Err(InferenceError::FigureRange(nats)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_round_to_nearest_and_refuse_what_is_no_log_probability() {
        assert_eq!(figure(1.0).unwrap(), 1 << 20);
        assert_eq!(figure(1.5 / 1_048_576.0).unwrap(), 2);
        assert_eq!(figure(1.4 / 1_048_576.0).unwrap(), 1);
        assert_eq!(figure(-0.0).unwrap(), 0);
        for bad in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e9] {
            assert!(figure(bad).is_err(), "{bad}");
        }
    }
}
