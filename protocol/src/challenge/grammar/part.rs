//! What a template is made of, how it is written out, and how its texts are counted.

use crate::challenge::DrawStream;

/// Slots in which a template keeps words and numbers that it uses again.
const SLOTS: usize = 6;

/// One part of a template.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// Fixed text.
    Text(&'static str),
    /// A word of a list.
    Pick(&'static [&'static str]),
    /// A word of a list, kept in a slot.
    Keep(usize, &'static [&'static str]),
    /// The word of a slot again: no choice.
    Again(usize),
    /// A sequence that stands in several places.
    All(&'static [Part]),
    /// One of several sequences.
    OneOf(&'static [&'static [Part]]),
    /// A decimal number from low to high, both included, kept in a slot.
    Number(usize, u64, u64),
    /// The number of a slot again: no choice.
    Same(usize),
    /// A number computed from two slots, kept in the last one: no choice.
    Result(Op, usize, usize, usize),
}

/// How a number follows from two others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    /// Their sum.
    Plus,
    /// The first less the second; templates keep the first at least as large.
    Minus,
    /// Their product.
    Times,
}

impl Op {
    pub(super) fn apply(self, a: u64, b: u64) -> u64 {
        match self {
            Self::Plus => a.saturating_add(b),
            Self::Minus => a.saturating_sub(b),
            Self::Times => a.saturating_mul(b),
        }
    }
}

/// Writes templates out, taking every choice from a stream of draws.
pub(super) struct Writer<'a> {
    draws: &'a mut DrawStream,
    words: [&'static str; SLOTS],
    numbers: [u64; SLOTS],
    text: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(draws: &'a mut DrawStream) -> Self {
        Self { draws, words: [""; SLOTS], numbers: [0; SLOTS], text: String::with_capacity(420) }
    }

    pub(super) fn write(mut self, parts: &[Part]) -> String {
        self.parts(parts);
        self.text
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match *part {
                Part::Text(text) => self.text.push_str(text),
                Part::Pick(list) => self.pick(list),
                Part::Keep(slot, list) => {
                    self.words[slot] = self.draws.pick(list).copied().unwrap_or_default();
                    self.text.push_str(self.words[slot]);
                }
                Part::Again(slot) => self.text.push_str(self.words[slot]),
                Part::All(inner) => self.parts(inner),
                Part::OneOf(options) => {
                    if let Some(chosen) = self.draws.pick(options) {
                        self.parts(chosen);
                    }
                }
                Part::Number(slot, low, high) => {
                    let span = std::num::NonZeroU64::MIN.saturating_add(high.saturating_sub(low));
                    let above = self.draws.below(span);
                    self.number(slot, low.saturating_add(above));
                }
                Part::Same(slot) => self.text.push_str(&self.numbers[slot].to_string()),
                Part::Result(op, a, b, slot) => self.number(slot, op.apply(self.numbers[a], self.numbers[b])),
            }
        }
    }

    fn pick(&mut self, list: &[&'static str]) {
        self.text.push_str(self.draws.pick(list).copied().unwrap_or_default());
    }

    fn number(&mut self, slot: usize, value: u64) {
        self.numbers[slot] = value;
        self.text.push_str(&value.to_string());
    }
}

/// The number of choice sequences of `parts`, saturating. It is the number of distinct texts for templates in which
/// no two options of a choice lead to a common text.
pub(super) fn count(parts: &[Part]) -> u128 {
    parts.iter().map(choices).fold(1, u128::saturating_mul)
}

fn choices(part: &Part) -> u128 {
    match *part {
        Part::Text(_) | Part::Again(_) | Part::Same(_) | Part::Result(..) => 1,
        Part::Pick(list) | Part::Keep(_, list) => u128::try_from(list.len()).unwrap_or(u128::MAX),
        Part::All(inner) => count(inner),
        Part::OneOf(options) => options.iter().map(|option| count(option)).fold(0, u128::saturating_add),
        Part::Number(_, low, high) => u128::from(high.saturating_sub(low)) + 1,
    }
}

/// A template: literals are text, names are word lists or other templates' alternatives, anything else is a `Part` in
/// parentheses.
macro_rules! template {
    ($($piece:tt)*) => { &[$($crate::challenge::grammar::part::piece!($piece)),*] };
}

macro_rules! piece {
    ($text:literal) => {
        $crate::challenge::grammar::part::Part::Text($text)
    };
    (($part:expr)) => {
        $part
    };
    ($list:ident) => {
        $crate::challenge::grammar::part::Part::Pick($list)
    };
}

pub(super) use {piece, template};
