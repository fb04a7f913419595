//! All points of a list by one scalar.

use std::hint::select_unpredictable;

use ark_bn254::{Fq, Fr, G1Affine, g1::Config};
use ark_ec::{AffineRepr, scalar_mul::glv::GLVConfig};
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField, fields::serial_batch_inversion_and_mul};
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

use super::{
    batch::Batch,
    glv::{Digits, ODD_MULTIPLES},
};

/// Points that go through the digits together: enough to share an inversion, few enough for their tables to stay in the
/// second-level cache.
const CHUNK: usize = 1024;
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
/// it. Doubling and a first addition at one place are done as (P + Q) + P, which saves a multiplication and a square. Constant
/// factors of a slope are put into the shared inversion, and squares are products, which arkworks does faster.
fn scale_ordinary(points: &mut [G1Affine], digits: &Digits) {
    let (minus_two, three_halves) = (-Fq::from(2u64), Fq::from(3u64) / Fq::from(2u64));
    let mut shared = Shared::new(points.len());
    let odd = ordinary_odd_multiples(points, &mut shared, three_halves);
    // λ times them: another x, the same y.
    let turned: Vec<Vec<Fq>> =
        odd.iter().map(|points| points.iter().map(|point| point.x * Config::ENDO_COEFFS[0]).collect()).collect();
    let summand = |digit: i8, second: bool, index: usize| {
        let row = usize::from(digit.unsigned_abs() / 2);
        let G1Affine { x, y, .. } = odd[row][index];
        (if second { turned[row][index] } else { x }, if digit < 0 { -y } else { y })
    };
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
                    Fq::ONE,
                    points,
                    |index, point| minus(summand(index).0, point.x),
                    |index, point, inverse| {
                        let (x, y) = summand(index);
                        let slope = minus(y, point.y) * inverse;
                        follow(point, slope, x);
                    },
                );
            } else {
                shared.divide(
                    Fq::ONE,
                    points,
                    |index, point| minus(summand(index).0, point.x),
                    |index, point, inverse| {
                        let (x, y) = summand(index);
                        let slope = minus(y, point.y) * inverse;
                        slopes[index] = (slope, minus(minus(slope * slope, point.x), x));
                    },
                );
                let slopes = &slopes;
                shared.divide(
                    minus_two,
                    points,
                    |index, point| minus(slopes[index].1, point.x),
                    |index, point, inverse| {
                        let (slope, x) = slopes[index];
                        follow(point, minus(point.y * inverse, slope), x);
                    },
                );
            }
            doubled = true;
        }
        if !doubled {
            shared.divide(
                three_halves,
                points,
                |_, point| point.y,
                |_, point, inverse| follow(point, point.x * point.x * inverse, point.x),
            );
        }
    }
}

/// As [`odd_multiples`], of points none of which is the identity. Being of order r, they meet no equal or opposite ones.
fn ordinary_odd_multiples(points: &[G1Affine], shared: &mut Shared, three_halves: Fq) -> Vec<Vec<G1Affine>> {
    let mut twice = points.to_vec();
    shared.divide(
        three_halves,
        &mut twice,
        |_, point| point.y,
        |_, point, inverse| follow(point, point.x * point.x * inverse, point.x),
    );
    let mut odd = vec![points.to_vec()];
    for multiple in 1..ODD_MULTIPLES {
        let mut next = odd[multiple - 1].clone();
        shared.divide(
            Fq::ONE,
            &mut next,
            |index, point| minus(twice[index].x, point.x),
            |index, point, inverse| {
                let slope = minus(twice[index].y, point.y) * inverse;
                follow(point, slope, twice[index].x);
            },
        );
        odd.push(next);
    }
    odd
}

/// Goes from a point along the line of this slope, past the point with this x, to the third one, and mirrors that.
fn follow(point: &mut G1Affine, slope: Fq, x: Fq) {
    let third = minus(minus(slope * slope, point.x), x);
    point.y = minus(slope * minus(point.x, third), point.y);
    point.x = third;
}

/// left − right, without the branch of arkworks' own: nobody can predict it, and here there are half as many differences as
/// multiplications. Written out, as compilers make a branch of a loop.
#[inline]
fn minus(left: Fq, right: Fq) -> Fq {
    let subtract = |a: u64, b: u64, borrow: bool| {
        let (difference, one) = a.overflowing_sub(b);
        let (difference, other) = difference.overflowing_sub(borrow.into());
        (difference, one | other)
    };
    let add = |a: u64, b: u64, carry: bool| {
        let (sum, one) = a.overflowing_add(b);
        let (sum, other) = sum.overflowing_add(carry.into());
        (sum, one | other)
    };
    let (l, r, modulus) = (left.0.0, right.0.0, Fq::MODULUS.0);
    let (d0, below) = subtract(l[0], r[0], false);
    let (d1, below) = subtract(l[1], r[1], below);
    let (d2, below) = subtract(l[2], r[2], below);
    let (d3, below) = subtract(l[3], r[3], below);
    let correction = |limb: usize| select_unpredictable(below, modulus[limb], 0);
    let (s0, carry) = add(d0, correction(0), false);
    let (s1, carry) = add(d1, correction(1), carry);
    let (s2, carry) = add(d2, correction(2), carry);
    let (s3, _) = add(d3, correction(3), carry);
    Fq::new_unchecked(BigInt::new([s0, s1, s2, s3]))
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

    /// Gives each point `factor` over its divisor.
    fn divide(
        &mut self,
        factor: Fq,
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
        serial_batch_inversion_and_mul(&mut lanes, &factor);
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
    fn differences_are_those_of_arkworks() {
        let mut rng = randomness::from_os().unwrap();
        let random: Vec<Fq> = (0..100).map(|_| Fq::rand(&mut rng)).collect();
        let values = [&[Fq::ZERO, Fq::ONE, -Fq::ONE, Fq::new_unchecked(BigInt::from(1u64))], &random[..]].concat();
        for left in &values {
            assert!(values.iter().all(|right| minus(*left, *right) == *left - right));
        }
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
