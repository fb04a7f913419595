//! Clause 13: ρ from the scores and the blindings, mirroring `pot_protocol::commitment::ScoreCommitment`.

use pot_protocol::{
    commitment::{BlindingSeed, LEAF, NODE, NODE_CHILDREN, SCORES_PER_LEAF, root_tag},
    poseidon::Width,
    rule::Capacity,
    score::MAX_SCORE,
};

use super::{poseidon::hash, score::ScoreWires};
use crate::builder::{Builder, Result, Wire};

/// ρ. The blindings are free private elements: each only hides its leaf.
pub(crate) fn score_root(
    builder: &mut Builder,
    capacity: Capacity,
    scores: &[ScoreWires],
    seed: &BlindingSeed,
) -> Result<Wire> {
    let mut digests = vec![];
    for (leaf, group) in (0u32..).zip(scores.chunks(SCORES_PER_LEAF)) {
        // 4608^20 < 2^244 < r and every score is below 4608: no two groups pack to the same element.
        let (mut packed, mut weight) = (Wire::zero(), ark_bn254::Fr::from(1u64));
        for score in group {
            packed.add(weight, &score.x);
            weight *= ark_bn254::Fr::from(MAX_SCORE + 1);
        }
        let blinding = builder.witness("rho.blinding", seed.blinding(leaf))?;
        digests.push(hash(builder, Width::W3, LEAF, &[packed, blinding])?);
    }
    let groups = digests.chunks_exact(NODE_CHILDREN);
    let rest = groups.remainder().to_vec();
    let mut children = vec![];
    for group in groups {
        children.push(hash(builder, Width::W17, NODE, group)?);
    }
    children.extend(rest);
    hash(builder, Width::W8, root_tag(capacity), &children)
}
