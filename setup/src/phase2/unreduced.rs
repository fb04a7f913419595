//! What snarkjs' field arithmetic makes of 256-bit numbers that are no field elements.
//!
//! Its sums and differences are corrected by the modulus once, which reduces no number of 2q or more, and wrap at 2^256. So
//! a number that was never reduced has to be followed step by step: the result is not the one modulo q. Needed for one
//! value, see `cs_hash.rs`. Source: wasmcurves, the formula of an affine addition in Jacobian coordinates.

use ark_bn254::{Fq, FqConfig, G1Affine};
use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field, MontConfig, PrimeField};

/// A number below 2^256 in the place of a coordinate in Montgomery form.
#[derive(Clone, Copy)]
pub(super) struct Wide(pub(super) BigInt<4>);

impl Wide {
    fn of(x: Fq) -> Self {
        Self(x.0)
    }

    /// The field element that it is congruent to.
    fn reduced(self) -> Fq {
        let mut limbs = self.0;
        while limbs >= Fq::MODULUS {
            limbs.sub_with_borrow(&Fq::MODULUS);
        }
        Fq::new_unchecked(limbs)
    }

    fn corrected(mut limbs: BigInt<4>, carry: bool) -> Self {
        if carry || limbs >= Fq::MODULUS {
            limbs.sub_with_borrow(&Fq::MODULUS);
        }
        Self(limbs)
    }

    fn plus(self, other: Self) -> Self {
        let mut limbs = self.0;
        let carry = limbs.add_with_carry(&other.0);
        Self::corrected(limbs, carry)
    }

    fn minus(self, other: Self) -> Self {
        let mut limbs = self.0;
        if limbs.sub_with_borrow(&other.0) {
            limbs.add_with_carry(&Fq::MODULUS);
        }
        Self(limbs)
    }

    /// Montgomery's product.
    fn times(self, other: Self) -> Self {
        let mut t = [0u64; 9];
        let (a, b, q) = (self.0.0, other.0.0, Fq::MODULUS.0);
        for (i, &a) in a.iter().enumerate() {
            add_product(&mut t[i..], a, &b);
        }
        for i in 0..4 {
            let m = t[i].wrapping_mul(<FqConfig as MontConfig<4>>::INV);
            add_product(&mut t[i..], m, &q);
        }
        Self::corrected(BigInt::new([t[4], t[5], t[6], t[7]]), t[8] > 0)
    }
}

/// Adds `factor`·`number` to `sum`, its carry to the limbs after.
fn add_product(sum: &mut [u64], factor: u64, number: &[u64; 4]) {
    let mut carry = 0u128;
    for (i, limb) in sum.iter_mut().enumerate() {
        let product = u128::from(factor) * u128::from(number.get(i).copied().unwrap_or_default());
        let total = product + u128::from(*limb) + carry;
        // The low half, as intended.
        *limb = u64::try_from(total & u128::from(u64::MAX)).unwrap_or_default();
        carry = total >> 64;
    }
}

/// What stands for (x, y) − `point`.
pub(super) fn difference(x1: Wide, y1: Wide, point: &G1Affine) -> G1Affine {
    let (x2, y2) = (Wide::of(point.x), Wide::of(-point.y));
    let h = x2.minus(x1);
    let across = y2.minus(y1);
    let hh = h.times(h);
    let i = hh.plus(hh);
    let i = i.plus(i);
    let j = h.times(i);
    let r = across.plus(across);
    let v = x1.times(i);
    let x3 = r.times(r).minus(j).minus(v.plus(v));
    let down = y1.times(j);
    let y3 = v.minus(x3).times(r).minus(down.plus(down));
    let z3 = h.plus(h);
    let inverse = z3.reduced().inverse().unwrap_or(Fq::ZERO);
    let square = inverse.square();
    G1Affine::new_unchecked(x3.reduced() * square, y3.reduced() * square * inverse)
}

#[cfg(test)]
mod tests {
    use ark_bn254::{Fr, G1Projective};
    use ark_ec::{CurveGroup, PrimeGroup};

    use super::*;
    use crate::{curve::uncompressed, formats::points::read_limbs};

    #[test]
    fn points_are_subtracted_as_everywhere() {
        let multiple = |n: u64| (G1Projective::generator() * Fr::from(n)).into_affine();
        for (a, b) in [(5, 3), (3, 5), (1, 77), (1 << 40, 9)] {
            let (left, right) = (multiple(a), multiple(b));
            let expected = (left - right).into_affine();
            assert_eq!(difference(Wide::of(left.x), Wide::of(left.y), &right), expected);
        }
    }

    #[test]
    fn what_was_never_reduced_is_followed_as_snarkjs_does() {
        // Made with ffjavascript's workers: g1m_subAffine, g1m_batchToAffine, g1m_batchLEMtoU of the bytes and the generator.
        let cases: [(&dyn Fn(u8) -> u8, &str); 3] = [
            (
                &|i| i.wrapping_mul(37).wrapping_add(11),
                "2500488169a2785c69d72e0db3f4a1e4e16a4e44e31e8678649802a9464c184b\
                 1fecea41be03df30dab97cc68780e6bd74ae589062e83349850e86d52812b21b",
            ),
            (
                &|_| 0xff,
                "0cd47a52d1e9f5f559e892e644703398db03572140958a1d01c1ba6062396c9f\
                 2a6d5e825df4c7045e98f0b6ed4a340c58c2ac5a23d81bbc46c6b0c7fe79473f",
            ),
            (
                &|i| 0xa5 ^ i,
                "200c94fe5de76b8669e50a1852e87b0547187c6dce7a1c7114f1ef0eee11e6a4\
                 034946afe8fc6b3f667c8aa50617f3abc30b0c4a03714bbaf488f8b0367e4429",
            ),
        ];
        for (byte, expected) in cases {
            let bytes: Vec<u8> = (0..64).map(byte).collect();
            let mut rest = bytes.as_slice();
            let mut coordinate = || Wide(read_limbs(&mut rest).unwrap());
            let difference = difference(coordinate(), coordinate(), &G1Projective::generator().into_affine());
            assert_eq!(hex::encode(uncompressed(&[difference])), expected);
        }
    }
}
