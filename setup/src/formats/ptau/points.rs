//! Points of a `.ptau`, checked.

use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, SWCurveConfig},
};
use rayon::prelude::*;

use crate::formats::points::{Coordinates, read_trusted};

/// Points that a task checks at least.
const CHUNK: usize = 1 << 8;
const NOT_REDUCED: &str = "a coordinate is not reduced, or the bytes end early";

/// Reads points, on all cores. Each has to be reduced, on its curve and not infinity (no power of a ceremony's secrets
/// is 0, nor does a Lagrange polynomial have a root there); whether points of G2 are in the subgroup is **not** looked at.
///
/// # Errors
/// The first point that is refused, counted from 0, and why.
pub fn read_points<P: SWCurveConfig>(bytes: &[u8]) -> Result<Vec<Affine<P>>, (usize, &'static str)>
where
    Affine<P>: Coordinates,
{
    let points = read_trusted::<P>(bytes).map_err(|bad| (bad.index, NOT_REDUCED))?;
    let bad = points
        .par_iter()
        .with_min_len(CHUNK)
        .enumerate()
        .find_map_first(|(i, point)| check(point).err().map(|reason| (i, reason)));
    bad.map_or(Ok(points), Err)
}

/// Reads one point, as [`read_points`] does.
///
/// # Errors
/// Why it is refused.
pub fn read_point<P: SWCurveConfig>(mut bytes: &[u8]) -> Result<Affine<P>, &'static str>
where
    Affine<P>: Coordinates,
{
    let point = Affine::<P>::read(&mut bytes).ok_or(NOT_REDUCED)?;
    check(&point)?;
    Ok(point)
}

fn check<P: SWCurveConfig>(point: &Affine<P>) -> Result<(), &'static str> {
    if point.is_zero() {
        Err("it is the point at infinity")
    } else if point.is_on_curve() {
        Ok(())
    } else {
        Err("it is not on the curve")
    }
}
