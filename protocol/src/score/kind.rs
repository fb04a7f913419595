//! What a score measures.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The divergence that a score measures. A policy is bound to one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ScoreKind {
    /// Kullback–Leibler divergence of the candidate's next-token distribution from the reference's, the mean over the
    /// scored positions: H(ref, cand) − H(ref). Needs both full distributions over one vocabulary.
    Kl,
    /// Absolute difference of the log-probabilities of the given tokens, the mean over the scored positions.
    DeltaLogprob,
    /// Absolute difference of the two cross-entropies of the whole text, in nats per UTF-8 byte. Signs cancel inside
    /// it, so it can show DIFFERENT and never SAME.
    DeltaCe,
    /// Divergence over the candidate's most likely tokens and all others as one event, the mean over the scored
    /// positions: a lower bound of [`ScoreKind::Kl`]. Its DIFFERENT means what it says; its SAME says only that no
    /// difference showed in what the candidate gave away, and has its own word.
    KlTopk,
}

impl ScoreKind {
    /// The name used on command lines and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kl => "kl",
            Self::DeltaLogprob => "delta-logprob",
            Self::DeltaCe => "delta-ce",
            Self::KlTopk => "kl-topk",
        }
    }
}

impl std::fmt::Display for ScoreKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for ScoreKind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [Self::Kl, Self::KlTopk, Self::DeltaLogprob, Self::DeltaCe]
            .into_iter()
            .find(|k| k.name() == s)
            .ok_or_else(|| format!("unknown score kind '{s}': use kl, kl-topk, delta-logprob or delta-ce"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_name_and_nothing_else_is() {
        for kind in [ScoreKind::Kl, ScoreKind::KlTopk, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for text in ["", "KL", "kl ", "ce"] {
            assert!(text.parse::<ScoreKind>().is_err(), "{text:?}");
        }
    }
}
