//! The seed of a run's blindings.

use ark_bn254::Fr;
use ark_ff::PrimeField;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::{Zeroize, ZeroizeOnDrop};

const TAG: &[u8; 16] = b"pot/blinding/v1\0";

/// 32 secret bytes, fresh for each run, from which every leaf's blinding is derived.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BlindingSeed([u8; 32]);

impl BlindingSeed {
    /// Takes 32 bytes, which must come from a cryptographic source of randomness.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The blinding of a leaf: HMAC-SHA512(seed, tag ‖ leaf index) as a big-endian number modulo the group order.
    /// 512 bits reduced to 254 are within 2^-258 of uniform.
    pub fn blinding(&self, leaf: u32) -> Fr {
        // A key of any length is taken, so the error cannot occur; a key made of the seed is the same one.
        let mac = Hmac::<Sha512>::new_from_slice(&self.0).map(|mut mac| {
            mac.update(TAG);
            mac.update(&leaf.to_be_bytes());
            mac.finalize().into_bytes()
        });
        Fr::from_be_bytes_mod_order(mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of every length")).as_slice())
    }
}

impl std::fmt::Debug for BlindingSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlindingSeed(..)")
    }
}
