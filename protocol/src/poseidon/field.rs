//! Field elements as 32 big-endian bytes, with exactly one accepted encoding each.

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};

/// The element as 32 big-endian bytes.
pub fn to_bytes(element: Fr) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(element.into_bigint().to_bytes_be()) {
        *to = from;
    }
    bytes
}

/// Reads 32 big-endian bytes. `None` when the number is not below the group order: an alias of another element.
pub fn from_bytes(bytes: &[u8; 32]) -> Option<Fr> {
    let element = Fr::from_be_bytes_mod_order(bytes);
    (to_bytes(element) == *bytes).then_some(element)
}
