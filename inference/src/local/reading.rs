//! From the last hidden states to what was asked: the head is applied to the scored positions only, a few at a time.

use candle_core::{IndexOp, Tensor};

use crate::answer::token_log_prob;
use crate::families::ends::Head;
use crate::logprobs::log_softmax;
use crate::{Ask, InferenceError, Scored};

/// Logits of one prompt that are held at once, whatever the vocabulary: 32 MiB of them. A constant, because the number of
/// rows in a product of matrices may change how its sums are rounded.
const LOGITS_AT_ONCE: usize = 1 << 23;

/// Calls `f` with the number and the logits of each row of the hidden states `x` (1, positions, width).
pub(super) fn each_row(
    head: &Head,
    x: &Tensor,
    vocabulary: usize,
    mut f: impl FnMut(usize, &[f32]) -> Result<(), InferenceError>,
) -> Result<(), InferenceError> {
    let positions = x.dim(1)?;
    let rows = (LOGITS_AT_ONCE / vocabulary).max(1);
    for from in (0..positions).step_by(rows) {
        let some = x.narrow(1, from, rows.min(positions - from))?;
        let logits = head.forward(&some)?.i(0)?.flatten_all()?.to_vec1::<f32>()?;
        for (i, row) in logits.chunks(vocabulary).enumerate() {
            if row.iter().any(|x| !x.is_finite()) {
                return Err(InferenceError::NotFiniteLogit { position: from + i });
            }
            f(from + i, row)?;
        }
    }
    Ok(())
}

/// What `ask` asks about `tokens`, whose hidden states (of all but the last token) are `x` and whose first scored
/// predicted token is number `first`.
pub(super) fn scored(
    head: &Head,
    x: &Tensor,
    first: usize,
    tokens: &[u32],
    ask: Ask,
    vocabulary: usize,
) -> Result<Scored, InferenceError> {
    let predicted = tokens.get(first + 1..).unwrap_or_default();
    let x = x.narrow(1, first, predicted.len())?;
    match ask {
        Ask::Distributions(_) => {
            let mut rows = Vec::with_capacity(predicted.len());
            each_row(head, &x, vocabulary, |_, row| {
                rows.push(row.to_vec());
                Ok(())
            })?;
            Ok(Scored::Logits(rows))
        }
        Ask::LastTokens(_) | Ask::AllTokens => {
            let mut values = Vec::with_capacity(predicted.len());
            each_row(head, &x, vocabulary, |t, row| {
                values.push(token_log_prob(row, predicted[t])?);
                Ok(())
            })?;
            Ok(Scored::Tokens(values))
        }
        Ask::Top { top, .. } => {
            let mut rows = Vec::with_capacity(predicted.len());
            each_row(head, &x, vocabulary, |_, row| {
                rows.push(most_likely(row, top));
                Ok(())
            })?;
            Ok(Scored::Top(rows))
        }
    }
}

/// The `top` most likely tokens, the most likely first and of equals the one with the lower number.
fn most_likely(logits: &[f32], top: u32) -> Vec<(u32, f64)> {
    let mut ranked: Vec<(u32, f64)> = (0..).zip(log_softmax(logits)).collect();
    ranked.sort_by(|(i, a), (j, b)| b.total_cmp(a).then(i.cmp(j)));
    ranked.truncate(usize::try_from(top).unwrap_or(usize::MAX));
    ranked
}
