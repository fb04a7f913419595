//! All points of a list by one scalar.

use ark_bn254::{Fq, Fr, G1Affine, g1::Config};
use ark_ec::{AffineRepr, scalar_mul::glv::GLVConfig};
use ark_ff::{AdditiveGroup, Field, fields::serial_batch_inversion_and_mul};
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

use super::{
    batch::Batch,
    glv::{Digits, ODD_MULTIPLES},
};

/// Points that go through the digits together: their tables stay in the second-level cache.
const CHUNK: usize = 512;
/// Products that are formed side by side, as a multiplication waits for the one before it.
const LANES: usize = 4;

/// Multiplies every point by `scalar`, in place, on the thread pool. The identity stays the identity.
///
/// The points have to be on the curve: of another curve's points the result would betray something of the scalar. What this
/// function keeps of the scalar is wiped; its time depends on the scalar.
pub(crate) fn scale_all(points: &mut [G1Affine], scalar: &Fr) {
    let digits = Digits::of(scalar);
    let ordinary = is_ordinary(&digits);
    points.par_chunks_mut(CHUNK).for_each(|chunk| {
        if ordinary && chunk.iter().all(|point| !point.is_zero()) {
            scale_ordinary(chunk, &digits);
        } else {
            scale_any(chunk, &digits);
        }
    });
}

/// Whether no sum on the way is 0 or has two equal or opposite summands. That is the same for all points, as all have the
/// order r, and true for all scalars but a few special ones.
fn is_ordinary(digits: &Digits) -> bool {
    let mut multiple = Zeroizing::new(Fr::ZERO);
    let mut begun = false;
    for (&first, &second) in digits.first.iter().zip(digits.second.iter()).rev() {
        let mut doubled = false;
        for (digit, factor) in [(first, Fr::ONE), (second, Config::LAMBDA)] {
            if digit == 0 {
                continue;
            }
            let magnitude = factor * Fr::from(digit.unsigned_abs());
            let mut summand = if digit < 0 { -magnitude } else { magnitude };
            if begun {
                let same = *multiple == summand || *multiple == -summand;
                if !doubled {
                    multiple.double_in_place();
                    doubled = true;
                }
                *multiple += summand;
                if same || *multiple == Fr::ZERO {
                    return false;
                }
            } else {
                // The first summand is not added to anything.
                *multiple = summand;
                (begun, doubled) = (true, true);
            }
            summand.zeroize();
        }
        if !doubled {
            multiple.double_in_place();
        }
    }
    begun
}

/// Double and add from the highest digit down, all points in step; none is the identity, nor does anything on the way meet
/// it. Doubling and a first addition at one place are done as (P + Q) + P, which saves a multiplication and a square.
fn scale_ordinary(points: &mut [G1Affine], digits: &Digits) {
    let odd = odd_multiples(points, &mut Batch::new(points.len()));
    // λ times them: another x, the same y.
    let turned: Vec<Vec<Fq>> =
        odd.iter().map(|points| points.iter().map(|point| point.x * Config::ENDO_COEFFS[0]).collect()).collect();
    let summand = |digit: i8, second: bool, index: usize| {
        let row = usize::from(digit.unsigned_abs() / 2);
        let G1Affine { x, y, .. } = odd[row][index];
        (if second { turned[row][index] } else { x }, if digit < 0 { -y } else { y })
    };
    let mut shared = Shared::new(points.len());
    let (mut begun, mut slopes) = (false, vec![(Fq::ZERO, Fq::ZERO); points.len()]);
    for (&first, &second) in digits.first.iter().zip(digits.second.iter()).rev() {
        let mut doubled = !begun;
        for (digit, second) in [(first, false), (second, true)].into_iter().filter(|(digit, _)| *digit != 0) {
            let summand = |index: usize| summand(digit, second, index);
            if !begun {
                for (index, point) in points.iter_mut().enumerate() {
                    (point.x, point.y) = summand(index);
                }
                begun = true;
            } else if doubled {
                shared.divide(
                    points,
                    |index, point| summand(index).0 - point.x,
                    |index, point, inverse| {
                        let (x, y) = summand(index);
                        let slope = (y - point.y) * inverse;
                        follow(point, slope, x);
                    },
                );
            } else {
                shared.divide(
                    points,
                    |index, point| summand(index).0 - point.x,
                    |index, point, inverse| {
                        let (x, y) = summand(index);
                        let slope = (y - point.y) * inverse;
                        slopes[index] = (slope, slope.square() - point.x - x);
                    },
                );
                let slopes = &slopes;
                shared.divide(
                    points,
                    |index, point| slopes[index].1 - point.x,
                    |index, point, inverse| {
                        let (slope, x) = slopes[index];
                        follow(point, -(slope + point.y.double() * inverse), x);
                    },
                );
            }
            doubled = true;
        }
        if !doubled {
            shared.divide(
                points,
                |_, point| point.y.double(),
                |_, point, inverse| {
                    let square = point.x.square();
                    follow(point, (square.double() + square) * inverse, point.x);
                },
            );
        }
    }
}

/// Goes from a point along the line of this slope, past the point with this x, to the third one, and mirrors that.
fn follow(point: &mut G1Affine, slope: Fq, x: Fq) {
    let third = slope.square() - point.x - x;
    point.y = slope * (point.x - third) - point.y;
    point.x = third;
}

/// Divisions that share an inversion, none of them by 0.
struct Shared {
    /// For each division the product of the divisors before it in its lane.
    products: Vec<Fq>,
}

impl Shared {
    fn new(length: usize) -> Self {
        Self { products: vec![Fq::ONE; length] }
    }

    /// Gives each point the inverse of its divisor.
    fn divide(
        &mut self,
        points: &mut [G1Affine],
        divisor: impl Fn(usize, &G1Affine) -> Fq,
        mut work: impl FnMut(usize, &mut G1Affine, Fq),
    ) {
        let mut lanes = [Fq::ONE; LANES];
        for (index, (point, product)) in points.iter().zip(&mut self.products).enumerate() {
            let lane = &mut lanes[index % LANES];
            *product = *lane;
            *lane *= divisor(index, point);
        }
        serial_batch_inversion_and_mul(&mut lanes, &Fq::ONE);
        for (index, (point, product)) in points.iter_mut().zip(&self.products).enumerate().rev() {
            let lane = &mut lanes[index % LANES];
            let inverse = *lane * product;
            *lane *= divisor(index, point);
            work(index, point, inverse);
        }
    }
}

/// As [`scale_ordinary`], for any points and scalars.
fn scale_any(points: &mut [G1Affine], digits: &Digits) {
    let mut batch = Batch::new(points.len());
    let odd = odd_multiples(points, &mut batch);
    // λ times them.
    let turned: Vec<Vec<G1Affine>> =
        odd.iter().map(|points| points.iter().map(Config::endomorphism_affine).collect()).collect();
    points.fill(G1Affine::identity());
    for (&first, &second) in digits.first.iter().zip(digits.second.iter()).rev() {
        batch.double(points);
        for (digit, multiples) in [(first, &odd), (second, &turned)] {
            let multiples = multiples[usize::from(digit.unsigned_abs() / 2)].iter().copied();
            match digit {
                0 => {}
                1.. => batch.add(points, multiples),
                ..0 => batch.add(points, multiples.map(|point| -point)),
            }
        }
    }
}

/// The points, 3 times them, 5 times them, and so on.
fn odd_multiples(points: &[G1Affine], batch: &mut Batch<ark_bn254::Fq>) -> Vec<Vec<G1Affine>> {
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
    use ark_bn254::G1Projective;
    use ark_ec::{CurveGroup, PrimeGroup};
    use ark_ff::UniformRand;

    use super::*;
    use crate::randomness;

    #[test]
    fn equals_one_multiplication_a_point() {
        let mut rng = randomness::from_os().unwrap();
        let mut points: Vec<G1Projective> = (0..CHUNK + 3).map(|_| G1Projective::rand(&mut rng)).collect();
        // Among them the identity, in one of two chunks.
        points[1] = G1Projective::ZERO;
        points[2] = G1Projective::generator();
        let points = G1Projective::normalize_batch(&points);
        let random = Fr::rand(&mut rng);
        for scalar in [random, -random, Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(2u64), Config::LAMBDA, -Config::LAMBDA] {
            let expected: Vec<_> = points.iter().map(|point| *point * scalar).collect();
            let mut scaled = points.clone();
            scale_all(&mut scaled, &scalar);
            assert!(scaled == G1Projective::normalize_batch(&expected), "{scalar}");
        }
        scale_all(&mut [], &random);
    }

    #[test]
    fn special_scalars_go_the_careful_way() {
        let points = vec![G1Affine::generator(); 3];
        assert!(is_ordinary(&Digits::of(&Fr::rand(&mut randomness::from_os().unwrap()))));
        let mut careful = 0;
        for small in 0u64..200 {
            for scalar in [small.into(), Config::LAMBDA * Fr::from(small), Fr::from(small) - Config::LAMBDA] {
                let expected = (G1Projective::generator() * scalar).into_affine();
                careful += usize::from(!is_ordinary(&Digits::of(&scalar)));
                let mut scaled = points.clone();
                scale_all(&mut scaled, &scalar);
                assert!(scaled.iter().all(|point| *point == expected), "{scalar}");
            }
        }
        assert!(careful > 0);
    }
}
