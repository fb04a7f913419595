//! Scalars in non-adjacent form.

use zeroize::{Zeroize, Zeroizing};

use crate::msm::Signed;

/// The widest digits that fit an i8.
pub(crate) const MAX_WIDTH: u32 = 8;

/// The odd multiples 1, 3, 5, … of a point that digits of this width need.
pub(crate) const fn odd_multiples(width: u32) -> usize {
    1 << (width - 2)
}

/// The digits of a scalar, the lowest first and the highest not 0: s = Σ dᵢ·2^i, each digit 0 or odd and below 2^(width−1) in
/// absolute value, and of `width` neighbours at most one not 0. `width` is 2 to [`MAX_WIDTH`].
///
/// No copy of the scalar is left behind, besides the digits.
pub(crate) fn non_adjacent(scalar: &Signed, width: u32) -> Vec<i8> {
    let mut rest = Zeroizing::new(scalar.magnitude.0);
    // Never grows beyond this.
    let mut digits = Vec::with_capacity(258);
    while rest.iter().any(|&limb| limb != 0) {
        let mut digit = 0;
        if rest[0] & 1 == 1 {
            let low = rest[0] & ((1 << width) - 1);
            // At most MAX_WIDTH bits, so it fits.
            digit = i16::try_from(low).unwrap_or_default();
            if low >> (width - 1) == 1 {
                digit -= 1 << width;
            }
            subtract(&mut rest, digit);
        }
        let mut digit = i8::try_from(digit).unwrap_or_default();
        digits.push(if scalar.negative { -digit } else { digit });
        digit.zeroize();
        for i in 0..4 {
            rest[i] = (rest[i] >> 1) | if i < 3 { rest[i + 1] << 63 } else { 0 };
        }
    }
    digits
}

/// rest − digit, which neither wraps (scalars are below 2^254) nor goes below 0.
fn subtract(rest: &mut [u64; 4], digit: i16) {
    let magnitude = u64::from(digit.unsigned_abs());
    if digit > 0 {
        // The digit is the low bits of the rest.
        rest[0] -= magnitude;
        return;
    }
    let mut carry = magnitude;
    for limb in rest {
        let over;
        (*limb, over) = limb.overflowing_add(carry);
        carry = u64::from(over);
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;
    use ark_ff::{AdditiveGroup, Field, PrimeField};
    use proptest::prelude::*;

    use super::*;

    fn check(scalar: Fr) {
        for width in 2..=MAX_WIDTH {
            let digits = non_adjacent(&Signed::from(&scalar), width);
            let value = digits.iter().rev().fold(Fr::ZERO, |value, &digit| {
                let magnitude = Fr::from(digit.unsigned_abs());
                value.double() + if digit < 0 { -magnitude } else { magnitude }
            });
            assert_eq!(value, scalar);
            assert!(digits.iter().all(|digit| *digit == 0 || digit % 2 != 0));
            assert!(digits.iter().all(|digit| usize::from(digit.unsigned_abs()) < 2 * odd_multiples(width)));
            let filled = |window: &[i8]| window.iter().filter(|digit| **digit != 0).count();
            assert!(digits.windows(width as usize).all(|window| filled(window) <= 1));
            assert!(digits.last() != Some(&0) && digits.len() <= 255);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn digits_make_the_scalar(bytes in any::<[u8; 32]>(), shift in 0u64..256) {
            let scalar = Fr::from_le_bytes_mod_order(&bytes);
            check(scalar);
            check(Fr::from(2u64).pow([shift]) - Fr::from(u64::from(bytes[0] % 3)));
        }
    }

    #[test]
    fn so_do_those_of_the_longest_scalars() {
        let half = Fr::from(2u64).inverse().unwrap();
        for scalar in [Fr::ZERO, Fr::ONE, half, half - Fr::ONE, half + Fr::ONE] {
            check(scalar);
            check(-scalar);
        }
    }
}
