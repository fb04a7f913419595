//! What hides or pins field elements: the hiding Poseidon commitment ρ of the scores, and the digest π of a policy's
//! coefficients.

mod blinding;
mod opening;
mod policy;
mod scores;
#[cfg(test)]
mod tests;

pub use blinding::BlindingSeed;
pub use opening::LeafOpening;
pub use policy::{POLICY_LEAF, POLICY_ROOT, policy_digest};
pub use scores::{LEAF, NODE, NODE_CHILDREN, ROOT_CHILDREN, SCORES_PER_LEAF, ScoreCommitment, leaves, root_tag};
