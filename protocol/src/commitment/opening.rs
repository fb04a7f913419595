//! Opening one leaf of a score commitment without the others.

use ark_bn254::Fr;

use super::scores::{
    Leaf, NODE, NODE_CHILDREN, ROOT_CHILDREN, SCORES_PER_LEAF, ScoreCommitment, leaves, pack, root_of,
};
use crate::{poseidon::hash16, rule::Capacity, score::Score};

/// One leaf's scores and blinding with the digests on its way to the root.
#[derive(Clone, PartialEq, Eq)]
pub struct LeafOpening {
    /// Index of the leaf: its first score is number `leaf·20`.
    pub leaf: usize,
    /// The scores of the leaf.
    pub scores: Vec<Score>,
    /// The leaf's blinding.
    pub blinding: Fr,
    /// The leaf digests of its group of 16; empty for a leaf that hangs on the root.
    pub group: Vec<Fr>,
    /// The children of the root.
    pub children: [Fr; ROOT_CHILDREN],
}

impl ScoreCommitment {
    /// Opens a leaf; `None` when there is no such leaf.
    pub fn open(&self, leaf: usize) -> Option<LeafOpening> {
        let blinding = self.leaves.get(leaf)?.blinding;
        let scores = self.scores.chunks(SCORES_PER_LEAF).nth(leaf)?.to_vec();
        let digests = self.digests();
        let group = digests.as_chunks::<NODE_CHILDREN>().0.get(leaf / NODE_CHILDREN).map_or(vec![], |g| g.to_vec());
        Some(LeafOpening { leaf, scores, blinding, group, children: self.root_children() })
    }
}

/// The auditor has one before giving it away: neither scores nor blinding get into logs and messages.
impl std::fmt::Debug for LeafOpening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LeafOpening(leaf {}, {} scores)", self.leaf, self.scores.len())
    }
}

impl LeafOpening {
    /// Whether this leaf lies in the commitment `root` of `capacity` scores.
    pub fn verify(&self, capacity: Capacity, root: Fr) -> bool {
        let all = leaves(capacity);
        let expected = capacity.scores().saturating_sub(self.leaf.saturating_mul(SCORES_PER_LEAF)).min(SCORES_PER_LEAF);
        if self.leaf >= all || self.scores.len() != expected || root_of(capacity, &self.children) != root {
            return false;
        }
        let digest = Leaf { packed: pack(&self.scores), blinding: self.blinding }.digest();
        let (node, groups) = (self.leaf / NODE_CHILDREN, all / NODE_CHILDREN);
        if node >= groups {
            // Behind the nodes come the leaves that are left over.
            return self.group.is_empty() && self.children[groups + self.leaf % NODE_CHILDREN] == digest;
        }
        <&[Fr; NODE_CHILDREN]>::try_from(self.group.as_slice())
            .is_ok_and(|group| group[self.leaf % NODE_CHILDREN] == digest && self.children[node] == hash16(NODE, group))
    }
}
