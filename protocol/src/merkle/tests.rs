//! Known vectors of Certificate Transparency, agreement of the three ways to a root, and refusals.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;

/// Entries of the test tree of the Certificate Transparency implementations.
const ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
/// Its roots for 1 to 8 leaves.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(hex: &str) -> Hash {
    let mut out = [0; 32];
    hex::decode_to_slice(hex, &mut out).unwrap();
    out
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn size(leaves: &[Hash]) -> u64 {
    leaves.len() as u64
}

#[test]
fn the_empty_tree_is_the_hash_of_nothing() {
    let expected = hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!((root(&[]), Builder::new().root()), (expected, expected));
}

#[test]
fn known_roots() {
    let all = ENTRIES.map(leaf_hash);
    let mut builder = Builder::new();
    for (n, expected) in (1..).zip(ROOTS) {
        builder.push(all[n - 1]);
        assert_eq!(root(&all[..n]), hash(expected), "{n} leaves");
        assert_eq!((builder.root(), builder.size()), (hash(expected), n as u64));
    }
}

#[test]
fn known_paths() {
    let all = ENTRIES.map(leaf_hash);
    let last_of_three = ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"].map(hash);
    assert_eq!(inclusion_path(&all[..3], 2).unwrap(), last_of_three);
    let first_of_eight = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    .map(hash);
    assert_eq!(inclusion_path(&all, 0).unwrap(), first_of_eight);
    assert_eq!(inclusion_path(&all, 8), None);
}

#[test]
fn every_path_of_small_trees_verifies_and_nothing_else_does() {
    for n in 1..=33 {
        let leaves = leaves(n);
        let (root, size) = (root(&leaves), size(&leaves));
        for (i, leaf) in leaves.iter().enumerate() {
            let (index, path) = (i as u64, inclusion_path(&leaves, i).unwrap());
            assert_eq!(verify_inclusion(&root, size, index, leaf, &path), Ok(()));
            for other in (0..size + 2).filter(|&o| o != index) {
                assert!(verify_inclusion(&root, size, other, leaf, &path).is_err(), "index {index} as {other} of {n}");
            }
            let longer = [path.clone(), vec![root]].concat();
            assert!(matches!(verify_inclusion(&root, size, index, leaf, &longer), Err(InclusionError::Length { .. })));
            if let Some((_, shorter)) = path.split_last() {
                assert!(matches!(
                    verify_inclusion(&root, size, index, leaf, shorter),
                    Err(InclusionError::Length { .. })
                ));
            }
            for at in 0..path.len() {
                let mut bent = path.clone();
                bent[at][31] ^= 1;
                assert_eq!(verify_inclusion(&root, size, index, leaf, &bent), Err(InclusionError::Root { index }));
            }
            assert!(verify_inclusion(&root, size, index, &leaf_hash(b"other"), &path).is_err());
            assert!(verify_inclusion(&leaf_hash(b"other"), size, index, leaf, &path).is_err());
            for byte in 0..32 {
                let mut near = root;
                near[byte] ^= 1;
                assert_eq!(verify_inclusion(&near, size, index, leaf, &path), Err(InclusionError::Root { index }));
            }
        }
    }
}

#[test]
fn a_size_that_changes_the_shape_of_the_path_is_refused() {
    // The size alone is bound by the statement; the path binds it only as far as its shape does.
    let leaves = leaves(7);
    let path = inclusion_path(&leaves, 6).unwrap();
    assert_eq!(verify_inclusion(&root(&leaves), 7, 6, &leaves[6], &path), Ok(()));
    for size in [8, 9, 5, 6, 0, u64::MAX] {
        assert!(verify_inclusion(&root(&leaves), size, 6, &leaves[6], &path).is_err(), "{size}");
    }
}

#[test]
fn an_index_outside_the_tree_is_named() {
    for (size, index) in [(0, 0), (0, 1), (1, 1), (7, 7), (8, 8), (8, u64::MAX), (u64::MAX, u64::MAX)] {
        let refused = verify_inclusion(&root(&[]), size, index, &leaf_hash(b""), &[]);
        assert_eq!(refused, Err(InclusionError::Index { index, size }));
    }
}

#[test]
fn an_inner_node_is_no_leaf() {
    let leaves = leaves(4);
    let nodes = [node_hash(&leaves[0], &leaves[1]), node_hash(&leaves[2], &leaves[3])];
    // The root is the same by construction, which is why a tree's size is always stated beside it …
    assert_eq!(root(&nodes), root(&leaves));
    // … and an entry that spells out two hashes does not hash to their node.
    assert_ne!(leaf_hash(&nodes.concat()), root(&leaves));
    assert_eq!(leaf_hash(b"a"), <[u8; 32]>::from(Sha256::digest(b"\x00a")));
}

proptest! {
    #[test]
    fn builder_list_and_paths_agree(n in 1_usize..400, at in 0_usize..400) {
        let leaves = leaves(n);
        let mut builder = Builder::new();
        for &leaf in &leaves {
            builder.push(leaf);
        }
        prop_assert_eq!(builder.root(), root(&leaves));
        let i = at % n;
        let path = inclusion_path(&leaves, i).unwrap();
        prop_assert_eq!(verify_inclusion(&root(&leaves), size(&leaves), i as u64, &leaves[i], &path), Ok(()));
    }
}
