//! Proofs that a leaf stands at an index of a tree.

use super::tree::{Hash, node_hash, root, split};

/// Why an inclusion proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InclusionError {
    /// No leaf has this index.
    #[error("leaf {index} is outside a tree of {size} leaves")]
    Index {
        /// Index asked for, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// A path to this leaf has another length.
    #[error("the inclusion path has {given} hashes, one to leaf {index} of {size} has {expected}")]
    Length {
        /// Hashes given.
        given: usize,
        /// Hashes of a path to this leaf.
        expected: u32,
        /// Index of the leaf, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The path leads from the leaf to another root.
    #[error("the inclusion path of leaf {index} leads to another root")]
    Root {
        /// Index of the leaf, from 0.
        index: u64,
    },
}

/// The sibling hashes from leaf `index` up to the root; `None` when there is no such leaf.
pub fn inclusion_path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut part, mut at, mut path) = (leaves, index, Vec::new());
    while part.len() > 1 {
        let (left, right) = part.split_at(split(part.len()));
        if at < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            at -= left.len();
            part = right;
        }
    }
    // Collected from the root down, handed out from the leaf up.
    path.reverse();
    Some(path)
}

/// Checks that the leaf with hash `leaf` stands at `index` of the tree with `size` leaves and this `root`
/// (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// [`InclusionError`] when the index is outside the tree, the path has not the length that index and size ask for, or
/// it leads to another root.
pub fn verify_inclusion(root: &Hash, size: u64, index: u64, leaf: &Hash, path: &[Hash]) -> Result<(), InclusionError> {
    if index >= size {
        return Err(InclusionError::Index { index, size });
    }
    let expected = path_length(size, index);
    if u32::try_from(path.len()) != Ok(expected) {
        return Err(InclusionError::Length { given: path.len(), expected, index, size });
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        // A rightmost node without a sibling goes up unchanged. Above it the path runs along the right edge, where index
        // and last leaf stay equal and every sibling stands on the left; how many there are, the length has told.
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if hash == *root { Ok(()) } else { Err(InclusionError::Root { index }) }
}

/// Hashes on the path to leaf `index < size`: every level below the one where index and last leaf part has a sibling;
/// above it the path runs along the right edge, where only right children have one.
fn path_length(size: u64, index: u64) -> u32 {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    inner + index.checked_shr(inner).unwrap_or(0).count_ones()
}
