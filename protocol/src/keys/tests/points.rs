use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};

use super::{g1, g2, g2_outside_the_subgroup};
use crate::keys::{
    PointError,
    points::{decode_g1, decode_g2, encode_g1, encode_g2},
};

/// x + q in 32 little-endian bytes, if that leaves the two flag bits free.
fn alias(x: Fq) -> Option<[u8; 32]> {
    let mut sum = x.into_bigint();
    let overflow = sum.add_with_carry(&Fq::MODULUS);
    let bytes: [u8; 32] = sum.to_bytes_le().try_into().ok()?;
    (!overflow && bytes[31] < 0x40).then_some(bytes)
}

#[test]
fn every_group_element_has_one_encoding_and_comes_back() {
    for k in 1u64..40 {
        for sign in [1i64, -1] {
            let k = ark_bn254::Fr::from(k) * ark_bn254::Fr::from(sign);
            assert_eq!(decode_g1(&encode_g1(&g1(k))), Ok(g1(k)));
            assert_eq!(decode_g2(&encode_g2(&g2(k))), Ok(g2(k)));
        }
    }
}

#[test]
fn a_coordinate_above_the_modulus_is_refused() {
    // The generator of G1 is (1, 2), so its x has an alias of 254 bits.
    let generator = G1Affine::generator();
    let aliased = alias(generator.x).unwrap();
    assert_eq!(encode_g1(&generator)[31] & 0xc0, 0);
    assert_eq!(decode_g1(&aliased), Err(PointError::NotAPoint));

    let (bytes, at) = (2u64..10_000)
        .find_map(|k| {
            let point = g2(k.into());
            let (c0, c1) = (alias(point.x.c0), alias(point.x.c1));
            let mut bytes = encode_g2(&point);
            match (c0, c1) {
                (Some(c0), _) => bytes[..32].copy_from_slice(&c0),
                (_, Some(c1)) => {
                    let flags = bytes[63] & 0xc0;
                    bytes[32..].copy_from_slice(&c1);
                    bytes[63] |= flags;
                }
                _ => return None,
            }
            Some((bytes, k))
        })
        .unwrap();
    assert_eq!(decode_g2(&bytes), Err(PointError::NotAPoint), "multiple {at}");
}

#[test]
fn infinity_is_refused_in_every_spelling() {
    assert_eq!(decode_g1(&encode_g1(&G1Affine::zero())), Err(PointError::Infinity));
    assert_eq!(decode_g2(&encode_g2(&G2Affine::zero())), Err(PointError::Infinity));
    let mut with_x = encode_g1(&g1(3u64.into()));
    with_x[31] = with_x[31] & 0x3f | 0x40;
    assert_eq!(decode_g1(&with_x), Err(PointError::Infinity));
    let mut both_flags = encode_g1(&g1(3u64.into()));
    both_flags[31] |= 0xc0;
    assert_eq!(decode_g1(&both_flags), Err(PointError::NotAPoint));
}

#[test]
fn an_x_without_a_point_is_refused() {
    let refused = (0u8..20).filter(|&x| {
        let mut bytes = [0; 32];
        bytes[0] = x;
        decode_g1(&bytes) == Err(PointError::NotAPoint)
    });
    assert!(refused.count() > 3);
}

#[test]
fn a_g2_point_outside_the_subgroup_is_refused() {
    let stray = g2_outside_the_subgroup();
    assert!(stray.is_on_curve() && !stray.is_zero());
    assert_eq!(decode_g2(&encode_g2(&stray)), Err(PointError::OutsideSubgroup));
}
