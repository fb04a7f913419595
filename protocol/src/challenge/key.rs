//! The challenge key, its public commitment, and the seeds that follow from it.

use hmac::{Hmac, KeyInit, Mac, digest::CtOutput};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

const TAG_COMMITMENT: &[u8; 16] = b"pot/key-com/v1\0\0";
const TAG_RUN_KEY: &[u8; 16] = b"pot/run-key/v1\0\0";
const TAG_SEED: &[u8; 16] = b"pot/challenge/v1";

/// The auditor's secret behind all challenges of one run; drawn afresh for each run and never used twice.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ChallengeKey([u8; 32]);

/// The key of one run: the challenge key bound to a nonce and a registration.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RunKey([u8; 32]);

impl ChallengeKey {
    /// Takes 32 bytes, which the caller drew uniformly at random.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What is published before any query: SHA-256(tag ‖ key). It hides the key as long as the key is random.
    pub fn commitment(&self) -> [u8; 32] {
        Sha256::new().chain_update(TAG_COMMITMENT).chain_update(self.0).finalize().into()
    }

    /// Whether this key opens `commitment`; compared in constant time.
    #[must_use]
    pub fn verify(&self, commitment: &[u8; 32]) -> bool {
        CtOutput::<Sha256>::new(self.commitment().into()) == CtOutput::new((*commitment).into())
    }

    /// The run's key: HMAC-SHA256(key, tag ‖ nonce ‖ digest of the registration).
    pub fn derive(&self, nonce: &[u8; 32], registration_digest: &[u8; 32]) -> RunKey {
        RunKey(hmac(&self.0, TAG_RUN_KEY, &[nonce, registration_digest]))
    }
}

impl RunKey {
    /// The seed of challenge `i`: HMAC-SHA256(run key, tag ‖ i as eight big-endian bytes).
    pub fn seed(&self, i: u64) -> [u8; 32] {
        hmac(&self.0, TAG_SEED, &[&i.to_be_bytes()])
    }
}

/// HMAC-SHA256 of a 16-byte tag and parts whose widths the tag fixes.
pub(super) fn hmac(key: &[u8; 32], tag: &[u8; 16], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a key to the 64-byte block with zeros; doing so here needs no fallible constructor.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    mac.update(tag);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChallengeKey(secret)")
    }
}

impl std::fmt::Debug for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mac_is_hmac_sha256() {
        // RFC 4231, test case 2, has a key of 4 bytes; a key padded with zeros is the same HMAC key.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac(&key, b"what do ya want ", &[b"for ", b"nothing?"]);
        assert_eq!(hex::encode(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn the_commitment_is_a_tagged_hash_and_opens_by_its_key_only() {
        let key = ChallengeKey::new([7; 32]);
        let expected: [u8; 32] = Sha256::digest([b"pot/key-com/v1\0\0".as_slice(), &[7; 32]].concat()).into();
        assert_eq!(key.commitment(), expected);
        assert!(key.verify(&expected));
        for byte in 0..32 {
            let mut other = expected;
            other[byte] ^= 0x80;
            assert!(!key.verify(&other), "{byte}");
        }
        assert!(!ChallengeKey::new([8; 32]).verify(&expected));
    }

    #[test]
    fn every_input_changes_the_seed() {
        let seed = |k: u8, n: u8, d: u8, i| ChallengeKey::new([k; 32]).derive(&[n; 32], &[d; 32]).seed(i);
        let all = [
            seed(1, 2, 3, 4),
            seed(0, 2, 3, 4),
            seed(1, 0, 3, 4),
            seed(1, 2, 0, 4),
            seed(1, 2, 3, 0),
            seed(1, 3, 2, 4),
        ];
        assert_eq!(std::collections::BTreeSet::from(all).len(), all.len());
    }

    #[test]
    fn nothing_secret_is_printed() {
        let key = ChallengeKey::new([0xab; 32]);
        let run = key.derive(&[0; 32], &[0; 32]);
        let draws = crate::challenge::DrawStream::new(run.seed(0));
        assert_eq!(format!("{key:?} {run:?} {draws:?}"), "ChallengeKey(secret) RunKey(secret) DrawStream(secret)");
    }
}
