//! From the last hidden states to what was asked: the head is applied to the scored positions only, a few at a time.

use candle_core::{Storage, Tensor};
use rayon::prelude::*;

use super::engine::Input;
use crate::InferenceError;
use crate::families::ends::Head;
use crate::families::exp::{largest, sum_of_powers};
use crate::logprobs::log_softmax;
use crate::weights::all_finite;

/// Logits of one stack that are held at once, whatever the vocabulary: 64 MiB of them.
const LOGITS_AT_ONCE: usize = 1 << 24;

/// What `read` makes of the number of an input, a row of it and the logits there, for the rows that are asked about of
/// each of the inputs whose hidden states `x` (1, rows, width) lie below one another.
///
/// # Errors
/// The engine's error; those of a row are its input's.
pub(super) fn rows<T: Send>(
    head: &Head,
    x: &Tensor,
    inputs: &[Input<'_>],
    vocabulary: usize,
    read: impl Fn(usize, usize, &[f32]) -> Result<T, InferenceError> + Sync,
) -> Result<Vec<Result<Vec<T>, InferenceError>>, InferenceError> {
    let (mut asked, mut parts, mut from) = (Vec::new(), Vec::new(), 0);
    for (index, input) in inputs.iter().enumerate() {
        let rows = input.tokens.len();
        parts.push(x.narrow(1, from + input.first, rows - input.first)?);
        asked.extend((input.first..rows).map(|t| (index, t)));
        from += rows;
    }
    let x = Tensor::cat(&parts, 1)?;
    let mut out: Vec<Result<Vec<T>, InferenceError>> = inputs.iter().map(|_| Ok(Vec::new())).collect();
    let at_once = (LOGITS_AT_ONCE / vocabulary).max(1);
    for (number, asked) in asked.chunks(at_once).enumerate() {
        let some = x.narrow(1, number * at_once, asked.len())?;
        let one = |(row, &(index, t)): (&[f32], &(usize, usize))| {
            if all_finite(row) {
                read(index, t, row)
            } else {
                Err(InferenceError::NotFiniteLogit { position: t - inputs[index].first })
            }
        };
        let logits = head.forward(&some)?.contiguous()?;
        let (storage, layout) = logits.storage_and_layout();
        let copy: Vec<f32>;
        let values = if let Storage::Cpu(values) = &*storage {
            &values.as_slice::<f32>()?[layout.start_offset()..]
        } else {
            copy = logits.flatten_all()?.to_vec1()?;
            &copy
        };
        let values: Vec<_> = (values.par_chunks(vocabulary), asked).into_par_iter().map(one).collect();
        for (&(index, _), value) in asked.iter().zip(values) {
            match (&mut out[index], value) {
                (Ok(all), Ok(value)) => all.push(value),
                (all @ Ok(_), Err(error)) => *all = Err(error),
                (Err(_), _) => {}
            }
        }
    }
    Ok(out)
}

/// The log-probability in nats of `token` under finite logits. The exponentials are good to 3·10⁻⁷ of themselves, which is
/// less than the 2⁻²⁰ nat that figures are rounded to.
pub(super) fn log_prob(logits: &[f32], token: u32) -> Result<f64, InferenceError> {
    let at = usize::try_from(token).ok().and_then(|column| logits.get(column));
    let logit = at.ok_or(InferenceError::BadToken { token, vocabulary: logits.len() })?;
    let top = largest(logits);
    Ok(f64::from(*logit) - f64::from(top) - sum_of_powers(logits, top).ln())
}

/// The `top` most likely tokens, the most likely first and of equals the one with the lower number.
pub(super) fn most_likely(logits: &[f32], top: u32) -> Vec<(u32, f64)> {
    let mut ranked: Vec<(u32, f64)> = (0..).zip(log_softmax(logits)).collect();
    ranked.sort_by(|(i, a), (j, b)| b.total_cmp(a).then(i.cmp(j)));
    ranked.truncate(usize::try_from(top).unwrap_or(usize::MAX));
    ranked
}
