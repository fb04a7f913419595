//! Uncompressed points as the zkey and ptau formats hold them: affine coordinates in Montgomery form, each 32
//! little-endian bytes, Fp2 as c0 then c1, infinity as zeros. Reading is a copy and a comparison, no arithmetic.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
};

use ark_bn254::{Fq, Fq2};
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;

/// Points that a thread takes at a time.
const CHUNK: usize = 256;

/// A value of fixed width in a file.
pub trait Coordinates: Sized {
    /// Width in bytes.
    const LEN: usize;
    /// Appends the bytes.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes the value from the front of `bytes`; `None` when they end early or a coordinate is not reduced. Whether
    /// a point is on its curve is not looked at.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

impl Coordinates for Fq {
    const LEN: usize = 32;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.0.0.iter().flat_map(|limb| limb.to_le_bytes()));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let limbs = read_limbs(bytes)?;
        (limbs < Self::MODULUS).then_some(Self::new_unchecked(limbs))
    }
}

impl Coordinates for Fq2 {
    const LEN: usize = 2 * Fq::LEN;

    fn write(&self, out: &mut Vec<u8>) {
        self.c0.write(out);
        self.c1.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::new(Fq::read(bytes)?, Fq::read(bytes)?))
    }
}

impl<P: SWCurveConfig> Coordinates for Affine<P>
where
    P::BaseField: Coordinates,
{
    const LEN: usize = 2 * P::BaseField::LEN;

    fn write(&self, out: &mut Vec<u8>) {
        // The identity's coordinates are zeros in memory as well.
        self.x.write(out);
        self.y.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self::new_unchecked(P::BaseField::read(bytes)?, P::BaseField::read(bytes)?))
    }
}

/// Takes 32 bytes, a little-endian integer, from the front of `bytes`; `None` when they end early.
pub(crate) fn read_limbs(bytes: &mut &[u8]) -> Option<BigInt<4>> {
    let mut limbs = [0; 4];
    for limb in &mut limbs {
        let (first, rest) = bytes.split_first_chunk()?;
        *limb = u64::from_le_bytes(*first);
        *bytes = rest;
    }
    Some(BigInt::new(limbs))
}

/// What is wrong with a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end early, or a coordinate is not below the field's modulus.
    NotReduced,
    /// It is on no curve.
    OffCurve,
    /// It is on the curve, yet outside the subgroup of prime order.
    OutsideSubgroup,
}

/// The first bad point of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPoint {
    /// Which one, counted from 0.
    pub index: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for BadPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::NotReduced => "has a coordinate at or above the modulus, or is cut off",
            Fault::OffCurve => "is not on the curve",
            Fault::OutsideSubgroup => "is outside the subgroup of prime order",
        };
        write!(f, "point {} {fault}", self.index)
    }
}

/// Checks that a point, which may be infinity, is on its curve and in the subgroup of prime order.
///
/// # Errors
/// What is wrong with it.
pub fn check<P: SWCurveConfig>(point: &Affine<P>) -> Result<(), Fault> {
    if !point.is_on_curve() {
        Err(Fault::OffCurve)
    } else if point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(())
    } else {
        Err(Fault::OutsideSubgroup)
    }
}

/// Reads points whose bytes were verified before, for instance by a pinned hash: coordinates are compared with the
/// modulus, which costs next to nothing, and curve and subgroup are not looked at. On all threads.
///
/// # Errors
/// The first point with a coordinate that is not reduced, or the one that is cut off.
pub fn read_trusted<P: SWCurveConfig>(bytes: &[u8]) -> Result<Vec<Affine<P>>, BadPoint>
where
    Affine<P>: Coordinates,
{
    read_with(bytes, |_| Ok(()))
}

/// Reads points of unknown origin, and [`check`]s each. On all threads; a G2 point takes some 80 µs.
///
/// # Errors
/// The first bad point.
pub fn read_checked<P: SWCurveConfig>(bytes: &[u8]) -> Result<Vec<Affine<P>>, BadPoint>
where
    Affine<P>: Coordinates,
{
    read_with(bytes, check)
}

fn read_with<P: SWCurveConfig>(
    bytes: &[u8],
    check: impl Fn(&Affine<P>) -> Result<(), Fault> + Sync,
) -> Result<Vec<Affine<P>>, BadPoint>
where
    Affine<P>: Coordinates,
{
    let width = Affine::<P>::LEN;
    if !bytes.len().is_multiple_of(width) {
        return Err(BadPoint { index: bytes.len() / width, fault: Fault::NotReduced });
    }
    let read = |mut bytes: &[u8]| {
        let point = Affine::read(&mut bytes).ok_or(Fault::NotReduced)?;
        check(&point).map(|()| point)
    };
    read_each(bytes, width, Affine::identity(), read).map_err(|(index, fault)| BadPoint { index, fault })
}

/// What `read` makes of each `width` bytes, on all threads; or the first place where it fails, and why.
///
/// The values are written once, by the thread that reads them: for a large key, memory that is touched for the first time
/// costs as much as the reading. `placeholder` stands where it failed, until all is thrown away.
pub(super) fn read_each<T: Copy + Send + Sync, E: Send>(
    bytes: &[u8],
    width: usize,
    placeholder: T,
    read: impl Fn(&[u8]) -> Result<T, E> + Sync,
) -> Result<Vec<T>, (usize, E)> {
    let first_bad = AtomicUsize::new(usize::MAX);
    let values = bytes.par_chunks_exact(width).with_min_len(CHUNK).enumerate().map(|(index, bytes)| {
        read(bytes).unwrap_or_else(|_| {
            first_bad.fetch_min(index, Ordering::Relaxed);
            placeholder
        })
    });
    let values = values.collect();
    let index = first_bad.into_inner();
    match bytes.chunks_exact(width).nth(index).map(read) {
        Some(Err(reason)) => Err((index, reason)),
        _ => Ok(values),
    }
}

/// [`check`]s every point. On all threads; a G2 point takes some 80 µs.
///
/// # Errors
/// The first bad point.
pub fn check_all<P: SWCurveConfig>(points: &[Affine<P>]) -> Result<(), BadPoint> {
    let places = points.par_iter().with_min_len(CHUNK).enumerate();
    let bad = places.find_map_first(|(index, point)| check(point).err().map(|fault| BadPoint { index, fault }));
    bad.map_or(Ok(()), Err)
}

/// The bytes of points. On all threads.
pub fn to_bytes<P: SWCurveConfig>(points: &[Affine<P>]) -> Vec<u8>
where
    Affine<P>: Coordinates,
{
    let width = Affine::<P>::LEN;
    let mut bytes = vec![0; points.len() * width];
    bytes.par_chunks_mut(width * CHUNK).zip(points.par_chunks(CHUNK)).for_each(|(place, points)| {
        let mut written = Vec::with_capacity(place.len());
        for point in points {
            point.write(&mut written);
        }
        place.copy_from_slice(&written);
    });
    bytes
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine, g1, g2};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::{AdditiveGroup, UniformRand};
    use ark_std::rand::{SeedableRng, rngs::StdRng};

    use super::*;

    /// A point of the twist outside the subgroup of prime order.
    fn outside() -> G2Affine {
        let mut rng = StdRng::seed_from_u64(1);
        let mut points = (0..100).filter_map(|_| G2Affine::get_point_from_x_unchecked(Fq2::rand(&mut rng), false));
        points.find(|point| !point.is_in_correct_subgroup_assuming_on_curve()).unwrap()
    }

    #[test]
    fn points_are_written_as_in_a_zkey() {
        let mut out = Vec::new();
        G1Affine::generator().write(&mut out);
        // The Montgomery form of 1, R mod q, little-endian, as snarkjs writes it.
        assert_eq!(
            out[..32],
            [
                0x9d, 0x0d, 0x8f, 0xc5, 0x8d, 0x43, 0x5d, 0xd3, 0x3d, 0x0b, 0xc7, 0xf5, 0x28, 0xeb, 0x78, 0x0a, 0x2c,
                0x46, 0x79, 0x78, 0x6f, 0xa3, 0x6e, 0x66, 0x2f, 0xdf, 0x07, 0x9a, 0xc1, 0x77, 0x0a, 0x0e
            ]
        );
        for point in [G2Affine::generator(), -G2Affine::generator(), G2Affine::zero()] {
            let mut out = Vec::new();
            point.write(&mut out);
            assert_eq!(out.len(), G2Affine::LEN);
            assert_eq!(G2Affine::read(&mut out.as_slice()), Some(point));
            assert_eq!(G2Affine::read(&mut &out[1..]), None);
        }
    }

    #[test]
    fn a_coordinate_above_the_modulus_is_refused() {
        let bytes: Vec<u8> = Fq::MODULUS.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        assert_eq!(Fq::read(&mut bytes.as_slice()), None);
    }

    #[test]
    fn many_points_come_back_and_the_first_bad_one_is_named() {
        let g = G1Affine::generator();
        let mut points: Vec<G1Affine> = (0..1000u64).map(|i| (g * ark_bn254::Fr::from(i)).into_affine()).collect();
        let bytes = to_bytes(&points);
        assert_eq!(read_trusted::<g1::Config>(&bytes).unwrap(), points);
        assert_eq!(read_checked::<g1::Config>(&bytes).unwrap(), points);
        assert_eq!(read_trusted::<g1::Config>(&[]), Ok(vec![]));
        let cut = read_trusted::<g1::Config>(&bytes[..bytes.len() - 1]);
        assert_eq!(cut, Err(BadPoint { index: 999, fault: Fault::NotReduced }));
        points[500].y.double_in_place();
        points[900].y.double_in_place();
        let bytes = to_bytes(&points);
        assert_eq!(read_trusted::<g1::Config>(&bytes).unwrap(), points);
        assert_eq!(read_checked::<g1::Config>(&bytes), Err(BadPoint { index: 500, fault: Fault::OffCurve }));
        let mut high = bytes.clone();
        high[700 * 64 + 32..701 * 64].fill(0xff);
        assert_eq!(read_trusted::<g1::Config>(&high), Err(BadPoint { index: 700, fault: Fault::NotReduced }));
    }

    #[test]
    fn a_point_outside_the_subgroup_is_refused_where_points_are_checked() {
        let point = outside();
        assert!(point.is_on_curve());
        let bytes = to_bytes(&[G2Affine::generator(), G2Affine::zero(), point]);
        assert_eq!(read_trusted::<g2::Config>(&bytes).unwrap()[2], point);
        let refused = Err(BadPoint { index: 2, fault: Fault::OutsideSubgroup });
        assert_eq!(read_checked::<g2::Config>(&bytes), refused);
    }
}
