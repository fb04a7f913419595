//! Public inputs: the only place where a statement becomes field elements.

use ark_bn254::Fr;
use ark_ff::PrimeField;

use super::{Statement, verdict_word};
use crate::{digest::Digest, poseidon, rule::Verdict};

/// The public inputs of the verdict relation, in the circuit's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicInputs {
    /// d, the statement digest: its low 253 bits as a big-endian number.
    pub digest: Fr,
    /// ρ, the hiding commitment of the scores.
    pub score_root: Fr,
    /// π, the Poseidon digest of the policy's coefficients.
    pub policy: Fr,
    /// v = `V_S` + 2·`V_D` + 4·G + 8·n.
    pub verdict: Fr,
}

impl PublicInputs {
    /// How many there are.
    pub const COUNT: usize = 4;

    pub(super) fn of(statement: &Statement) -> Self {
        let fields = statement.fields();
        let (same, different) = (fields.verdict == Verdict::Same, fields.verdict == Verdict::Different);
        Self {
            digest: digest_element(statement.digest()),
            // A validated statement holds reduced elements; reduction here changes nothing.
            score_root: Fr::from_be_bytes_mod_order(&fields.score_root.0),
            policy: Fr::from_be_bytes_mod_order(&fields.registration.policy.coefficients.0),
            verdict: Fr::from(verdict_word(same, different, fields.grade, fields.n)),
        }
    }

    /// The elements in the circuit's order: d, ρ, π, v.
    pub fn to_elements(&self) -> [Fr; Self::COUNT] {
        [self.digest, self.score_root, self.policy, self.verdict]
    }

    /// The elements as 32 big-endian bytes each.
    pub fn to_bytes(&self) -> [[u8; 32]; Self::COUNT] {
        self.to_elements().map(poseidon::to_bytes)
    }
}

/// The low 253 bits of a digest: always below the group order, so no two digests share an element by wrapping.
fn digest_element(digest: Digest) -> Fr {
    let mut bytes = digest.0;
    bytes[0] &= 0x1f;
    Fr::from_be_bytes_mod_order(&bytes)
}
