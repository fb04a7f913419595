//! What is hashed in a phase-2 ceremony, and how: points uncompressed as in `curve/encoding.rs`; `BLAKE2b` with 64 bytes.

use ark_bn254::G1Affine;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use blake2::{Blake2b512, Digest};

use crate::{
    curve::{BigEndian, uncompressed},
    formats::zkey::Contribution,
};

/// Points that are converted for the hash function at a time.
const CHUNK: usize = 1 << 16;

/// The hash over everything that the contributions so far have published.
#[derive(Clone)]
pub(crate) struct Transcript(Blake2b512);

impl Transcript {
    /// Before the first contribution to the circuit with this hash.
    pub(crate) fn new(cs_hash: &[u8; 64]) -> Self {
        Self(Blake2b512::new_with_prefix(cs_hash))
    }

    /// Takes a contribution in.
    pub(crate) fn absorb(&mut self, contribution: &Contribution) {
        public_key(&mut self.0, contribution);
    }

    /// The transcript of a next contribution that publishes s and x·s.
    pub(crate) fn next(&self, g1_s: &G1Affine, g1_sx: &G1Affine) -> [u8; 64] {
        let mut hasher = self.0.clone();
        hasher.update(uncompressed(&[*g1_s, *g1_sx]));
        hasher.finalize().into()
    }
}

/// The hash by which a contributor announces a contribution.
pub fn contribution_hash(contribution: &Contribution) -> [u8; 64] {
    let mut hasher = Blake2b512::new();
    public_key(&mut hasher, contribution);
    hasher.finalize().into()
}

fn public_key(hasher: &mut Blake2b512, contribution: &Contribution) {
    hasher.update(uncompressed(&[contribution.delta_after, contribution.g1_s, contribution.g1_sx]));
    hasher.update(uncompressed(&[contribution.g2_spx]));
    hasher.update(contribution.transcript);
}

/// Hashes a list: its length, u32 big-endian, and its points.
pub(crate) fn absorb_all<P: SWCurveConfig<BaseField: BigEndian>>(hasher: &mut Blake2b512, points: &[Affine<P>]) {
    // Lengths of sections are below 2^32.
    hasher.update(u32::try_from(points.len()).unwrap_or(u32::MAX).to_be_bytes());
    absorb_points(hasher, points);
}

/// Hashes points, converting them on all threads.
pub(crate) fn absorb_points<P: SWCurveConfig<BaseField: BigEndian>>(hasher: &mut Blake2b512, points: &[Affine<P>]) {
    points.chunks(CHUNK).for_each(|points| hasher.update(uncompressed(points)));
}

/// Four lines of four words, as snarkjs prints hashes.
pub fn words(hash: &[u8; 64]) -> String {
    let line = |bytes: &[u8]| bytes.chunks(4).map(hex::encode).collect::<Vec<_>>().join(" ");
    hash.chunks(16).map(line).collect::<Vec<_>>().join("\n")
}
