//! Whether a point of BN254's twist is one of G2, in half the time of the usual way.
//!
//! The curve E′(Fq²) has h·r points, of which G2 are those of prime order r; h = q − 1 + t is no multiple of r. With ψ the
//! untwist-Frobenius-twist endomorphism and x the parameter of the curve, P is in G2 exactly when
//!
//! ```text
//! [x+1]P + ψ([x]P) + ψ²([x]P) = ψ³([2x]P)
//! ```
//!
//! (Y. Dai, K. Lin, C.-A. Zhao, Z. Zhou, *Fast subgroup membership testings for G1, G2 and GT on pairing-friendly curves*,
//! eprint 2022/348; gnark-crypto does the same.) On G2 ψ multiplies by q, and (x+1) + x·q + x·q² − 2x·q³ is 0 modulo r. The other
//! way round: ψ² − tψ + q = 0 on the whole curve, so whatever the left side less the right sends to zero is sent to zero by that
//! polynomial's norm over X² − tX + q too, and that norm has no factor in common with h. A test holds all of this against
//! arkworks' check, which multiplies by the longer 6x², also at points whose order is one of h's primes.

use ark_bn254::{Config, G2Affine, G2Projective};
use ark_ec::{AffineRepr, bn::BnConfig};
use ark_ff::{AdditiveGroup, Field};

/// Whether a point of the curve is in G2. Infinity is.
pub(super) fn is_in_g2(point: &G2Affine) -> bool {
    let x = point.mul_bigint(Config::X);
    let first = psi(x);
    let second = psi(first);
    x + point + first + second == psi(second).double()
}

/// ψ: (X, Y) → (X^q · (9+u)^((q−1)/3), Y^q · (9+u)^((q−1)/2)), in Jacobian coordinates.
fn psi(mut point: G2Projective) -> G2Projective {
    for coordinate in [&mut point.x, &mut point.y, &mut point.z] {
        coordinate.frobenius_map_in_place(1);
    }
    point.x *= Config::TWIST_MUL_BY_Q_X;
    point.y *= Config::TWIST_MUL_BY_Q_Y;
    point
}

#[cfg(test)]
mod tests {
    use ark_bn254::{Fq2, Fr};
    use ark_ec::{CurveGroup, PrimeGroup};
    use ark_ff::{BigInt, BigInteger, PrimeField};

    use super::*;

    /// The prime factors of h below 2^64, and the last one.
    const SMALL: [u64; 3] = [10069, 5_864_401, 1_875_725_156_269];
    const LAST: BigInt<4> = ark_ff::BigInt!("197620364512881247228717050342013327560683201906968909");
    /// h, the cofactor.
    const COFACTOR: BigInt<4> =
        ark_ff::BigInt!("21888242871839275222246405745257275088844257914179612981679871602714643921549");

    /// Points of the curve that nobody chose, and so in no subgroup in particular.
    fn strays() -> impl Iterator<Item = G2Affine> {
        (1u64..).filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new((x * x).into(), x.into()), x % 2 == 0))
    }

    #[test]
    fn every_multiple_of_the_generator_is_in() {
        let mut point = G2Projective::generator();
        for _ in 0..300 {
            assert!(is_in_g2(&point.into_affine()) && is_in_g2(&(-point).into_affine()));
            point = point.double() + G2Projective::generator() * Fr::from(7u64);
        }
        assert!(is_in_g2(&G2Affine::identity()));
    }

    #[test]
    fn strays_are_out_and_come_in_with_their_cofactor_cleared() {
        for stray in strays().take(60) {
            assert!(!stray.is_in_correct_subgroup_assuming_on_curve() && !is_in_g2(&stray));
            let cleared = stray.mul_bigint(COFACTOR).into_affine();
            assert!(cleared.is_in_correct_subgroup_assuming_on_curve() && is_in_g2(&cleared));
        }
    }

    #[test]
    fn no_point_whose_order_is_a_prime_of_the_cofactor_gets_in_by_itself_or_beside_one_of_g2() {
        let whole: BigInt<4> = SMALL.iter().fold(LAST, |product, prime| {
            // Every product on the way is below 2^256.
            product.mul_low(&BigInt::from(*prime))
        });
        assert_eq!(whole, COFACTOR);
        let all: Vec<BigInt<4>> = SMALL.iter().map(|prime| BigInt::from(*prime)).chain([LAST]).collect();
        for prime in &all {
            let others = all.iter().filter(|other| *other != prime).fold(BigInt::from(1u64), |p, o| p.mul_low(o));
            let point = strays()
                .map(|stray| stray.mul_bigint(Fr::MODULUS).into_affine().mul_bigint(others))
                .find(|point| point.into_affine() != G2Affine::identity())
                .unwrap();
            assert!(point.into_affine().mul_bigint(*prime).into_affine() == G2Affine::identity(), "of that order");
            let beside = point + G2Projective::generator() * Fr::from(12345u64);
            for point in [point, beside, -beside, beside.double()] {
                assert!(!is_in_g2(&point.into_affine()), "{prime}");
            }
        }
    }
}
