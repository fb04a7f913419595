//! Scalars of G1 cut in two halves: s = s₁ + λ·s₂, where λ·(x, y) = (β·x, y) costs one multiplication.
//!
//! Gallant, Lambert, Vanstone (2001). The lattice of pairs (a, b) with a + λ·b ≡ 0 mod r has the short vectors
//! (−m, n) and (−n, −l) below (those of arkworks' `GLVConfig`); subtracting from (s, 0) the lattice point next to it
//! leaves two numbers of about 127 bits. arkworks' own function does this with heap numbers that nothing wipes.

use ark_bn254::{Fr, g1::Config};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::{BigInt, PrimeField};
use zeroize::{Zeroize, Zeroizing};

use super::digits::{non_adjacent, odd_multiples};
use crate::msm::Signed;

/// l, and ⌊2²⁵⁶·l/r⌋.
const L: [u64; 4] = [0x0be4_e154_1221_250b, 0x6f4d_8248_eeb8_59fd, 0, 0];
const L_OVER_R: [u64; 4] = [0x5398_fd03_00ff_6565, 0x4cce_f014_a773_d2d2, 2, 0];
/// n, and ⌊2²⁵⁶·n/r⌋.
const N: [u64; 4] = [0x89d3_2568_94d2_13e3, 0, 0, 0];
const N_OVER_R: [u64; 4] = [0xd91d_232e_c7e0_b3d7, 2, 0, 0];

/// Width of the digits.
const WIDTH: u32 = 5;
/// Odd multiples 1, 3, 5, … that digits need.
pub(super) const ODD_MULTIPLES: usize = odd_multiples(WIDTH);

/// The digits of both halves, the lowest first: s = Σ 2^i·(`first[i]` + λ·`second[i]`). Wiped when dropped.
pub(super) struct Digits {
    /// Of the first half.
    pub(super) first: Zeroizing<Vec<i8>>,
    /// Of the half that goes with λ; as many as of the first.
    pub(super) second: Zeroizing<Vec<i8>>,
}

impl Digits {
    /// Cuts a scalar up.
    pub(super) fn of(scalar: &Fr) -> Self {
        let mut limbs = Zeroizing::new(scalar.into_bigint().0);
        let fr = |limbs: [u64; 4]| Fr::from(BigInt::new(limbs));
        let along_l = Zeroizing::new(rounded_high_half(&limbs, &L_OVER_R));
        let along_n = Zeroizing::new(rounded_high_half(&limbs, &N_OVER_R));
        let second = Zeroizing::new(fr(*along_l) * fr(N) - fr(*along_n) * fr(L));
        let first = Zeroizing::new(*scalar - *second * Config::LAMBDA);
        limbs.zeroize();
        let digits = |half: &Fr| {
            let mut signed = Signed::from(half);
            let digits = Zeroizing::new(non_adjacent(&signed, WIDTH));
            signed.magnitude.0.zeroize();
            digits
        };
        let (first, second) = (digits(&first), digits(&second));
        let length = first.len().max(second.len());
        let padded = |digits: Zeroizing<Vec<i8>>| {
            let mut all = Zeroizing::new(vec![0; length]);
            all[..digits.len()].copy_from_slice(&digits);
            all
        };
        Self { first: padded(first), second: padded(second) }
    }
}

/// ⌊a·b/2²⁵⁶⌉.
fn rounded_high_half(a: &[u64; 4], b: &[u64; 4]) -> [u64; 4] {
    let mut product = Zeroizing::new([0u64; 8]);
    for (i, a) in a.iter().enumerate() {
        let mut carry = 0u128;
        for (j, b) in b.iter().enumerate() {
            let sum = u128::from(*a) * u128::from(*b) + u128::from(product[i + j]) + carry;
            product[i + j] = low(sum);
            carry = sum >> 64;
        }
        product[i + 4] = low(carry);
    }
    let mut high = [product[4], product[5], product[6], product[7]];
    let mut carry = product[3] >> 63;
    for limb in &mut high {
        let over;
        (*limb, over) = limb.overflowing_add(carry);
        carry = u64::from(over);
    }
    high
}

/// The low 64 bits.
fn low(value: u128) -> u64 {
    u64::try_from(value & u128::from(u64::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Affine, G1Projective};
    use ark_ec::{AffineRepr, PrimeGroup};
    use ark_ff::{AdditiveGroup, Field};
    use proptest::prelude::*;

    use super::*;

    fn value(digits: &[i8]) -> Fr {
        digits.iter().rev().fold(Fr::ZERO, |value, &digit| {
            let magnitude = Fr::from(digit.unsigned_abs());
            value.double() + if digit < 0 { -magnitude } else { magnitude }
        })
    }

    fn check(scalar: Fr) {
        let digits = Digits::of(&scalar);
        assert_eq!(value(&digits.first) + Config::LAMBDA * value(&digits.second), scalar);
        assert!(digits.first.len() <= 129 && digits.first.len() == digits.second.len());
        for half in [&digits.first, &digits.second] {
            assert!(half.iter().all(|digit| usize::from(digit.unsigned_abs()) < 2 * ODD_MULTIPLES));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn halves_are_short_and_make_the_scalar(bytes in any::<[u8; 32]>()) {
            check(Fr::from_le_bytes_mod_order(&bytes));
        }
    }

    #[test]
    fn so_are_those_of_special_scalars() {
        let half = Fr::from(2u64).inverse().unwrap();
        for special in [Fr::ZERO, Fr::ONE, half, Config::LAMBDA, Fr::from(BigInt::new(L)), Fr::from(BigInt::new(N))] {
            for near in -3i32..=3 {
                let offset = Fr::from(near.unsigned_abs());
                check(if near < 0 { special - offset } else { special + offset });
                check(-special);
            }
        }
    }

    #[test]
    fn lambda_is_the_eigenvalue_of_the_endomorphism() {
        let point = G1Affine::generator();
        assert_eq!(G1Projective::from(Config::endomorphism_affine(&point)), G1Projective::generator() * Config::LAMBDA);
    }
}
