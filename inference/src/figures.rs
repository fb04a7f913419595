//! The boundary between floats and integers: two answers in, integer figures out.

use pot_protocol::score::{FIGURE_SCALE, Figures, MAX_FIGURE, ScoreKind};

use crate::logprobs::log_softmax;
use crate::{Answer, InferenceError};

/// The integer figures of two answers to one prompt, in units of 2^-20 nat, each rounded to nearest.
///
/// `kl` takes entropy and cross-entropy at the last `k` predicted tokens, `delta-logprob` their log-probabilities,
/// `delta-ce` those of all predicted tokens and the length of the text (`k` is not used). All sums are in f64, from
/// the engine's f32 logits. A model against itself has a KL of exactly 0: both sums run over the same terms.
///
/// # Errors
/// [`InferenceError`] when the answers are about other tokens (`kl`, `delta-logprob`) or texts, were evaluated with
/// another K, or hold a value out of range. Errors are never scores.
pub fn figures(kind: ScoreKind, k: u32, reference: &Answer, candidate: &Answer) -> Result<Figures, InferenceError> {
    if reference.text_sha256() != candidate.text_sha256() {
        return Err(InferenceError::TextMismatch { reference: reference.bytes(), candidate: candidate.bytes() });
    }
    match kind {
        ScoreKind::Kl => {
            comparable(kind, k, reference, candidate)?;
            kl(reference, candidate)
        }
        ScoreKind::DeltaLogprob => {
            comparable(kind, k, reference, candidate)?;
            let last =
                |a: &Answer| token_figures(a.token_log_probs().iter().skip(a.token_log_probs().len() - a.rows().len()));
            Ok(Figures { reference: last(reference)?, candidate: last(candidate)?, bytes: 0 })
        }
        ScoreKind::DeltaCe => Ok(Figures {
            reference: token_figures(reference.token_log_probs().iter())?,
            candidate: token_figures(candidate.token_log_probs().iter())?,
            bytes: reference.bytes(),
        }),
        other => Err(InferenceError::Kind(other)),
    }
}

/// Index-by-index comparison needs one tokenizer, one vocabulary, the same tokens and K distributions on both sides.
fn comparable(kind: ScoreKind, k: u32, reference: &Answer, candidate: &Answer) -> Result<(), InferenceError> {
    let differ = |reason| Err(InferenceError::Incomparable { kind, reason });
    if reference.tokenizer() != candidate.tokenizer() {
        return differ("the tokenizers differ");
    }
    if reference.vocabulary() != candidate.vocabulary() {
        return differ("the vocabularies differ in size");
    }
    if reference.tokens() != candidate.tokens() {
        return differ("the tokens differ");
    }
    for answer in [reference, candidate] {
        if k == 0 || u32::try_from(answer.rows().len()) != Ok(k) {
            return Err(InferenceError::WrongK { evaluated: answer.rows().len(), k });
        }
    }
    Ok(())
}

fn kl(reference: &Answer, candidate: &Answer) -> Result<Figures, InferenceError> {
    let mut out = Figures { reference: Vec::new(), candidate: Vec::new(), bytes: 0 };
    for (ours, theirs) in reference.rows().iter().zip(candidate.rows()) {
        let (ours, theirs) = (log_softmax(ours), log_softmax(theirs));
        let expectation = |of: &[f64]| -ours.iter().zip(of).map(|(p, x)| p.exp() * x).sum::<f64>();
        out.reference.push(figure(expectation(&ours))?);
        out.candidate.push(figure(expectation(&theirs))?);
    }
    Ok(out)
}

fn token_figures<'a>(log_probs: impl Iterator<Item = &'a f64>) -> Result<Vec<i64>, InferenceError> {
    log_probs.map(|l| figure(-l)).collect()
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
