//! Challenges fixed in advance: key, commitment, derivation and prompt families.
//!
//! A fresh key is committed to in the registration. With a nonce and the registration's digest it gives the run's
//! key, that gives a seed for every index, the seed a stream of draws, and a versioned family turns draws into a
//! prompt. Whoever knows the key derives every challenge, in any order; nobody else can predict one.

mod corpus;
mod family;
mod grammar;
mod key;
mod stream;

pub use corpus::{Corpus, CorpusError, MIN_DISTINCT_PROMPTS, WINDOW_BYTES};
pub use family::{Challenge, Family, FamilyId};
pub use key::{ChallengeKey, RunKey};
pub use stream::DrawStream;

#[cfg(test)]
mod golden;
