//! The `corpus` family, version 1: a prompt is two windows of a private text, joined by a line break.
//!
//! A window is 144 bytes long and begins and ends at a character boundary. Windows with equal text count once and are
//! drawn once, so that a repetitive corpus neither counts nor draws a prompt more often. All windows have one length,
//! hence a prompt shows its two windows, and D distinct windows give exactly D² distinct prompts.

use super::DrawStream;
use crate::digest::Digest;

const TAG: &[u8; 16] = b"pot/corpus/v1\0\0\0";
/// Bytes of one window; a multiple of 2, 3 and 4, which suits text of 1 to 4 bytes per character.
pub const WINDOW_BYTES: usize = 144;
/// Distinct prompts that a family needs: with fewer, somebody could prepare for them.
pub const MIN_DISTINCT_PROMPTS: u128 = 1_000_000_000_000;
/// Largest corpus; four bytes are kept per window.
const MAX_BYTES: usize = 256 << 20;

/// A private corpus with its windows indexed. `Debug` shows none of its text.
#[derive(Clone)]
pub struct Corpus {
    text: String,
    /// Byte offsets of the first occurrence of each distinct window, ascending.
    starts: Vec<u32>,
    digest: Digest,
}

/// Why a corpus is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// Too large to index.
    #[error("the corpus has {size} bytes, at most {MAX_BYTES} are taken: give a part of it")]
    TooLarge {
        /// Bytes given.
        size: usize,
    },
    /// Too few different prompts.
    #[error(
        "the corpus has {distinct} distinct prompts ({windows} distinct windows of {WINDOW_BYTES} bytes), needed are \
         {minimum}: give more, or less repetitive, text"
    )]
    TooFew {
        /// Distinct prompts of this corpus.
        distinct: u128,
        /// Distinct windows of this corpus.
        windows: usize,
        /// Distinct prompts asked for.
        minimum: u128,
    },
}

impl Corpus {
    /// Version of this family.
    pub const VERSION: u16 = 1;
    /// Bytes of every prompt: two windows and the line break between them.
    pub const PROMPT_BYTES: u32 = 289;

    /// Indexes `text`, which must have at least [`MIN_DISTINCT_PROMPTS`]: about a megabyte of text without repeats.
    ///
    /// # Errors
    /// [`CorpusError`] with the number that it has.
    pub fn new(text: String) -> Result<Self, CorpusError> {
        Self::with_minimum(text, MIN_DISTINCT_PROMPTS)
    }

    /// Indexes `text` under the caller's own minimum of distinct prompts, at least 1. A lower one than
    /// [`MIN_DISTINCT_PROMPTS`] weakens what an audit says: the caller must print the number.
    ///
    /// # Errors
    /// [`CorpusError`] with the number that it has.
    pub fn with_minimum(text: String, minimum: u128) -> Result<Self, CorpusError> {
        if text.len() > MAX_BYTES {
            return Err(CorpusError::TooLarge { size: text.len() });
        }
        let starts = distinct_windows(&text);
        let digest = Self::digest_of(&text);
        let corpus = Self { text, starts, digest };
        let (distinct, windows, minimum) = (corpus.distinct_prompts(), corpus.starts.len(), minimum.max(1));
        if distinct < minimum {
            return Err(CorpusError::TooFew { distinct, windows, minimum });
        }
        Ok(corpus)
    }

    /// The digest of a text as a corpus: SHA-256 of a tag and the text's bytes.
    pub fn digest_of(text: &str) -> Digest {
        Digest::tagged(TAG, text.as_bytes())
    }

    /// SHA-256 of a tag and the text's bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many windows with different texts there are.
    pub fn distinct_windows(&self) -> usize {
        self.starts.len()
    }

    /// How many prompts with different texts there are, exactly: the ordered pairs of distinct windows.
    pub fn distinct_prompts(&self) -> u128 {
        u128::try_from(self.starts.len()).map_or(u128::MAX, |d| d.saturating_mul(d))
    }

    pub(super) fn prompt(&self, draws: &mut DrawStream) -> String {
        let (first, second) = (self.window(draws), self.window(draws));
        format!("{first}\n{second}")
    }

    fn window(&self, draws: &mut DrawStream) -> &str {
        // The constructor leaves at least one window, each within the text and on its boundaries.
        let start = draws.pick(&self.starts).and_then(|&s| usize::try_from(s).ok());
        start.and_then(|s| self.text.get(s..s + WINDOW_BYTES)).unwrap_or_default()
    }
}

/// Offsets of the first occurrence of each distinct window. Sorting the windows themselves keeps the count exact: no
/// hash decides what is equal.
fn distinct_windows(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let window = |start: u32| usize::try_from(start).ok().and_then(|s| bytes.get(s..s + WINDOW_BYTES));
    let mut starts: Vec<u32> = text
        .char_indices()
        .filter(|(at, _)| text.get(*at..at + WINDOW_BYTES).is_some())
        .filter_map(|(at, _)| u32::try_from(at).ok())
        .collect();
    starts.sort_unstable_by(|&a, &b| window(a).cmp(&window(b)).then(a.cmp(&b)));
    starts.dedup_by(|later, first| window(*later) == window(*first));
    starts.sort_unstable();
    starts
}

impl std::fmt::Debug for Corpus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Corpus")
            .field("digest", &self.digest)
            .field("windows", &self.starts.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

const _: () = assert!(Corpus::PROMPT_BYTES as usize == 2 * WINDOW_BYTES + 1);
