//! Hashes of leaves and nodes, and the root of a list of leaves.

use sha2::{Digest as _, Sha256};

/// A SHA-256 value of the tree: of a leaf, of an inner node, or the root.
pub type Hash = [u8; 32];

/// Hash of a leaf's entry: SHA-256(0x00 ‖ entry). The prefix keeps an entry from being read as an inner node.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the tree over these leaf hashes; of no leaves it is SHA-256 of the empty string, as in RFC 9162.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two below `n`, for `n` ≥ 2: where a tree of `n` leaves splits.
pub(super) fn split(n: usize) -> usize {
    debug_assert!(n >= 2, "a tree of {n} leaves does not split");
    1 << (n - 1).ilog2()
}
