//! Sums of many short lists of points, by affine additions that share their inversions.
//!
//! An affine addition needs one division and three multiplications. With Montgomery's trick a division costs three
//! multiplications when many are done at once, six in all, against the ten of a mixed addition in extended Jacobian
//! coordinates. So that many additions are always at hand, all lists shrink together: in each round neighbours are
//! added in pairs, which halves every list.

use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, Field, Zero, fields::serial_batch_inversion_and_mul};

/// Additions that share one inversion: enough to make it cheap, few enough to stay in the cache.
const BATCH: usize = 512;

/// The sums of consecutive lists: the first `lengths[0]` points, the next `lengths[1]`, and so on. An empty list gives
/// the identity.
///
/// # Panics
/// When the lengths add up to more than there are points.
pub(crate) fn list_sums<P: SWCurveConfig>(mut points: Vec<Affine<P>>, lengths: &[usize]) -> Vec<Affine<P>> {
    let mut sums = vec![Affine::identity(); lengths.len()];
    let mut lists: Vec<(usize, usize)> = lengths.iter().copied().enumerate().filter(|&(_, n)| n > 0).collect();
    let mut next: Vec<Affine<P>> = Vec::with_capacity(points.len() / 2 + lists.len());
    let mut additions = Additions::new();
    while !lists.is_empty() {
        let mut rest = points.as_slice();
        lists.retain_mut(|(list, length)| {
            let own;
            (own, rest) = rest.split_at(*length);
            if let [only] = own {
                sums[*list] = *only;
                return false;
            }
            let pairs = own.chunks_exact(2);
            let odd = pairs.remainder();
            for pair in pairs {
                next.push(pair[0]);
                additions.push(&mut next, pair[1]);
            }
            next.extend_from_slice(odd);
            *length = length.div_ceil(2);
            true
        });
        additions.finish(&mut next);
        std::mem::swap(&mut points, &mut next);
        next.clear();
    }
    sums
}

/// Additions that wait for their common inversion.
struct Additions<P: SWCurveConfig> {
    /// Where the left summand is, and where the sum goes; the right summand.
    waiting: Vec<(usize, Affine<P>)>,
    divisors: Vec<P::BaseField>,
}

impl<P: SWCurveConfig> Additions<P> {
    fn new() -> Self {
        Self { waiting: Vec::with_capacity(BATCH), divisors: Vec::with_capacity(BATCH) }
    }

    /// Adds `right` to the last of `points`, now or at the latest when [`Additions::finish`] is called.
    fn push(&mut self, points: &mut [Affine<P>], right: Affine<P>) {
        let position = points.len() - 1;
        self.divisors.push(divisor(&points[position], &right));
        self.waiting.push((position, right));
        if self.waiting.len() == BATCH {
            self.finish(points);
        }
    }

    fn finish(&mut self, points: &mut [Affine<P>]) {
        serial_batch_inversion_and_mul(&mut self.divisors, &P::BaseField::ONE);
        for ((position, right), inverse) in self.waiting.drain(..).zip(self.divisors.drain(..)) {
            points[position] = sum(&points[position], &right, inverse);
        }
    }
}

/// What the slope of the line through both points is divided by; 0 where there is no slope.
pub(crate) fn divisor<P: SWCurveConfig>(left: &Affine<P>, right: &Affine<P>) -> P::BaseField {
    if left.is_zero() || right.is_zero() {
        P::BaseField::ZERO
    } else if left.x != right.x {
        right.x - left.x
    } else if left.y == right.y {
        left.y.double()
    } else {
        P::BaseField::ZERO
    }
}

/// The sum, given the inverse of [`divisor`] (0 where that is 0).
pub(crate) fn sum<P: SWCurveConfig>(left: &Affine<P>, right: &Affine<P>, inverse: P::BaseField) -> Affine<P> {
    if left.is_zero() {
        return *right;
    }
    if right.is_zero() {
        return *left;
    }
    if inverse.is_zero() {
        return Affine::identity();
    }
    let slope = if left.x == right.x {
        let square = left.x.square();
        (square.double() + square + P::COEFF_A) * inverse
    } else {
        (right.y - left.y) * inverse
    };
    let x = slope.square() - left.x - right.x;
    Affine::new_unchecked(x, slope * (left.x - x) - left.y)
}
