//! Points as the ceremonies hash them: big-endian, not in Montgomery form, Fp2 as c1 then c0. Compressed, only x, with
//! the top bit set when y is the greater of y and −y. Infinity is zeros; compressed with the second bit set.

use ark_bn254::{Fq, Fq2};
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::{PrimeField, Zero};
use rayon::prelude::*;

const INFINITY: u8 = 0x40;
const GREATER: u8 = 0x80;
/// Points that a thread takes at a time.
const CHUNK: usize = 256;

/// A coordinate in big-endian bytes.
pub(crate) trait BigEndian {
    /// Width in bytes.
    const WIDTH: usize;
    /// Fills `out`, which has this width.
    fn fill(&self, out: &mut [u8]);
    /// Whether it is greater than its negative: above (q − 1)/2; of a pair, its c1 or, when that is 0, its c0.
    fn is_greater(&self) -> bool;
}

impl BigEndian for Fq {
    const WIDTH: usize = 32;

    fn fill(&self, out: &mut [u8]) {
        for (place, limb) in out.rchunks_exact_mut(8).zip(self.into_bigint().0) {
            place.copy_from_slice(&limb.to_be_bytes());
        }
    }

    fn is_greater(&self) -> bool {
        self.into_bigint() > Self::MODULUS_MINUS_ONE_DIV_TWO
    }
}

impl BigEndian for Fq2 {
    const WIDTH: usize = 64;

    fn fill(&self, out: &mut [u8]) {
        let (high, low) = out.split_at_mut(Fq::WIDTH);
        self.c1.fill(high);
        self.c0.fill(low);
    }

    fn is_greater(&self) -> bool {
        if self.c1.is_zero() { self.c0.is_greater() } else { self.c1.is_greater() }
    }
}

/// The points, uncompressed. On the thread pool.
pub(crate) fn uncompressed<P: SWCurveConfig<BaseField: BigEndian>>(points: &[Affine<P>]) -> Vec<u8> {
    encoded(points, 2 * P::BaseField::WIDTH, |point, out| {
        let (x, y) = out.split_at_mut(P::BaseField::WIDTH);
        point.x.fill(x);
        point.y.fill(y);
    })
}

/// The points, compressed. On the thread pool.
pub(crate) fn compressed<P: SWCurveConfig<BaseField: BigEndian>>(points: &[Affine<P>]) -> Vec<u8> {
    encoded(points, P::BaseField::WIDTH, |point, out| {
        point.x.fill(out);
        if point.is_zero() {
            out[0] = INFINITY;
        } else if point.y.is_greater() {
            out[0] |= GREATER;
        }
    })
}

fn encoded<P: SWCurveConfig>(
    points: &[Affine<P>],
    width: usize,
    encode: impl Fn(&Affine<P>, &mut [u8]) + Sync,
) -> Vec<u8> {
    let mut bytes = vec![0; points.len() * width];
    bytes.par_chunks_exact_mut(width).zip(points).with_min_len(CHUNK).for_each(|(out, point)| {
        encode(point, out);
    });
    bytes
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G2Affine};

    use super::*;

    #[test]
    fn points_are_encoded_as_in_the_ceremonies() {
        // G1's generator is (1, 2).
        let mut expected = [0; 64];
        (expected[31], expected[63]) = (1, 2);
        assert_eq!(uncompressed(&[G1Affine::generator()]), expected);
        assert_eq!(compressed(&[G1Affine::generator()]), expected[..32]);
        let mut negative = expected;
        negative[0] |= 0x80;
        assert_eq!(compressed(&[-G1Affine::generator()]), negative[..32]);
        let mut infinity = [0; 64];
        assert_eq!(uncompressed(&[G1Affine::zero()]), infinity);
        infinity[0] = 0x40;
        assert_eq!(compressed(&[G1Affine::zero()]), infinity[..32]);
        // G2's: c1 first.
        let bytes = uncompressed(&[G2Affine::generator()]);
        assert_eq!(bytes[..4], [0x19, 0x8e, 0x93, 0x93]);
        assert_eq!(bytes[32..36], [0x18, 0x00, 0xde, 0xef]);
        let both = [G2Affine::generator(), -G2Affine::generator()].map(|point| compressed(&[point])[0] >> 7);
        assert_eq!(both[0] + both[1], 1);
    }
}
