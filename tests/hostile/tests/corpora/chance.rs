//! Alterations by chance, the same ones every time.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

pub(crate) struct Chance(ChaCha20Rng);

impl Chance {
    /// The sequence that belongs to a name.
    pub(crate) fn new(name: &str) -> Self {
        Self(ChaCha20Rng::seed_from_u64(name.bytes().fold(1, |seed, byte| seed * 31 % (1 << 40) + u64::from(byte))))
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.next_u32() as usize % bound.max(1)
    }

    /// Writes a number over whatever lies there: lengths and counts are among it.
    fn number(&mut self, bytes: &mut [u8]) {
        const NUMBERS: [u64; 10] = [u64::MAX, 1 << 63, 1 << 40, u32::MAX as u64, 1 << 31, 1 << 28, 1 << 24, 2, 1, 0];
        let number = NUMBERS[self.below(NUMBERS.len())];
        let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
        let width = [1, 2, 4, 8][self.below(4)];
        let digits = if self.below(2) == 0 { &little[..width] } else { &big[8 - width..] };
        let at = self.below(bytes.len().saturating_sub(width) + 1);
        for (byte, new) in bytes.iter_mut().skip(at).zip(digits) {
            *byte = *new;
        }
    }

    /// Changes a digit of a text, or a run of them into a long number.
    fn digits(&mut self, bytes: &mut Vec<u8>) {
        let digits: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()).collect();
        let Some(&at) = digits.get(self.below(digits.len())) else { return };
        if self.below(2) == 0 {
            bytes[at] = b"0123456789-.e\""[self.below(14)];
        } else {
            let long = ["18446744073709551616", "4294967296", "1e308", "-1", "16777216"][self.below(5)];
            bytes.splice(at..=at, long.bytes());
        }
    }

    /// Alters `bytes` in one way; parts of `other` may come into it.
    pub(crate) fn alter(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len());
        match self.below(9) {
            0 => bytes.truncate(at),
            1 | 2 => {
                for _ in 0..=self.below(8) {
                    let at = self.below(bytes.len());
                    let bit = self.below(8);
                    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
                }
            }
            3 | 4 => self.number(bytes),
            5 => self.digits(bytes),
            6 => {
                let from = self.below(other.len());
                let part = other.iter().skip(from).take(1 << self.below(9)).copied().collect::<Vec<_>>();
                bytes.splice(at..at, part);
            }
            7 => {
                let end = bytes.len().min(at + (1 << self.below(9)));
                bytes.drain(at..end);
            }
            _ => bytes.iter_mut().skip(at).take(1 << self.below(7)).for_each(|byte| *byte = 0),
        }
    }
}
