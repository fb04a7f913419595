//! π: the digest of a policy's coefficients that the circuit recomputes.

use ark_bn254::Fr;
use ark_ff::Zero;

use crate::{
    policy::{COEFFICIENT_COUNT, Coefficients},
    poseidon::{Tag, hash7, hash16},
};

/// Tag of a hash of 16 coefficients.
pub const POLICY_LEAF: Tag = Tag::new(b"pot/pi-leaf/v1\0\0");
/// Tag of the hash of the five leaves and the last two coefficients.
pub const POLICY_ROOT: Tag = Tag::new(b"pot/pi-root/v1\0\0");

/// π: five hashes of 16 coefficients each, hashed with the remaining two. One coefficient is one element, a negative
/// one is `order − |x|`; the number of coefficients is fixed.
pub fn policy_digest(coefficients: &Coefficients) -> Fr {
    let elements: Vec<Fr> = coefficients.elements().into_iter().map(Fr::from).collect();
    let (groups, rest) = elements.as_chunks::<16>();
    let mut root = [Fr::zero(); 7];
    let leaves = groups.iter().map(|group| hash16(POLICY_LEAF, group));
    for (to, from) in root.iter_mut().zip(leaves.chain(rest.iter().copied())) {
        *to = from;
    }
    hash7(POLICY_ROOT, &root)
}

const _: () = assert!(COEFFICIENT_COUNT == 5 * 16 + 2);
