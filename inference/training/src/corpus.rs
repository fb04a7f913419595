//! Training text: weighted parts, each split into a training and a held-out piece, and the windows cut from them.

use std::path::Path;

use anyhow::{Context, Result};
use pot_inference::tokenizer::START;

use crate::generator;
use crate::random::Random;

/// What stands before a start: the novel and the generated text have paragraphs, the speeches only sentences.
const PARAGRAPH: [u8; 2] = *b"\n\n";
const SENTENCE: [u8; 2] = *b". ";

/// One text. Half of all windows begin where a paragraph (or sentence) does, as prompts do.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// How often it is sampled, relative to the other parts.
    weight: usize,
    train: Vec<u8>,
    starts: Vec<usize>,
    held_out: Vec<u8>,
}

impl Part {
    fn new(name: &'static str, weight: usize, ends: [u8; 2], text: String) -> Self {
        let mut train = text.into_bytes();
        // The last twentieth is never trained on.
        let held_out = train.split_off(train.len() - train.len() / 20);
        let after = train.windows(2).enumerate().filter(|(_, w)| **w == ends).map(|(i, _)| i + 2);
        let starts = std::iter::once(0).chain(after).collect();
        Self { name, weight, train, starts, held_out }
    }

    fn file(name: &'static str, weight: usize, ends: [u8; 2], file: &str) -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("text").join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self::new(name, weight, ends, text))
    }

    fn window(&self, length: usize, random: &mut Random) -> &[u8] {
        let last = self.train.len() - length;
        let start = if random.below(2) == 0 {
            self.starts[random.below(self.starts.len())].min(last)
        } else {
            random.below(last)
        };
        &self.train[start..start + length]
    }

    /// `count` windows of `length` bytes, spread evenly over the held-out piece.
    pub(crate) fn held_out(&self, length: usize, count: usize) -> impl Iterator<Item = &[u8]> {
        let step = (self.held_out.len() - length) / count;
        (0..count).map(move |i| &self.held_out[i * step..i * step + length])
    }

    /// How often each byte occurs in the training piece.
    pub(crate) fn frequencies(&self) -> [u32; 256] {
        let mut counts = [0; 256];
        self.train.iter().for_each(|&b| counts[usize::from(b)] += 1);
        counts
    }
}

/// What the base and the models trained from scratch read: a novel and generated text like audit prompts.
pub(crate) fn general() -> Result<Vec<Part>> {
    Ok(vec![
        Part::file("moby-dick", 2, PARAGRAPH, "moby-dick.txt")?,
        Part::new("generated", 3, PARAGRAPH, generator::text(0x0067_656e_6572_616c, 2_000_000)),
    ])
}

/// What the fine-tuned model reads: speeches, which the base has never seen.
pub(crate) fn speeches() -> Result<Vec<Part>> {
    Ok(vec![Part::file("state-of-the-union", 1, SENTENCE, "state-of-the-union.txt")?])
}

/// `count` sequences of `length` tokens: the start token and a window.
pub(crate) fn batch(parts: &[Part], count: usize, length: usize, random: &mut Random) -> Vec<Vec<u32>> {
    let total = parts.iter().map(|p| p.weight).sum();
    (0..count)
        .map(|_| {
            let mut at = random.below(total);
            let part = parts.iter().find(|p| {
                at < p.weight || {
                    at -= p.weight;
                    false
                }
            });
            let window = part.map_or(&[][..], |p| p.window(length - 1, random));
            std::iter::once(START).chain(window.iter().map(|&b| u32::from(b))).collect()
        })
        .collect()
}
