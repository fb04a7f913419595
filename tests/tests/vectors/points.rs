//! Field elements and curve points that no honest file holds.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, PrimeField};
use pot_protocol::keys::ProofPoints;

/// r, the order of the groups, as 32 big-endian bytes.
pub(crate) fn order() -> Vec<u8> {
    Fr::MODULUS.to_bytes_be()
}

/// q, the modulus of the coordinates, as 32 little-endian bytes.
pub(crate) fn modulus() -> [u8; 32] {
    Fq::MODULUS.to_bytes_le().try_into().unwrap()
}

/// The same element in other bytes: a big-endian number plus r.
pub(crate) fn plus_order(bytes: &[u8]) -> Vec<u8> {
    let mut number = Fr::from_be_bytes_mod_order(bytes).into_bigint();
    number.add_with_carry(&Fr::MODULUS);
    number.to_bytes_be()
}

/// r minus a big-endian number below r.
pub(crate) fn minus(bytes: &[u8]) -> Vec<u8> {
    (-Fr::from_be_bytes_mod_order(bytes)).into_bigint().to_bytes_be()
}

/// The coordinate plus q with its flags as they were; `None` where that takes more than 254 bits.
pub(crate) fn plus_modulus(coordinate: &[u8]) -> Option<[u8; 32]> {
    let flags = coordinate[31] & 0xc0;
    let mut number: [u8; 32] = coordinate.try_into().unwrap();
    number[31] &= 0x3f;
    let mut sum = Fq::from_le_bytes_mod_order(&number).into_bigint();
    let carried = sum.add_with_carry(&Fq::MODULUS);
    let mut bytes: [u8; 32] = sum.to_bytes_le().try_into().unwrap();
    if carried || bytes[31] & 0xc0 != 0 {
        return None;
    }
    bytes[31] |= flags;
    Some(bytes)
}

/// The smallest x that no point of G1's curve has.
pub(crate) fn x_without_point() -> [u8; 32] {
    let x = (1u64..1000).map(Fq::from).find(|&x| G1Affine::get_point_from_x_unchecked(x, false).is_none()).unwrap();
    x.into_bigint().to_bytes_le().try_into().unwrap()
}

/// The smallest x in Fq that no point of G2's curve has, with a second coefficient of 0.
pub(crate) fn x_without_point_of_g2() -> Vec<u8> {
    let no_point = |x: &Fq| G2Affine::get_point_from_x_unchecked(Fq2::new(*x, Fq::from(0u64)), false).is_none();
    let x = (1u64..1000).map(Fq::from).find(no_point).unwrap();
    [x.into_bigint().to_bytes_le(), vec![0; 32]].concat()
}

/// A point of the twist outside the subgroup of order r.
pub(crate) fn stray() -> G2Affine {
    let points =
        (1u64..1000).filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(0u64)), false));
    points.into_iter().find(|point| !point.is_in_correct_subgroup_assuming_on_curve()).unwrap()
}

/// A point of the twist whose order divides the cofactor, so that r times it is not infinity and no part of it is in the
/// subgroup.
pub(crate) fn torsion() -> G2Affine {
    let point = stray().mul_bigint(Fr::MODULUS).into_affine();
    assert!(!point.is_zero());
    point
}

/// Compressed points of G1 and G2.
pub(crate) fn compressed(g1: &G1Affine, g2: &G2Affine) -> ([u8; 32], [u8; 64]) {
    let bytes = ProofPoints::encode(g1, g2, g1).0;
    (bytes[..32].try_into().unwrap(), bytes[32..96].try_into().unwrap())
}
