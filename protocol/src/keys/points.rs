//! Compressed points of BN254 with exactly one accepted encoding each.
//!
//! The encoding is arkworks': x little-endian (for G2 first c0, then c1), and in the last byte bit 7 set when y is the
//! larger of the two roots, bit 6 for infinity.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalSerialize, Compress, Validate};

use super::{PointError, subgroup::is_in_g2};

/// Bytes of a compressed G1 point.
pub(super) const G1_LEN: usize = 32;
/// Bytes of a compressed G2 point.
pub(super) const G2_LEN: usize = 64;

/// The canonical encoding of a G1 point.
pub(super) fn encode_g1(point: &G1Affine) -> [u8; G1_LEN] {
    encode(point)
}

/// The canonical encoding of a G2 point.
pub(super) fn encode_g2(point: &G2Affine) -> [u8; G2_LEN] {
    encode(point)
}

/// Reads a G1 point other than infinity. G1 has cofactor 1, so being on the curve is being in the group.
pub(super) fn decode_g1(bytes: &[u8; G1_LEN]) -> Result<G1Affine, PointError> {
    let point = decode::<G1Affine, G1_LEN>(bytes)?;
    if point.is_in_correct_subgroup_assuming_on_curve() { Ok(point) } else { Err(PointError::OutsideSubgroup) }
}

/// Reads a G2 point other than infinity, of the prime-order subgroup.
pub(super) fn decode_g2(bytes: &[u8; G2_LEN]) -> Result<G2Affine, PointError> {
    let point = decode::<G2Affine, G2_LEN>(bytes)?;
    // G2's cofactor is large: without this check a point of small order would pass as a member.
    if is_in_g2(&point) { Ok(point) } else { Err(PointError::OutsideSubgroup) }
}

fn encode<P: CanonicalSerialize, const N: usize>(point: &P) -> [u8; N] {
    let mut bytes = [0; N];
    // A point always fits the constant length of its group, so writing into the array cannot fail.
    let written = point.serialize_compressed(bytes.as_mut_slice());
    debug_assert!(written.is_ok());
    bytes
}

fn decode<P: AffineRepr, const N: usize>(bytes: &[u8; N]) -> Result<P, PointError> {
    // Decompression solves for y, so a decoded point is on the curve; the subgroup is the caller's check.
    let point =
        P::deserialize_with_mode(bytes.as_slice(), Compress::Yes, Validate::No).map_err(|_| PointError::NotAPoint)?;
    if point.is_zero() {
        return Err(PointError::Infinity);
    }
    if encode::<P, N>(&point) != *bytes {
        return Err(PointError::NotCanonical);
    }
    Ok(point)
}
