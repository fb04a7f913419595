//! The coefficients of a batch: 128 bits each, out of a hash of everything in it.
//!
//! ```text
//! seed = SHA-256("pot/batch/v1" padded to 16 ‖ key id 32 ‖ number of proofs 8 ‖ for each: proof 128 ‖ inputs 4 × 32)
//! rᵢ   = the first 16 bytes of SHA-256("pot/batch-r/v1" padded to 16 ‖ seed ‖ i 8)
//! ```
//!
//! **Why that is sound.** Let eᵢ in the target group, of prime order r ≈ 2^254, be what proof i's own equation is off by; the
//! batch holds exactly when Π eᵢ^rᵢ = 1. If some eᵢ ≠ 1, then whatever the other coefficients are, at most one value of rᵢ
//! below r does that, and rᵢ takes 2^128 values: **a false batch passes with probability at most 2^-128**, over the choice of
//! the coefficients. They are no secret and not chosen afresh: they are the hash's answer (Fiat–Shamir). So whoever makes
//! the proofs knows them, but only once all proofs and inputs are fixed, since every coefficient hangs on every byte of all
//! of them and on the key. What is left to him is **grinding**: change something anywhere (a proof can be re-randomised
//! without end), hash again, and hope. Each try needs a batch's hash and has the chance 2^-128, so 2^k tries have 2^(k-128);
//! and as a change anywhere changes all coefficients, partial successes do not add up, as they would if each coefficient
//! hung on its own proof alone. With coefficients fixed beforehand two errors could be made to cancel.
//!
//! The same attack on the circuit's proof system itself (BN254's discrete logarithms, about 2^100) is cheaper.

use ark_bn254::Fr;
use ark_ff::PrimeField;
use sha2::{Digest as _, Sha256};

use super::Claimed;
use crate::{digest::Digest, keys::KeyId, poseidon};

const SEED: &[u8; 16] = b"pot/batch/v1\0\0\0\0";
const EACH: &[u8; 16] = b"pot/batch-r/v1\0\0";

/// The coefficients of one batch.
pub(in crate::keys) struct Coefficients(Digest);

impl Coefficients {
    /// Those of these proofs under the key with this id.
    pub(in crate::keys) fn new(key: KeyId, claims: &[Claimed]) -> Self {
        let mut hash = Sha256::new();
        hash.update(SEED);
        hash.update(key.0);
        hash.update((claims.len() as u64).to_be_bytes());
        for claim in claims {
            hash.update(claim.proof.to_bytes().0);
            for x in claim.inputs {
                hash.update(poseidon::to_bytes(x));
            }
        }
        Self(Digest(hash.finalize().into()))
    }

    /// That of proof `number`, counted from 0: below 2^128.
    pub(in crate::keys) fn of(&self, number: usize) -> Fr {
        let hash = Digest::tagged(EACH, &[self.0.0.as_slice(), &(number as u64).to_be_bytes()].concat());
        Fr::from_be_bytes_mod_order(&hash.0[..16])
    }
}
