//! The permutation and the three arities of the hash.

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField, Zero};

use super::Width;

/// A domain tag: a fixed, versioned string that separates one use of the hash from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(&'static [u8; 16]);

impl Tag {
    /// The tag of one use.
    pub const fn new(text: &'static [u8; 16]) -> Self {
        Self(text)
    }

    /// The capacity element: the string as a big-endian number, below 2^128 and so never reduced.
    pub fn element(self) -> Fr {
        Fr::from_be_bytes_mod_order(self.0)
    }
}

/// Hashes two elements.
pub fn hash2(tag: Tag, inputs: &[Fr; 2]) -> Fr {
    hash(Width::W3, tag.element(), inputs)
}

/// Hashes seven elements.
pub fn hash7(tag: Tag, inputs: &[Fr; 7]) -> Fr {
    hash(Width::W8, tag.element(), inputs)
}

/// Hashes sixteen elements.
pub fn hash16(tag: Tag, inputs: &[Fr; 16]) -> Fr {
    hash(Width::W17, tag.element(), inputs)
}

/// The first element of the permuted state. `inputs` is one element shorter than the state.
pub(super) fn hash(width: Width, capacity: Fr, inputs: &[Fr]) -> Fr {
    let constants = width.constants();
    let mut state: Vec<Fr> = std::iter::once(capacity).chain(inputs.iter().copied()).collect();
    let mut next = vec![Fr::zero(); state.len()];
    for (round, row) in constants.rounds.iter().enumerate() {
        for (x, c) in state.iter_mut().zip(row) {
            *x += c;
        }
        let boxes = if width.is_full(round) { state.len() } else { 1 };
        for x in &mut state[..boxes] {
            *x *= x.square().square();
        }
        for (out, row) in next.iter_mut().zip(&constants.matrix) {
            *out = row.iter().zip(&state).map(|(m, x)| *m * x).sum();
        }
        std::mem::swap(&mut state, &mut next);
    }
    state[0]
}
