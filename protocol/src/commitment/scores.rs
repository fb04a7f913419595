//! ρ: the tree over leaves of twenty scores and a blinding.

use ark_bn254::Fr;
use ark_ff::Zero;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::BlindingSeed;
use crate::{
    poseidon::{Tag, hash2, hash7, hash16},
    rule::Capacity,
    score::{MAX_SCORE, Score},
};

/// Scores packed into one leaf, by radix 4,608 with the first score least significant: 4608^20 < 2^244, far below the
/// group order, so that two lists of scores never share a packed element.
pub const SCORES_PER_LEAF: usize = 20;
/// Children of an inner node.
pub const NODE_CHILDREN: usize = 16;
/// Children of the root: the digests of the full groups of [`NODE_CHILDREN`] leaves, then the leaves left over.
pub const ROOT_CHILDREN: usize = 7;
/// Tag of a leaf: Poseidon(packed scores, blinding).
pub const LEAF: Tag = Tag::new(b"pot/rho-leaf/v1\0");
/// Tag of an inner node: Poseidon of 16 leaves.
pub const NODE: Tag = Tag::new(b"pot/rho-node/v1\0");

/// Tag of the root, one per capacity: it binds the number of scores.
pub const fn root_tag(capacity: Capacity) -> Tag {
    match capacity {
        Capacity::C128 => Tag::new(b"pot/rho-128/v1\0\0"),
        Capacity::C1024 => Tag::new(b"pot/rho-1024/v1\0"),
    }
}

/// Number of leaves of a capacity.
pub const fn leaves(capacity: Capacity) -> usize {
    match capacity {
        Capacity::C128 => 128usize.div_ceil(SCORES_PER_LEAF),
        Capacity::C1024 => 1024usize.div_ceil(SCORES_PER_LEAF),
    }
}

/// A leaf before it is hashed.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub(super) struct Leaf {
    pub(super) packed: Fr,
    pub(super) blinding: Fr,
}

impl Leaf {
    pub(super) fn digest(&self) -> Fr {
        hash2(LEAF, &[self.packed, self.blinding])
    }
}

/// The commitment of a run's scores with everything needed to open a leaf; wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ScoreCommitment {
    #[zeroize(skip)]
    pub(super) capacity: Capacity,
    pub(super) scores: Vec<Score>,
    pub(super) leaves: Vec<Leaf>,
}

impl ScoreCommitment {
    /// Commits to `scores`, padded with zeros to the capacity. Scores beyond the capacity do not enter: a caller
    /// refuses them first.
    pub fn commit(capacity: Capacity, scores: &[Score], seed: &BlindingSeed) -> Self {
        // In one piece: a list that grows leaves copies behind.
        let zeros = std::iter::repeat(Score::ZERO);
        let padded: Vec<Score> = scores.iter().copied().chain(zeros).take(capacity.scores()).collect();
        let leaves = (0u32..)
            .zip(padded.chunks(SCORES_PER_LEAF))
            .map(|(i, chunk)| Leaf { packed: pack(chunk), blinding: seed.blinding(i) })
            .collect();
        Self { capacity, scores: padded, leaves }
    }

    /// ρ.
    pub fn root(&self) -> Fr {
        root_of(self.capacity, &self.root_children())
    }

    pub(super) fn digests(&self) -> Vec<Fr> {
        self.leaves.iter().map(Leaf::digest).collect()
    }

    pub(super) fn root_children(&self) -> [Fr; ROOT_CHILDREN] {
        let digests = self.digests();
        let (groups, rest) = digests.as_chunks::<NODE_CHILDREN>();
        let mut children = [Fr::zero(); ROOT_CHILDREN];
        let nodes = groups.iter().map(|group| hash16(NODE, group));
        for (to, from) in children.iter_mut().zip(nodes.chain(rest.iter().copied())) {
            *to = from;
        }
        children
    }
}

/// The i-th score times 4608^i, summed.
pub(super) fn pack(scores: &[Score]) -> Fr {
    let radix = Fr::from(MAX_SCORE + 1);
    scores.iter().rev().fold(Fr::zero(), |sum, s| sum * radix + Fr::from(s.units()))
}

pub(super) fn root_of(capacity: Capacity, children: &[Fr; ROOT_CHILDREN]) -> Fr {
    hash7(root_tag(capacity), children)
}

impl std::fmt::Debug for ScoreCommitment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScoreCommitment").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

// Both trees fill the root exactly: full groups plus the leaves left over.
const _: () = {
    let (small, large) = (leaves(Capacity::C128), leaves(Capacity::C1024));
    assert!(small / NODE_CHILDREN + small % NODE_CHILDREN == ROOT_CHILDREN);
    assert!(large / NODE_CHILDREN + large % NODE_CHILDREN == ROOT_CHILDREN);
};
