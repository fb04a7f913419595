//! The `grammar` family, version 1: short texts from word lists and templates in six domains.
//!
//! The tree of [`part::Part`]s is written so that every sequence of choices gives another text: at no choice do two
//! options lead to a common text. A test decides that for the whole tree, so the number of choice sequences *is* the
//! number of distinct prompts. Words and templates are frozen: a change is a new version of the family.

mod arithmetic;
mod code;
mod dialogue;
mod facts;
mod instructions;
mod languages;
mod part;

use std::ops::RangeInclusive;

use super::DrawStream;
use part::{Part, Writer, count};

/// Version of this family.
pub(super) const VERSION: u16 = 1;
/// Lengths of the prompts in bytes; a test computes each domain's bounds.
pub(super) const PROMPT_BYTES: RangeInclusive<u32> = 160..=420;

/// The whole grammar: one of the six domains with equal chance.
const GRAMMAR: &[Part] = &[Part::OneOf(DOMAINS)];
const DOMAINS: &[&[Part]] =
    &[facts::PROMPT, instructions::PROMPT, dialogue::PROMPT, code::PROMPT, arithmetic::PROMPT, languages::PROMPT];

/// The prompt of these draws.
pub(super) fn prompt(draws: &mut DrawStream) -> String {
    Writer::new(draws).write(GRAMMAR)
}

/// The number of distinct prompts; `u128::MAX` would mean at least that many.
pub(super) fn distinct_prompts() -> u128 {
    count(GRAMMAR)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod unambiguous;
