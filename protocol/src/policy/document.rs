//! The policy document: parameters that people choose, the bets that realise them, and the integers of the rule.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{Coefficients, Micro};
use crate::score::ScoreKind;

/// What a person chooses about a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Name, 1 to 64 letters, digits, `.`, `_` and `-`. The names of the presets are taken.
    pub name: String,
    /// The policy's own version, from 1.
    pub version: u32,
    /// The score kind that the policy judges.
    pub kind: ScoreKind,
    /// α: bound on the probability of each kind of wrong claim, in (0, 1).
    pub alpha: Micro,
    /// γ: largest mean divergence (clipped to half a nat) that is called SAME, in nats, in (0, ½).
    pub gamma: Micro,
    /// η: SAME is decided at γ·min(1, 2η); in (0, 1].
    pub eta: Micro,
    /// δ*: mean divergence above which DIFFERENT is called strong, in nats, above γ.
    pub delta: Micro,
    /// ε: the precision aimed at. It enters nothing that is proved.
    pub epsilon: Micro,
    /// First look at which a verdict may be given.
    pub n_min: u32,
    /// Last look.
    pub n_max: u32,
    /// How often one challenge may be sent again after a failure, 1 to 100: asking again is resampling.
    pub max_attempts: u32,
}

/// How one claim bets: its threshold and each bet's stake and weight. The order is that of the coefficients' bets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields, bound(serialize = "[u16; K]: Serialize", deserialize = "[u16; K]: Deserialize<'de>"))]
pub struct ClaimBets<const K: usize> {
    /// Threshold of the mean in 1/256 score units, with half a unit of rounding on the safe side.
    pub tq: u32,
    /// Stake λ of each bet, of 1000; 0 for a null bet.
    pub lambda: [u16; K],
    /// Weight w of each bet, of 1024; 0 for a null bet.
    pub weight: [u16; K],
}

/// How each claim bets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Betting {
    /// SAME: the mean of min(X, ½) is at most γ·min(1, 2η).
    pub same: ClaimBets<2>,
    /// DIFFERENT: the mean of min(X, ½) is above γ.
    pub different: ClaimBets<2>,
    /// Strict: the mean of min(X, 4.5) is at most γ·min(1, 2η).
    pub strict: ClaimBets<1>,
    /// Strong: the mean of min(X, 4.5) is above δ*.
    pub strong: ClaimBets<2>,
}

/// A policy document as it comes from outside: nothing in it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct RawPolicy {
    /// Format version.
    pub format: u16,
    /// What a person chose.
    pub parameters: Parameters,
    /// How each claim bets.
    pub betting: Betting,
    /// The integers that the rule and the circuit compute with.
    pub coefficients: Coefficients,
}
