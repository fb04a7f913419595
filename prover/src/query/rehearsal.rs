//! How many tokens a family's prompts have under the tokenizers of a run, and whether both models can be asked about them,
//! from prompts that no run asks.

use pot_inference::{InferenceError, Prompt, endpoint::EndpointError};
use pot_protocol::{challenge::ChallengeKey, challenge::Family, score::ScoreKind, transcript::Side};

use super::{Models, tokens::TokensError};
use crate::{error::ProverError, run_folder::random32};

/// Prompts that are looked at.
const PROMPTS: u64 = 2048;
/// The same where every prompt is a request.
const REMOTE: u64 = 64;
/// The fewest scored positions with which a run is worth its while: with fewer, made up answers cannot be seen.
const FEWEST: u32 = 4;
/// So many prompts that cannot be asked with these are enough to know.
const ENOUGH: u64 = 50;

/// What was seen of a family's prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCounts {
    /// The fewest predicted tokens of a prompt, over both models.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// The largest K with which both models could be asked about every prompt.
    pub askable: u32,
}

impl TokenCounts {
    /// Looks at prompts under a key that is thrown away, for a run with `k` scored positions.
    ///
    /// # Errors
    /// [`ProverError::Model`] when a tokenizer refuses a prompt, the two split one differently that are to be compared
    /// token by token, or a model cannot be asked about one; [`ProverError::Server`] when one that should answer does
    /// not; [`ProverError::Random`] without randomness.
    pub fn rehearse(models: &Models, family: &Family, kind: ScoreKind, k: u32) -> Result<Self, ProverError> {
        let key = ChallengeKey::new(random32()?).derive(&random32()?, &random32()?);
        let mut counts = Self { least: usize::MAX, most: 0, askable: u32::MAX };
        let mut unaskable = Unaskable { k: k.max(FEWEST), ..Unaskable::default() };
        for index in 0..if models.tokenizes_here() { PROMPTS } else { REMOTE } {
            let text = family.challenge(&key, index).text;
            let tokens = models.tokens(kind, &text).map_err(|e| refusal(kind, e))?;
            for (side, tokens) in [Side::Reference, Side::Candidate].into_iter().zip(&tokens) {
                let predicted = tokens.len().saturating_sub(1);
                counts.least = counts.least.min(predicted);
                counts.most = counts.most.max(predicted);
                if kind == ScoreKind::KlTopk {
                    // No K is registered that the shortest prompts have not.
                    let most = u32::try_from(predicted.saturating_sub(1)).unwrap_or(u32::MAX);
                    let most = most.min(*family.prompt_bytes().start());
                    let (k, why) = askable(models, side, kind, Prompt { text: &text, tokens }, most)?;
                    unaskable.add(side, k, most, why);
                    counts.askable = counts.askable.min(if k < most { k } else { u32::MAX });
                }
            }
            unaskable.prompts += 1;
            if unaskable.fewest >= ENOUGH {
                break;
            }
        }
        if counts.askable < unaskable.k { Err(unaskable.refusal(kind, counts.askable)) } else { Ok(counts) }
    }

    /// The largest K that no prompt is expected to fall short of: a tenth below the fewest tokens seen, no more than the
    /// shortest prompt has bytes, and no more than both models can be asked about.
    pub fn largest_k(self, family: &Family) -> u32 {
        let tokens = u32::try_from(self.least - self.least.div_ceil(10)).unwrap_or(u32::MAX);
        tokens.min(*family.prompt_bytes().start()).min(self.askable)
    }

    /// The positions that every prompt is expected to fit in: a tenth above the most tokens seen, and the start token.
    pub fn positions(self) -> usize {
        self.most + self.most.div_ceil(10) + 1
    }
}

/// The largest K, `most` at the most, with which `side` can be asked about `prompt`, and why no larger one.
fn askable(
    models: &Models,
    side: Side,
    kind: ScoreKind,
    prompt: Prompt<'_>,
    most: u32,
) -> Result<(u32, Option<String>), ProverError> {
    let failed = |e: InferenceError| ProverError::model(format_args!("the {side} model"), &e);
    let (mut k, mut why) = (most, None);
    while k > 0 {
        let ask = models.ask(side, kind, k).map_err(failed)?;
        match models.side(side).askable(prompt, ask) {
            Ok(()) => break,
            // The scored positions behind the one that is in the way are still to be looked at.
            Err(InferenceError::Endpoint(EndpointError::Prefix { position, reason })) => {
                k = k.saturating_sub(u32::try_from(position).unwrap_or(u32::MAX).saturating_add(1));
                why = Some(reason);
            }
            Err(e) => return Err(failed(e)),
        }
    }
    Ok((k, why))
}

/// Prompts that a model cannot be asked about.
#[derive(Default)]
struct Unaskable {
    /// The K of the run.
    k: u32,
    prompts: u64,
    /// With this K.
    wanted: u64,
    /// With the fewest positions.
    fewest: u64,
    /// Whose, and why not.
    example: Option<(Side, String)>,
}

impl Unaskable {
    fn add(&mut self, side: Side, k: u32, most: u32, why: Option<String>) {
        let Some(why) = why else { return };
        self.fewest += u64::from(k < FEWEST);
        if k < self.k.min(most) {
            self.wanted += 1;
            self.example.get_or_insert((side, why));
        }
    }

    fn refusal(self, kind: ScoreKind, askable: u32) -> ProverError {
        let Self { k, prompts, wanted, fewest, .. } = self;
        let (side, why) = self.example.unwrap_or((Side::Candidate, String::new()));
        let smaller =
            if askable < FEWEST { String::new() } else { format!(" take a smaller K (--positions {askable}),") };
        ProverError::Model(format!(
            "the {side} model cannot be asked for {kind} scores of this family: its interface takes prompts as text, and \
             {wanted} of {prompts} prompts hold a prefix that is no text of the committed tokens with K = {k}, {fewest} of \
             them with K = {FEWEST} ({why}). One such prompt ends a run:{smaller} ask a server that takes token ids (vllm:, \
             llamacpp:, or openai: where it counts and answers ids), or use a corpus in which each character is a token or \
             begins one"
        ))
    }
}

/// What a text without tokens for both models means before a run.
pub(super) fn refusal(kind: ScoreKind, error: TokensError) -> ProverError {
    match error {
        TokensError::Refused(side, e) => ProverError::model(format_args!("the {side} model's tokenizer"), &e),
        TokensError::Split(split) => ProverError::Model(format!(
            "a prompt of this family cannot be compared under {kind}: {split}: use tokenizer files that split alike, or a \
             delta-ce policy"
        )),
    }
}
