//! Whether a section holds powers of one τ: P_{i+1} = τ·Pᵢ for all i.
//!
//! With random 128-bit cᵢ, R = Σ cᵢ·Pᵢ and R' = Σ cᵢ·P_{i+1} have the ratio τ; if any two neighbours have not, then R and R'
//! have it with a probability of 2^−128 only. One pairing equation a section, whatever its length.

use ark_bn254::Fr;
use ark_ec::{
    CurveGroup,
    short_weierstrass::{Affine, Projective},
};
use ark_ff::AdditiveGroup;
use ark_std::rand::{Rng, rngs::StdRng};

use super::{
    Report,
    hashes::PointHashes,
    points::{Group, checked_points},
};
use crate::{
    SetupError,
    formats::ptau::{Powers, Ptau},
    msm::{msm, signed},
};

/// What is left of a section to check.
pub(super) struct Summary<P: Group> {
    /// Its first point and its second.
    pub(super) first: [Affine<P>; 2],
    /// R and R'.
    pub(super) sums: [Affine<P>; 2],
}

/// Reads a section, checks every point by itself, hashes it and forms its sums.
///
/// # Errors
/// [`SetupError::Format`] with the position of a point that is none.
pub(super) fn summarize<P: Group>(
    file: &Ptau<'_>,
    powers: Powers,
    hashes: &mut PointHashes,
    rng: &mut StdRng,
    report: Report<'_>,
) -> Result<Summary<P>, SetupError> {
    let (mut sum, mut shifted) = (Projective::<P>::ZERO, Projective::<P>::ZERO);
    let (mut first, mut last) = (None, None);
    for chunk in checked_points::<P>(file, powers.section(), file.powers(powers))? {
        let (start, points) = chunk?;
        report(powers.name(), start, powers.count(file.power()));
        hashes.update(&points);
        first = first.or_else(|| points.first_chunk().copied());
        if let (Some(last), [next, ..]) = (last, points.as_slice()) {
            let factor = random(rng);
            sum += Projective::from(last) * factor;
            shifted += Projective::from(*next) * factor;
        }
        last = points.last().copied();
        let factors: Vec<Fr> = (1..points.len()).map(|_| random(rng)).collect();
        let factors = signed(&factors);
        sum += msm(&points[..points.len() - 1], &factors);
        shifted += msm(&points[1..], &factors);
    }
    // Every section has two points or more.
    let first = first.ok_or_else(|| file.bad(format!("section {} is empty", powers.section())))?;
    Ok(Summary { first, sums: [sum.into_affine(), shifted.into_affine()] })
}

/// A factor of a random linear combination.
pub(super) fn random(rng: &mut StdRng) -> Fr {
    Fr::from(rng.r#gen::<u128>())
}
