//! What the relation is about: the public and the private part.

use ark_bn254::Fr;
use pot_protocol::{
    commitment::{BlindingSeed, ScoreCommitment, policy_digest},
    policy::Coefficients,
    rule::{Capacity, Outcome, Verdict},
    score::Score,
    statement::verdict_word,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The public inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictPublic {
    /// d: the statement digest. The circuit only binds it.
    pub digest: Fr,
    /// ρ: the hiding commitment of the scores.
    pub score_root: Fr,
    /// π: the digest of the policy's integers.
    pub policy: Fr,
    /// v = `V_S` + 2·`V_D` + 4·G + 8·n.
    pub verdict: Fr,
}

/// The private inputs; scores and seed are wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VerdictPrivate {
    /// The policy's integers.
    #[zeroize(skip)]
    pub coefficients: Coefficients,
    /// The scores up to the stop; the circuit pads with zeros.
    pub scores: Vec<Score>,
    /// Seed of the blindings of the score commitment.
    pub seed: BlindingSeed,
}

impl std::fmt::Debug for VerdictPrivate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerdictPrivate({} scores)", self.scores.len())
    }
}

impl VerdictPublic {
    /// The public part that belongs to `private` and an outcome.
    pub fn of(capacity: Capacity, digest: Fr, private: &VerdictPrivate, outcome: Outcome) -> Self {
        let (same, different) = (outcome.verdict == Verdict::Same, outcome.verdict == Verdict::Different);
        Self {
            digest,
            score_root: ScoreCommitment::commit(capacity, &private.scores, &private.seed).root(),
            policy: policy_digest(&private.coefficients),
            verdict: Fr::from(verdict_word(same, different, outcome.grade, outcome.n)),
        }
    }

    /// The public inputs in the circuit's order: d, ρ, π, v.
    pub fn to_inputs(&self) -> [Fr; 4] {
        [self.digest, self.score_root, self.policy, self.verdict]
    }
}

#[cfg(test)]
mod tests {
    use pot_protocol::policy::Preset;

    use super::*;

    #[test]
    fn the_private_part_is_wiped_when_dropped() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let coefficients = Preset::Quick.policy().coefficients().clone();
        let mut private =
            VerdictPrivate { coefficients, scores: vec![Score::MAX; 3], seed: BlindingSeed::new([9; 32]) };
        wiped(&private);
        private.zeroize();
        assert!(private.scores.is_empty());
        assert_eq!(private.seed.blinding(0), BlindingSeed::new([0; 32]).blinding(0));
    }
}
