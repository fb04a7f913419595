//! Only the rule, on anyone's scores.

use pot_protocol::{
    policy::Policy,
    rule::Rule,
    score::{Score, ScoreKind, UNITS_PER_NAT},
};
use serde::Serialize;

/// What `pot-prove decide` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// `SAME` (`SAME-TOPK` for `kl-topk` scores), `DIFFERENT` or `UNDECIDED`; `GO ON` when the scores end before a decision and before `n_max`.
    pub verdict: &'static str,
    /// `strict` for SAME, `strong` for DIFFERENT, or nothing.
    pub grade: Option<&'static str>,
    /// Number of scores at which the rule stopped; the number given when it did not.
    pub n: u32,
    /// Mean of these n scores in nats, after saturation at 4.5.
    pub mean: f64,
    /// Mean of these n scores with each clipped to half a nat: what the verdict is about.
    pub clipped_mean: f64,
    /// Scores given after the stop; they do not count.
    pub ignored: u64,
    /// Next number of scores at which the rule looks, for `GO ON`.
    pub next_look: Option<u32>,
    /// Policy name.
    pub policy: String,
    /// What a score measures under this policy.
    pub kind: ScoreKind,
    /// Digest of the policy document.
    pub policy_digest: String,
}

/// Runs the rule over `scores`.
pub fn decide(policy: &Policy, scores: &[Score]) -> Decision {
    let mut rule = Rule::new(policy.coefficients());
    for &score in scores {
        rule.push(score);
    }
    let standing = rule.standing();
    Decision {
        verdict: rule.outcome().map_or("GO ON", |o| o.verdict.word_for(policy.parameters().kind)),
        grade: rule.outcome().and_then(|o| o.grade_word()),
        n: standing.n,
        mean: mean_nats(standing.sum, standing.n),
        clipped_mean: mean_nats(standing.clipped_sum, standing.n),
        ignored: rule.ignored(),
        next_look: standing.next_look,
        policy: policy.parameters().name.clone(),
        kind: policy.parameters().kind,
        policy_digest: policy.document_digest().to_string(),
    }
}

/// A sum of score units over n scores as a mean in nats, for people; 0 without scores.
pub fn mean_nats(sum: u64, n: u32) -> f64 {
    // At most 1,024 scores of 4,607 units: far below 2^32.
    let sum = f64::from(u32::try_from(sum).unwrap_or(u32::MAX));
    if n == 0 { 0.0 } else { sum / f64::from(n) / f64::from(UNITS_PER_NAT) }
}
