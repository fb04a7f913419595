//! Whether many points of the twist are in the group G2.
//!
//! The twist has r·h points. h has no square factor and no prime factor below 10,069, so what a point has outside G2 lies in
//! groups of prime orders ℓ ≥ 10,069. Of a sum Σ cᵢ·Pᵢ with random 16-bit cᵢ, the part in such a group is 0 by chance
//! with a probability of at most 7/2^16 if it is not 0 for all Pᵢ (of the 2^16 values of one cᵢ at most 7 agree modulo ℓ). Ten
//! such sums, each tested to be in G2, miss a point outside with a probability below 2^−131.

use ark_bn254::{Fr, G2Affine};
use ark_ec::CurveGroup;
use ark_std::rand::Rng;

use crate::msm::{msm, signed};

/// Sums.
const SUMS: usize = 10;
/// Below this many points, one by one is faster.
const FEW: usize = 200;

/// The first of the points, which have to be on the curve, that is outside G2. On the thread pool.
pub(crate) fn outside_subgroup(points: &[G2Affine], rng: &mut impl Rng) -> Option<usize> {
    let all_inside = points.len() >= FEW
        && (0..SUMS).all(|_| {
            let factors: Vec<Fr> = points.iter().map(|_| Fr::from(rng.r#gen::<u16>())).collect();
            msm(points, &signed(&factors)).into_affine().is_in_correct_subgroup_assuming_on_curve()
        });
    if all_inside {
        return None;
    }
    points.iter().position(|point| !point.is_in_correct_subgroup_assuming_on_curve())
}

#[cfg(test)]
mod tests {
    use ark_bn254::{Fq2, g2};
    use ark_ec::{AffineRepr, CurveConfig, PrimeGroup, short_weierstrass::Projective};
    use ark_ff::{AdditiveGroup, PrimeField, UniformRand};

    use super::*;
    use crate::randomness;

    type G2Projective = Projective<g2::Config>;

    /// A multiple by the plain definition: points outside G2 do not go through arkworks' fast one.
    fn times(point: G2Projective, factor: &[u64]) -> G2Projective {
        let bits = factor.iter().rev().flat_map(|limb| (0..64).rev().map(move |bit| limb >> bit & 1 == 1));
        bits.fold(G2Projective::ZERO, |mut sum, bit| {
            sum.double_in_place();
            if bit { sum + point } else { sum }
        })
    }

    /// n/d of little-endian limbs, exact.
    fn divided(n: &[u64], d: u64) -> Vec<u64> {
        let (mut rest, mut quotient) = (0u128, vec![0; n.len()]);
        for (q, limb) in quotient.iter_mut().zip(n).rev() {
            let value = rest << 64 | u128::from(*limb);
            *q = u64::try_from(value / u128::from(d)).unwrap();
            rest = value % u128::from(d);
        }
        assert_eq!(rest, 0);
        quotient
    }

    /// A point of order 10,069: the hardest to notice.
    fn of_smallest_order() -> G2Projective {
        let mut rng = randomness::from_os().unwrap();
        let cofactor = divided(g2::Config::COFACTOR, 10_069);
        loop {
            let Some(point) = G2Affine::get_point_from_x_unchecked(Fq2::rand(&mut rng), false) else { continue };
            let small = times(times(point.into_group(), &cofactor), &Fr::MODULUS.0);
            if small != G2Projective::ZERO {
                assert_eq!(times(small, &[10_069]), G2Projective::ZERO);
                return small;
            }
        }
    }

    #[test]
    fn one_point_outside_among_many_is_found() {
        let mut rng = randomness::from_os().unwrap();
        let mut point = G2Projective::generator();
        let inside: Vec<G2Projective> = (0..2 * FEW)
            .map(|_| {
                point.double_in_place();
                point
            })
            .collect();
        let good = G2Projective::normalize_batch(&inside);
        let small = of_smallest_order();
        for few in [FEW / 2, 2 * FEW] {
            assert_eq!(outside_subgroup(&good[..few], &mut rng), None);
            let mut bad = good[..few].to_vec();
            bad[77] = (inside[77] + small).into_affine();
            assert_eq!(outside_subgroup(&bad, &mut rng), Some(77));
            bad[78] = (inside[78] - small).into_affine();
            assert_eq!(outside_subgroup(&bad, &mut rng), Some(77));
        }
        assert_eq!(outside_subgroup(&[], &mut rng), None);
    }
}
