//! Each point of a list by a scalar of its own.

use ark_bn254::{Fq, Fr, g1, g2};
use ark_ec::{
    scalar_mul::glv::GLVConfig,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::{Field, MontFp};
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

use super::{
    batch::Batch,
    glv::{Digits, ODD_MULTIPLES},
};

/// Points that go through the digits together: enough to share an inversion at positions where one in six adds
/// something, few enough for their tables to stay in the second-level cache.
const CHUNK: usize = 1024;

/// A group with the endomorphism that multiplies by the λ of [`super::glv`].
pub(crate) trait Endomorphism: SWCurveConfig<ScalarField = Fr> {
    /// λ·point, for a point of the subgroup.
    fn lambda_times(point: &Affine<Self>) -> Affine<Self>;
}

impl Endomorphism for g1::Config {
    fn lambda_times(point: &Affine<Self>) -> Affine<Self> {
        Self::endomorphism_affine(point)
    }
}

impl Endomorphism for g2::Config {
    fn lambda_times(point: &Affine<Self>) -> Affine<Self> {
        // β², a cube root of unity as well. With G1's β itself, G2's eigenvalue is λ².
        const BETA_SQUARED: Fq = MontFp!("2203960485148121921418603742825762020974279258880205651966");
        let mut turned = *point;
        turned.x.mul_assign_by_basefield(&BETA_SQUARED);
        turned
    }
}

/// Multiplies `points[i]` by `scalars[i]`, in place, on the thread pool.
///
/// The points have to be in the subgroup (for G1: on the curve): others' results would be wrong, and would betray something
/// of the scalars. What this function keeps of the scalars is wiped; its time depends on them.
///
/// # Panics
/// When there are not as many scalars as points.
pub(crate) fn scale_each<P: Endomorphism>(points: &mut [Affine<P>], scalars: &[Fr]) {
    assert_eq!(points.len(), scalars.len(), "one scalar for each point");
    points.par_chunks_mut(CHUNK).zip(scalars.par_chunks(CHUNK)).for_each(|(points, scalars)| {
        // Factors 1, of which Fourier transforms have many, cost nothing.
        let places: Vec<usize> = (0..points.len()).filter(|&i| scalars[i] != Fr::ONE).collect();
        let mut own: Vec<Affine<P>> = places.iter().map(|&i| points[i]).collect();
        let digits: Vec<Digits> = places.iter().map(|&i| Digits::of(&scalars[i])).collect();
        scale_chunk(&mut own, &digits);
        for (place, point) in places.into_iter().zip(own) {
            points[place] = point;
        }
    });
}

/// Double and add from the highest digit down, all points in step.
fn scale_chunk<P: Endomorphism>(points: &mut [Affine<P>], digits: &[Digits]) {
    let mut batch = Batch::new(points.len());
    let odd = odd_multiples(points, &mut batch);
    points.fill(Affine::identity());
    let length = digits.iter().map(|digits| digits.first.len()).max().unwrap_or_default();
    // By position, so that they are read in the order in which they lie.
    let halves = [false, true].map(|second| {
        let mut by_position = Zeroizing::new(vec![0i8; length * points.len()]);
        for (place, digits) in digits.iter().enumerate() {
            let half = if second { &digits.second } else { &digits.first };
            for (position, digit) in half.iter().enumerate() {
                by_position[position * points.len() + place] = *digit;
            }
        }
        (second, by_position)
    });
    let (mut places, mut sums, mut summands) = (Vec::new(), Vec::new(), Vec::new());
    for position in (0..length).rev() {
        batch.double(points);
        for (second, digits) in &halves {
            // One in six has something to add.
            places.clear();
            sums.clear();
            summands.clear();
            for (place, &digit) in digits[position * points.len()..][..points.len()].iter().enumerate() {
                if digit != 0 {
                    let multiple = odd[usize::from(digit.unsigned_abs() / 2)][place];
                    let multiple = if digit < 0 { -multiple } else { multiple };
                    summands.push(if *second { P::lambda_times(&multiple) } else { multiple });
                    sums.push(points[place]);
                    places.push(place);
                }
            }
            batch.add(&mut sums, summands.iter().copied());
            for (&place, sum) in places.iter().zip(&sums) {
                points[place] = *sum;
            }
        }
    }
    places.zeroize();
    sums.zeroize();
    summands.zeroize();
}

/// The points, 3 times them, 5 times them, and so on.
fn odd_multiples<P: SWCurveConfig>(points: &[Affine<P>], batch: &mut Batch<P::BaseField>) -> Vec<Vec<Affine<P>>> {
    let mut twice = points.to_vec();
    batch.double(&mut twice);
    let mut odd = vec![points.to_vec()];
    for multiple in 1..ODD_MULTIPLES {
        let mut next = odd[multiple - 1].clone();
        batch.add(&mut next, twice.iter().copied());
        odd.push(next);
    }
    odd
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine};
    use ark_ec::{AffineRepr, CurveGroup, short_weierstrass::Projective};
    use ark_ff::{AdditiveGroup, UniformRand};

    use super::*;
    use crate::randomness;

    fn agrees<P: Endomorphism>() {
        let mut rng = randomness::from_os().unwrap();
        let lambda = <g1::Config as GLVConfig>::LAMBDA;
        let special = [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(2u64), lambda, -lambda, lambda + Fr::ONE];
        let count = CHUNK + 10;
        let scalars: Vec<Fr> =
            (0..count).map(|i| special.get(i % 40).copied().unwrap_or_else(|| Fr::rand(&mut rng))).collect();
        let mut points: Vec<Projective<P>> = (0..count).map(|_| Projective::rand(&mut rng)).collect();
        points[39] = Projective::ZERO;
        let expected: Vec<_> = points.iter().zip(&scalars).map(|(point, scalar)| *point * scalar).collect();
        let mut scaled = Projective::normalize_batch(&points);
        scale_each(&mut scaled, &scalars);
        assert_eq!(scaled, Projective::normalize_batch(&expected));
        scale_each::<P>(&mut [], &[]);
    }

    #[test]
    fn equals_one_multiplication_a_point() {
        agrees::<g1::Config>();
        agrees::<g2::Config>();
    }

    #[test]
    fn both_groups_turn_by_the_same_lambda() {
        let lambda = <g1::Config as GLVConfig>::LAMBDA;
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        assert_eq!(g1::Config::lambda_times(&one), (one * lambda).into_affine());
        assert_eq!(g2::Config::lambda_times(&two), (two * lambda).into_affine());
    }
}
