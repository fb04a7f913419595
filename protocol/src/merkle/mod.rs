//! RFC 9162 Merkle trees over SHA-256: leaves hash as `0x00 ‖ entry`, nodes as `0x01 ‖ left ‖ right`, and a tree of
//! n > 1 leaves splits at the largest power of two below n.

mod builder;
mod inclusion;
mod tree;

pub use builder::Builder;
pub use inclusion::{InclusionError, inclusion_path, verify_inclusion};
pub use tree::{Hash, leaf_hash, node_hash, root};

#[cfg(test)]
mod tests;
