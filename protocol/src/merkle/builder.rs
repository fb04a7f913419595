//! The root of a growing list of leaves, in logarithmic memory.

use sha2::{Digest as _, Sha256};

use super::tree::{Hash, node_hash};

/// Takes leaf hashes one by one and knows the root after each, equal to [`super::root`] of all of them.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// Roots of the perfect subtrees, one for each set bit of `size`, the largest first.
    subtrees: Vec<Hash>,
    size: u64,
}

impl Builder {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        // Each trailing one bit of the old size is a perfect subtree as large as what is carried.
        let mut carried = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                carried = node_hash(&left, &carried);
            }
        }
        self.subtrees.push(carried);
        self.size += 1;
    }

    /// Root over the leaves so far; SHA-256 of the empty string when there are none.
    pub fn root(&self) -> Hash {
        let joined = self.subtrees.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or_else(|| Sha256::digest([]).into())
    }
}
