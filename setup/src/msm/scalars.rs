//! Scalars as sign and magnitude, cut into signed digits.

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField};
use zeroize::Zeroize;

/// A scalar s in sign and magnitude, |s| ≤ (r − 1)/2: −1 is as short as 1.
#[derive(Clone, Copy, Zeroize)]
pub struct Signed {
    pub(crate) negative: bool,
    pub(crate) magnitude: BigInt<4>,
}

impl Signed {
    pub(super) fn is_zero(&self) -> bool {
        self.magnitude.is_zero()
    }

    pub(crate) fn bits(&self) -> usize {
        self.magnitude.num_bits() as usize
    }
}

/// Most are values of a witness.
impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signed(secret)")
    }
}

impl From<&Fr> for Signed {
    fn from(scalar: &Fr) -> Self {
        let positive = scalar.into_bigint();
        let mut negated = Fr::MODULUS;
        negated.sub_with_borrow(&positive);
        let negative = negated < positive;
        Self { negative, magnitude: if negative { negated } else { positive } }
    }
}

/// How scalars of up to `bits` bits are cut: `count` windows of `width` bits each.
///
/// s = Σ dᵢ·2^(width·i) with −2^(width−1) ≤ dᵢ < 2^(width−1), but for the last digit, which is between 0 and
/// 2^(width−1). The digits are those of s + Σ 2^(width−1)·2^(width·i), i below `count` − 1, less the 2^(width−1): so
/// each is read off by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    width: usize,
    count: usize,
    offset: BigInt<4>,
}

impl Windows {
    /// The cheapest windows for scalars of which `lengths[b]` have b bits.
    pub(super) fn cheapest(lengths: &[usize; 257]) -> Self {
        let bits = lengths.iter().rposition(|&n| n > 0).unwrap_or_default();
        let cost = |width: usize| {
            // Each window adds its points to buckets, and each bucket to its row and to its column.
            let additions: usize = (1..=bits).map(|b| lengths[b] * (b / width + 1)).sum();
            additions + (bits / width + 1) * (1 << width)
        };
        let width = (3..=16).min_by_key(|&width| cost(width)).unwrap_or(8);
        Self::new(width, bits)
    }

    /// Windows of `width` bits for scalars of up to `bits` bits.
    pub(super) fn new(width: usize, bits: usize) -> Self {
        // width·count ≥ bits + 1, so that the last digit and its carry are at most 2^(width−1).
        let count = bits / width + 1;
        let mut offset = BigInt::new([0; 4]);
        for window in 0..count - 1 {
            let bit = width * window + width - 1;
            offset.0[bit / 64] |= 1 << (bit % 64);
        }
        Self { width, count, offset }
    }

    pub(super) fn count(self) -> usize {
        self.count
    }

    pub(super) fn width(self) -> usize {
        self.width
    }

    /// Buckets of a window: one for each digit from 1 to 2^(width−1), of either sign.
    pub(super) fn buckets(self) -> usize {
        1 << (self.width - 1)
    }

    /// The digits' common carrier: the magnitude with the offset added.
    pub(super) fn carrier(self, scalar: &Signed) -> BigInt<4> {
        let mut carrier = scalar.magnitude;
        carrier.add_with_carry(&self.offset);
        carrier
    }

    /// The digit of a window: whether it is negative, and its magnitude.
    pub(super) fn digit(self, carrier: &BigInt<4>, window: usize) -> (bool, usize) {
        let (limb, shift) = (window * self.width / 64, window * self.width % 64);
        let above = match carrier.0.get(limb + 1) {
            Some(next) if shift > 0 => next << (64 - shift),
            _ => 0,
        };
        let raw = ((carrier.0[limb] >> shift) | above) & ((1 << self.width) - 1);
        // At most 16 bits.
        let raw = usize::try_from(raw).unwrap_or_default();
        let zero = if window + 1 == self.count { 0 } else { self.buckets() };
        (raw < zero, raw.abs_diff(zero))
    }
}
