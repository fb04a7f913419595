//! How many tokens a family's prompts have under the tokenizers of a run, from prompts that no run asks.

use pot_protocol::{challenge::ChallengeKey, challenge::Family, score::ScoreKind};

use super::{Models, tokens::TokensError};
use crate::{error::ProverError, run_folder::random32};

/// Prompts that are looked at.
const PROMPTS: u64 = 2048;
/// The same where every prompt is a request.
const REMOTE: u64 = 64;

/// Predicted tokens of a prompt, over both models: the fewest and the most seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCounts {
    /// The fewest.
    pub least: usize,
    /// The most.
    pub most: usize,
}

impl TokenCounts {
    /// Counts the tokens of prompts under a key that is thrown away.
    ///
    /// # Errors
    /// [`ProverError::Model`] when a tokenizer refuses a prompt, or the two split one differently that are to be compared
    /// token by token; [`ProverError::Random`] without randomness.
    pub fn rehearse(models: &Models, family: &Family, kind: ScoreKind) -> Result<Self, ProverError> {
        let key = ChallengeKey::new(random32()?).derive(&random32()?, &random32()?);
        let mut counts = Self { least: usize::MAX, most: 0 };
        for index in 0..if models.tokenizes_here() { PROMPTS } else { REMOTE } {
            let tokens = models
                .tokens(kind, &family.challenge(&key, index).text)
                .map_err(|e| ProverError::Model(refusal(kind, &e)))?;
            for predicted in tokens.iter().map(|tokens| tokens.len().saturating_sub(1)) {
                counts.least = counts.least.min(predicted);
                counts.most = counts.most.max(predicted);
            }
        }
        Ok(counts)
    }

    /// The largest K that no prompt is expected to fall short of: a tenth below the fewest tokens seen, and no more than
    /// the shortest prompt has bytes.
    pub fn largest_k(self, family: &Family) -> u32 {
        u32::try_from(self.least - self.least.div_ceil(10)).unwrap_or(u32::MAX).min(*family.prompt_bytes().start())
    }

    /// The positions that every prompt is expected to fit in: a tenth above the most tokens seen, and the start token.
    pub fn positions(self) -> usize {
        self.most + self.most.div_ceil(10) + 1
    }
}

fn refusal(kind: ScoreKind, error: &TokensError) -> String {
    match error {
        TokensError::Refused(..) => error.to_string(),
        TokensError::Split(split) => format!(
            "a prompt of this family cannot be compared under {kind}: {split}: use tokenizer files that split alike, or a \
             delta-ce policy"
        ),
    }
}
