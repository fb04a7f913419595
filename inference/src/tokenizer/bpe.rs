//! Byte-level byte-pair encoding: text is cut into words, the bytes of a word are joined in the order of a list of
//! merges (Sennrich et al. 2016, <https://arxiv.org/abs/1508.07909>; over bytes: GPT-2, Radford et al. 2019).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::byte_pieces;
use super::meaning::Spelling;
use super::pre::Words;
use super::special::{Added, Part};
use super::vocabulary::{Kind, Vocabulary, byte_of};
use super::{Ends, Tokenizer};
use crate::InferenceError;

/// Numbers of texts that may be joined: tokens first, then texts that occur in merges only.
type Symbol = u32;

/// A tokenizer of this kind.
#[derive(Debug)]
pub(super) struct Bpe {
    vocabulary: Vocabulary,
    added: Added,
    ends: Ends,
    words: Words,
    characters: [char; 256],
    /// Rank and result of joining two symbols.
    merges: HashMap<(Symbol, Symbol), (u32, Symbol)>,
    /// Symbols that are no tokens.
    others: HashMap<String, Symbol>,
}

impl Bpe {
    /// From the tokens, and the merges in their order, each two texts with a space between.
    ///
    /// # Errors
    /// A sentence when a merge is not of this form.
    pub(super) fn new(
        vocabulary: Vocabulary,
        merges: &[String],
        added: Added,
        ends: Ends,
        words: Words,
    ) -> Result<Self, String> {
        let mut bpe = Self {
            vocabulary,
            added,
            ends,
            words,
            characters: byte_pieces::characters(),
            merges: HashMap::with_capacity(merges.len()),
            others: HashMap::new(),
        };
        for (rank, merge) in (0u32..).zip(merges) {
            // A text may begin with a space of its own, so the first character separates nothing.
            let separator = merge.char_indices().skip(1).find(|(_, c)| *c == ' ').map(|(at, _)| at);
            let Some((left, right)) =
                separator.map(|at| (&merge[..at], &merge[at + 1..])).filter(|(_, r)| !r.is_empty())
            else {
                return Err(format!("merge {rank}, '{}', is not two texts", merge.escape_default()));
            };
            let joined = bpe.name(&format!("{left}{right}"))?;
            let pair = (bpe.name(left)?, bpe.name(right)?);
            // Of a pair that is listed twice, the first counts.
            bpe.merges.entry(pair).or_insert((rank, joined));
        }
        Ok(bpe)
    }

    fn symbol(&self, text: &str) -> Option<Symbol> {
        self.vocabulary.number(text).or_else(|| self.others.get(text).copied())
    }

    /// The symbol of a text, a new one if it has none yet.
    fn name(&mut self, text: &str) -> Result<Symbol, String> {
        if let Some(known) = self.symbol(text) {
            return Ok(known);
        }
        let number = Symbol::try_from(self.vocabulary.len() + self.others.len()).map_err(|e| e.to_string())?;
        self.others.insert(text.to_owned(), number);
        Ok(number)
    }

    /// Appends the tokens of one word.
    fn encode(&self, word: &str, out: &mut Vec<u32>) -> Result<(), InferenceError> {
        let characters = || word.bytes().map(|byte| self.characters[usize::from(byte)]);
        if self.words.whole_first
            && let Some(number) = self.vocabulary.number(&characters().collect::<String>())
        {
            out.push(number);
            return Ok(());
        }
        let mut symbols = Vec::with_capacity(word.len());
        for character in characters() {
            symbols.push(self.symbol(character.encode_utf8(&mut [0; 4])).ok_or_else(|| unknown(word))?);
        }
        for symbol in self.join(symbols) {
            if self.vocabulary.token(symbol).is_none() {
                return Err(unknown(word));
            }
            out.push(symbol);
        }
        Ok(())
    }

    /// Joins neighbours, the lowest rank first and the leftmost of equals, until no merge applies.
    fn join(&self, mut symbols: Vec<Symbol>) -> Vec<Symbol> {
        let mut before: Vec<Option<usize>> = (0..symbols.len()).map(|i| i.checked_sub(1)).collect();
        let mut after: Vec<Option<usize>> = (1..=symbols.len()).map(|i| (i < symbols.len()).then_some(i)).collect();
        let mut gone = vec![false; symbols.len()];
        let mut queue = BinaryHeap::new();
        let push = |queue: &mut BinaryHeap<_>, symbols: &[Symbol], left: usize, right: usize| {
            let pair = (symbols[left], symbols[right]);
            if let Some(&(rank, joined)) = self.merges.get(&pair) {
                queue.push(Reverse((rank, left, right, pair, joined)));
            }
        };
        for right in 1..symbols.len() {
            push(&mut queue, &symbols, right - 1, right);
        }
        while let Some(Reverse((_, left, right, pair, joined))) = queue.pop() {
            if gone[left] || gone[right] || (symbols[left], symbols[right]) != pair {
                continue;
            }
            symbols[left] = joined;
            gone[right] = true;
            after[left] = after[right];
            if let Some(next) = after[left] {
                before[next] = Some(left);
                push(&mut queue, &symbols, left, next);
            }
            if let Some(previous) = before[left] {
                push(&mut queue, &symbols, previous, left);
            }
        }
        symbols.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(symbol, _)| symbol).collect()
    }
}

fn unknown(word: &str) -> InferenceError {
    InferenceError::Untokenizable { reason: format!("the vocabulary has no tokens for '{}'", word.escape_default()) }
}

impl Tokenizer for Bpe {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let mut out: Vec<u32> = self.ends.before.into_iter().collect();
        for part in self.added.split(text) {
            match part {
                Part::Token(number) => out.push(number),
                Part::Text(text) => {
                    for word in self.words.split(text)? {
                        self.encode(word, &mut out)?;
                    }
                }
            }
        }
        out.extend(self.ends.after);
        Ok(out)
    }

    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        let token = self.vocabulary.token(token)?;
        match token.kind {
            Kind::Control | Kind::Unknown => None,
            Kind::Added => Some(token.text.clone().into_bytes()),
            Kind::Byte => byte_of(&token.text).map(|b| vec![b]),
            Kind::Normal | Kind::Unused => byte_pieces::bytes(&token.text),
        }
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary.len()
    }

    fn digest(&self) -> [u8; 32] {
        self.vocabulary.digest(Spelling::Bytes)
    }
}
