//! The words that the EVM's pairing precompile takes (EIP-197): 32 bytes big-endian each, and in an element of Fq2 the
//! coefficient of u first.

use ark_bn254::{Fq, Fq2, Fr};
use ark_ff::{BigInteger, PrimeField};

use crate::keys::{ProofPoints, raw::INPUTS};

/// Bytes of a proof: A, B, C in 8 words.
pub const PROOF_WORDS_LEN: usize = 8 * 32;
/// Bytes of a proof and the four public inputs in 12 words.
pub const CALLDATA_LEN: usize = PROOF_WORDS_LEN + INPUTS * 32;

/// A, B and C in 8 words, the argument `uint256[8]` of our verifier contract.
pub fn proof_words(proof: &ProofPoints) -> [u8; PROOF_WORDS_LEN] {
    let ProofPoints { a, b, c } = proof;
    let fq2 = |x: Fq2| [x.c1, x.c0];
    let coordinates = [[a.x, a.y], fq2(b.x), fq2(b.y), [c.x, c.y]];
    let mut words = [0; PROOF_WORDS_LEN];
    words.copy_from_slice(coordinates.as_flattened().iter().map(|x: &Fq| word(*x)).collect::<Vec<_>>().as_flattened());
    words
}

/// A proof and its public inputs in 12 words: what follows the selector in a call of
/// `verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[4])`, the interface of the contracts that snarkjs writes.
pub fn calldata(proof: &ProofPoints, inputs: &[Fr; INPUTS]) -> [u8; CALLDATA_LEN] {
    let mut bytes = [0; CALLDATA_LEN];
    let (first, last) = bytes.split_at_mut(PROOF_WORDS_LEN);
    first.copy_from_slice(&proof_words(proof));
    last.copy_from_slice(inputs.map(word).as_flattened());
    bytes
}

fn word<F: PrimeField>(element: F) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&element.into_bigint().to_bytes_be());
    bytes
}
