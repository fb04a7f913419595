//! The points of a section, a chunk at a time, all checked.

use ark_bn254::{g1, g2};
use ark_ec::short_weierstrass::Affine;
use ark_std::rand::rngs::StdRng;

use super::CHUNK;
use crate::{
    SetupError,
    curve::{BigEndian, Endomorphism, outside_subgroup},
    formats::{
        points::Coordinates,
        ptau::{Ptau, read_points},
    },
    randomness,
};

/// G1 or G2.
pub(super) trait Group: Endomorphism<BaseField: Coordinates + BigEndian> {
    /// The first of the points, all on the curve, that is not in the group.
    fn outside(points: &[Affine<Self>], rng: &mut StdRng) -> Option<usize>;
}

impl Group for g1::Config {
    fn outside(_: &[Affine<Self>], _: &mut StdRng) -> Option<usize> {
        // All points of the curve are.
        None
    }
}

impl Group for g2::Config {
    fn outside(points: &[Affine<Self>], rng: &mut StdRng) -> Option<usize> {
        outside_subgroup(points, rng)
    }
}

/// The position of its first point, and its points.
type Chunk<P> = (usize, Vec<Affine<P>>);

/// Cuts the content of a section into chunks of points, each with the position of its first one. Every point is reduced, in
/// its group and not infinity.
///
/// # Errors
/// When the system gives no randomness; each chunk, [`SetupError::Format`] with section and position.
pub(super) fn checked_points<'a, P: Group>(
    file: &'a Ptau<'_>,
    section: u32,
    bytes: &'a [u8],
) -> Result<impl Iterator<Item = Result<Chunk<P>, SetupError>> + 'a, SetupError> {
    let mut rng = randomness::from_os()?;
    Ok(bytes.chunks(CHUNK * Affine::<P>::LEN).enumerate().map(move |(chunk, bytes)| {
        let start = chunk * CHUNK;
        let bad =
            |index: usize, reason: &str| file.bad(format!("section {section}, point {}: {reason}", start + index));
        let points = read_points::<P>(bytes).map_err(|(index, reason)| bad(index, reason))?;
        match P::outside(&points, &mut rng) {
            Some(index) => Err(bad(index, "it is outside the group G2")),
            None => Ok((start, points)),
        }
    }))
}
