//! The constants against their generator, the hash against circomlib and light-poseidon.

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField, Zero};
use light_poseidon::{Poseidon, PoseidonHasher};

use super::{FULL_ROUNDS, Width, from_bytes, permutation::hash, to_bytes};

/// The Grain LFSR of the Poseidon paper in self-shrinking mode.
struct Grain(u128);

impl Grain {
    fn new(width: Width) -> Self {
        let mut state = 0u128;
        let fields =
            [(1, 2), (0, 4), (254, 12), (width.elements(), 12), (FULL_ROUNDS, 10), (width.partial_rounds(), 10)];
        for (value, bits) in fields {
            state = state << bits | value as u128;
        }
        let mut grain = Self(state << 30 | ((1 << 30) - 1));
        for _ in 0..160 {
            grain.step();
        }
        grain
    }

    /// Bit 0 of the paper's register is the top one of 80.
    fn step(&mut self) -> bool {
        let bit = [62, 51, 38, 23, 13, 0].iter().fold(0, |b, tap| b ^ (self.0 >> (79 - tap)) & 1);
        self.0 = (self.0 << 1 | bit) & ((1 << 80) - 1);
        bit == 1
    }

    fn bit(&mut self) -> bool {
        while !self.step() {
            self.step();
        }
        self.step()
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for i in 2..256 {
            bytes[i / 8] |= u8::from(self.bit()) << (7 - i % 8);
        }
        bytes
    }
}

#[test]
fn the_constants_are_those_of_the_grain_generator() {
    for width in Width::ALL {
        let (mut grain, t) = (Grain::new(width), width.elements());
        for row in &width.constants().rounds {
            for constant in row {
                let drawn = std::iter::repeat_with(|| from_bytes(&grain.bytes())).flatten().next();
                assert_eq!(drawn, Some(*constant));
            }
        }
        let points: Vec<Fr> = (0..2 * t).map(|_| Fr::from_be_bytes_mod_order(&grain.bytes())).collect();
        for (i, row) in width.constants().matrix.iter().enumerate() {
            for (j, m) in row.iter().enumerate() {
                assert_eq!((points[i] + points[t + j]).inverse(), Some(*m));
            }
        }
    }
}

#[test]
fn circomlib_s_vectors() {
    let of = |width: Width| {
        let inputs: Vec<Fr> = (1..width.elements()).map(|i| Fr::from(i as u64)).collect();
        hash(width, Fr::zero(), &inputs).to_string()
    };
    assert_eq!(of(Width::W3), "7853200120776062878684798364095072458815029376092732009249414926327459813530");
    assert_eq!(of(Width::W17), "9989051620750914585850546081941653841776809718687451684622678807385399211877");
}

#[test]
fn equal_to_light_poseidon_also_with_a_tag() {
    for width in [Width::W3, Width::W8] {
        for seed in 0..20u64 {
            let inputs: Vec<Fr> =
                (1..width.elements()).map(|i| Fr::from(seed).pow([7 * i as u64]) - Fr::from(3)).collect();
            let mut peer = Poseidon::<Fr>::new_circom(inputs.len()).unwrap();
            assert_eq!(hash(width, Fr::zero(), &inputs), peer.hash(&inputs).unwrap());
            assert_ne!(hash(width, Fr::from(1), &inputs), peer.hash(&inputs).unwrap());
        }
    }
}

#[test]
fn aliases_are_refused() {
    let largest = to_bytes(-Fr::from(1));
    assert_eq!(from_bytes(&largest), Some(-Fr::from(1)));
    let mut order = largest;
    order[31] += 1;
    assert_eq!(from_bytes(&order), None);
    assert_eq!(from_bytes(&[0xff; 32]), None);
}
