//! Multi-scalar multiplication Σ sᵢ·Pᵢ: Pippenger's bucket method with signed digits and affine buckets.
//!
//! Made for the prover's scalars, of which most are 0, ±1 or short and some are of full length: every window adds only the
//! points whose digit is not 0. Not constant in time.

mod scalars;
mod sums;

#[cfg(test)]
mod tests;

use ark_bn254::Fr;
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, Projective, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, BigInt};
use rayon::prelude::*;

pub use scalars::Signed;
use scalars::Windows;
pub(crate) use sums::{divisor, list_sums, sum};

/// The scalars in sign and magnitude.
pub fn signed(scalars: &[Fr]) -> Vec<Signed> {
    scalars.par_iter().map(Signed::from).collect()
}

/// Σ scalarᵢ·baseᵢ. The windows run side by side on the thread pool.
///
/// # Panics
/// When there are not as many scalars as bases.
pub fn msm<P: SWCurveConfig<ScalarField = Fr>>(bases: &[Affine<P>], scalars: &[Signed]) -> Projective<P> {
    assert_eq!(bases.len(), scalars.len(), "one scalar for each base");
    let used = || bases.iter().zip(scalars).filter(|(base, scalar)| !scalar.is_zero() && !base.is_zero());
    let mut lengths = [0; 257];
    used().for_each(|(_, scalar)| lengths[scalar.bits()] += 1);
    let windows = Windows::cheapest(&lengths);
    let terms: Vec<Term<P>> = used()
        .map(|(base, scalar)| Term { base, negative: scalar.negative, carrier: windows.carrier(scalar) })
        .collect();
    let sums: Vec<Projective<P>> =
        (0..windows.count()).into_par_iter().map(|window| window_sum(&terms, windows, window)).collect();
    sums.into_iter().rev().fold(Projective::ZERO, |total, sum| shifted(total, windows.width()) + sum)
}

/// A base whose scalar is not 0.
struct Term<'a, P: SWCurveConfig> {
    base: &'a Affine<P>,
    negative: bool,
    carrier: BigInt<4>,
}

/// Σ dᵢ·baseᵢ for the digits of one window.
fn window_sum<P: SWCurveConfig>(terms: &[Term<'_, P>], windows: Windows, window: usize) -> Projective<P> {
    let digits: Vec<(bool, usize)> = terms.iter().map(|term| windows.digit(&term.carrier, window)).collect();
    let mut lengths = vec![0; windows.buckets()];
    digits.iter().filter(|(_, digit)| *digit > 0).for_each(|(_, digit)| lengths[digit - 1] += 1);
    let mut ends: Vec<usize> = lengths
        .iter()
        .scan(0, |end, length| {
            *end += length;
            Some(*end)
        })
        .collect();
    let mut sorted = vec![Affine::identity(); ends.last().copied().unwrap_or_default()];
    for (term, &(negative, digit)) in terms.iter().zip(&digits) {
        if digit > 0 {
            ends[digit - 1] -= 1;
            sorted[ends[digit - 1]] = if negative == term.negative { *term.base } else { -*term.base };
        }
    }
    weighted_sum(&list_sums(sorted, &lengths))
}

/// Σ (i+1)·bucketᵢ, for a power of two of buckets.
///
/// The buckets are laid out as a table. With w columns, i = w·row + column, so the sum is w·Σ row·(row's sum) +
/// Σ (column+1)·(column's sum): the long sums are plain ones again, and only the short ones are weighted.
fn weighted_sum<P: SWCurveConfig>(buckets: &[Affine<P>]) -> Projective<P> {
    let log_columns = buckets.len().ilog2().div_ceil(2);
    let columns = 1 << log_columns;
    let rows = buckets.len() / columns;
    let row_sums = list_sums(buckets.to_vec(), &vec![columns; rows]);
    let transposed = (0..columns).flat_map(|column| buckets.iter().skip(column).step_by(columns).copied()).collect();
    let column_sums = list_sums(transposed, &vec![rows; columns]);
    shifted(running_sum(&row_sums[1..]), log_columns as usize) + running_sum(&column_sums)
}

/// Σ (i+1)·pointᵢ, by adding up the sums of all tails.
fn running_sum<P: SWCurveConfig>(points: &[Affine<P>]) -> Projective<P> {
    let (mut tail, mut total) = (Projective::ZERO, Projective::ZERO);
    for point in points.iter().rev() {
        tail += point;
        total += &tail;
    }
    total
}

/// 2^bits · point.
fn shifted<P: SWCurveConfig>(mut point: Projective<P>, bits: usize) -> Projective<P> {
    for _ in 0..bits {
        point.double_in_place();
    }
    point
}
