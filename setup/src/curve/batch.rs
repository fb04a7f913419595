//! Affine doublings and additions of whole lists, element by element, with one inversion a list.
//!
//! With Montgomery's trick an inversion costs three multiplications, so an affine addition costs six and a doubling
//! seven: less than in any projective coordinates, and the results need no conversion. Lists should be long enough to make
//! the one true inversion cheap (some hundreds) and short enough to stay in the cache (some thousands).

use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::{Field, fields::serial_batch_inversion_and_mul};

use crate::msm::{divisor, sum};

/// Room for the divisions of one list, used again and again.
#[derive(Debug)]
pub(crate) struct Batch<F: Field> {
    divisors: Vec<F>,
}

impl<F: Field> Batch<F> {
    /// Room for lists of `length` points.
    pub(crate) fn new(length: usize) -> Self {
        Self { divisors: Vec::with_capacity(length) }
    }

    /// Doubles every point.
    pub(crate) fn double<P: SWCurveConfig<BaseField = F>>(&mut self, points: &mut [Affine<P>]) {
        self.divisors.clear();
        self.divisors.extend(points.iter().map(|point| point.y.double()));
        serial_batch_inversion_and_mul(&mut self.divisors, &F::ONE);
        for (point, inverse) in points.iter_mut().zip(&self.divisors) {
            // The identity's y is 0, and so is its inverse here: it stays as it is. No other point has order two.
            let square = point.x.square();
            let slope = (square.double() + square + P::COEFF_A) * inverse;
            let x = slope.square() - point.x.double();
            *point = Affine::new_unchecked(x, slope * (point.x - x) - point.y);
        }
    }

    /// Adds to each of `points` the one of `others` at its place.
    pub(crate) fn add<P: SWCurveConfig<BaseField = F>>(
        &mut self,
        points: &mut [Affine<P>],
        others: impl Iterator<Item = Affine<P>> + Clone,
    ) {
        self.divisors.clear();
        self.divisors.extend(points.iter().zip(others.clone()).map(|(point, other)| divisor(point, &other)));
        serial_batch_inversion_and_mul(&mut self.divisors, &F::ONE);
        for ((point, other), inverse) in points.iter_mut().zip(others).zip(&self.divisors) {
            *point = sum(point, &other, *inverse);
        }
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Projective, G2Projective};
    use ark_ec::{CurveGroup, PrimeGroup};

    use super::*;

    fn agrees<
        G: CurveGroup<Config = P, Affine = Affine<P>, BaseField = P::BaseField> + PrimeGroup,
        P: SWCurveConfig,
    >() {
        let multiple = |n: i32| {
            let point = G::generator() * G::ScalarField::from(n.unsigned_abs());
            if n < 0 { -point } else { point }
        };
        let left: Vec<G> = (-3..=3).flat_map(|n| [multiple(n); 7]).collect();
        let right: Vec<G> = [-3, -2, -1, 0, 1, 2, 3].repeat(7).into_iter().map(multiple).collect();
        let mut batch = Batch::new(left.len());
        let (mut points, others) = (G::normalize_batch(&left), G::normalize_batch(&right));
        batch.add(&mut points, others.iter().copied());
        let sums: Vec<G> = left.iter().zip(&right).map(|(l, r)| *l + r).collect();
        assert_eq!(points, G::normalize_batch(&sums));
        batch.double(&mut points);
        assert_eq!(points, G::normalize_batch(&sums.iter().map(G::double).collect::<Vec<_>>()));
    }

    #[test]
    fn equal_opposite_and_identity_points_meet() {
        agrees::<G1Projective, _>();
        agrees::<G2Projective, _>();
    }
}
