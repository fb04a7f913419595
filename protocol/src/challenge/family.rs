//! Prompt families: each turns a seed into a prompt, and says how many prompts it has.

use std::ops::RangeInclusive;

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{Corpus, CorpusError, DrawStream, RunKey, grammar};
use crate::digest::Digest;

/// Name and version of a family, as registered. A version fixes every prompt: any change of a word is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct FamilyId {
    /// `grammar` or `corpus`.
    pub name: String,
    /// Version of the family, from 1.
    pub version: u16,
}

/// Where prompts come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Family {
    /// The built-in grammar over six domains.
    Grammar,
    /// Pairs of windows of a private corpus.
    Corpus(Corpus),
}

/// One challenge of a run.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its index, from 0.
    pub index: u64,
    /// The prompt.
    pub text: String,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Challenge({}, {} bytes)", self.index, self.text.len())
    }
}

impl Family {
    /// The corpus family over `text`, with at least [`super::MIN_DISTINCT_PROMPTS`] distinct prompts.
    ///
    /// # Errors
    /// [`CorpusError`] when the corpus is too large or has too few distinct prompts.
    pub fn corpus(text: String) -> Result<Self, CorpusError> {
        Corpus::new(text).map(Self::Corpus)
    }

    /// Name and version.
    pub fn id(&self) -> FamilyId {
        let (name, version) = match self {
            Self::Grammar => ("grammar", grammar::VERSION),
            Self::Corpus(_) => ("corpus", Corpus::VERSION),
        };
        FamilyId { name: name.to_owned(), version }
    }

    /// Digest of the private corpus, where there is one.
    pub fn corpus_digest(&self) -> Option<Digest> {
        match self {
            Self::Grammar => None,
            Self::Corpus(corpus) => Some(corpus.digest()),
        }
    }

    /// How many prompts with different texts the family has, exact unless it is `u128::MAX`.
    pub fn distinct_prompts(&self) -> u128 {
        match self {
            Self::Grammar => grammar::distinct_prompts(),
            Self::Corpus(corpus) => corpus.distinct_prompts(),
        }
    }

    /// The lengths that prompts have, in bytes of UTF-8.
    pub fn prompt_bytes(&self) -> RangeInclusive<u32> {
        match self {
            Self::Grammar => grammar::PROMPT_BYTES,
            Self::Corpus(_) => Corpus::PROMPT_BYTES..=Corpus::PROMPT_BYTES,
        }
    }

    /// Challenge `i` of the run with this key. Any index can be asked for, in any order.
    pub fn challenge(&self, key: &RunKey, i: u64) -> Challenge {
        let mut draws = DrawStream::new(key.seed(i));
        let text = match self {
            Self::Grammar => grammar::prompt(&mut draws),
            Self::Corpus(corpus) => corpus.prompt(&mut draws),
        };
        Challenge { index: i, text }
    }
}
