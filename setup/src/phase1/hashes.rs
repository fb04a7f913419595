//! The hashes that chain the contributions.
//!
//! A *challenge* is what a contributor starts from, a *response* what they make of it. With H for BLAKE2b-512:
//!
//! ```text
//! first challenge = H(H() ‖ the powers of 1)
//! response        = H(challenge ‖ new points, compressed ‖ public keys)
//! next challenge  = H(response ‖ new points)
//! ```
//!
//! Points are as in `curve/encoding.rs`, in the order `tauG1`, `tauG2`, `alphaTauG1`, `betaTauG1`, `betaG2`.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, SWCurveConfig},
};
use blake2::{Blake2b512, Digest};

use super::blake2b::Blake2b;
use crate::{
    curve::{BigEndian, compressed, uncompressed},
    formats::ptau::{Contribution, Powers, PublicKeys},
    phase2::deterministic::hash_to_g2,
};

/// Points that are hashed at a time.
const CHUNK: usize = 1 << 12;

/// What the first contributor of a ceremony starts from: the hash of the powers of τ = α = β = 1.
pub(crate) fn first_challenge(power: u32) -> [u8; 64] {
    let mut hasher = Blake2b512::new_with_prefix(Blake2b512::digest([]));
    let g1 = uncompressed(&vec![G1Affine::generator(); CHUNK]);
    let g2 = uncompressed(&vec![G2Affine::generator(); CHUNK]);
    for powers in Powers::ALL {
        let bytes = if powers == Powers::TauG2 { &g2 } else { &g1 };
        let mut left = powers.count(power);
        while left > 0 {
            let now = left.min(CHUNK);
            hasher.update(&bytes[..now * powers.point_len()]);
            left -= now;
        }
    }
    hasher.update(&g2[..Powers::TauG2.point_len()]);
    hasher.finalize().into()
}

/// The hash that a contributor announces; `None` when the stored state cannot be one.
pub(crate) fn response_hash(contribution: &Contribution) -> Option<[u8; 64]> {
    let mut hasher = Blake2b::from_state(&contribution.partial_hash)?;
    hasher.update(&keys_bytes(&contribution.keys));
    Some(hasher.finish())
}

/// The public keys as they are hashed.
pub(crate) fn keys_bytes(keys: &PublicKeys) -> Vec<u8> {
    let in_g1 = keys.each().map(|(_, _, key)| [key.g1_s, key.g1_sx]);
    let in_g2 = keys.each().map(|(_, _, key)| key.g2_spx);
    [uncompressed(in_g1.as_flattened()), uncompressed(&in_g2)].concat()
}

/// The point of G2 that a proof of knowledge answers to.
pub(crate) fn key_point(number: u8, challenge: &[u8; 64], g1_s: &G1Affine, g1_sx: &G1Affine) -> G2Affine {
    let mut hasher = Blake2b512::new();
    hasher.update([number]);
    hasher.update(challenge);
    hasher.update(uncompressed(&[*g1_s, *g1_sx]));
    hash_to_g2(&hasher.finalize().into())
}

/// The hash over a response: what it would store, and the challenge that follows.
pub(crate) struct PointHashes {
    /// Over the points compressed.
    pub(crate) response: Blake2b,
    /// Over the points uncompressed, begun with the response's hash.
    pub(crate) next_challenge: Blake2b512,
}

impl PointHashes {
    /// Takes the next points in.
    pub(crate) fn update<P: SWCurveConfig<BaseField: BigEndian>>(&mut self, points: &[Affine<P>]) {
        self.response.update(&compressed(points));
        self.next_challenge.update(uncompressed(points));
    }
}
