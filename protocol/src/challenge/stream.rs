//! A deterministic stream of draws, expanded from the seed of a challenge.

use std::num::NonZeroU64;

use zeroize::Zeroizing;

use super::key::hmac;

const TAG: &[u8; 16] = b"pot/draws/v1\0\0\0\0";
const DRAWS_PER_BLOCK: usize = 4;

/// Draws from a seed. Block j is HMAC-SHA256(seed, tag ‖ j as eight big-endian bytes), j from 0; a block holds four
/// big-endian 64-bit draws, taken in order.
#[derive(Clone)]
pub struct DrawStream {
    seed: Zeroizing<[u8; 32]>,
    next_block: u64,
    block: Zeroizing<[u8; 32]>,
    used: usize,
}

impl DrawStream {
    /// The stream of this seed, from its start.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed: Zeroizing::new(seed), next_block: 0, block: Zeroizing::new([0; 32]), used: DRAWS_PER_BLOCK }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        if self.used == DRAWS_PER_BLOCK {
            *self.block = hmac(&self.seed, TAG, &[&self.next_block.to_be_bytes()]);
            self.next_block += 1;
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.block[8 * self.used..8 * (self.used + 1)]);
        self.used += 1;
        u64::from_be_bytes(bytes)
    }

    /// A uniform number in `0..n`. Draws at or above the largest multiple of n are rejected, so that no remainder is
    /// more likely than another; fewer than two draws are taken on average.
    pub fn below(&mut self, n: NonZeroU64) -> u64 {
        // 2^64 mod n, since 2^64 − n ≡ 2^64.
        let excess = (u64::MAX - n.get() + 1) % n;
        loop {
            let draw = self.draw();
            if draw <= u64::MAX - excess {
                return draw % n;
            }
        }
    }

    /// A uniform element; `None` only of an empty slice, which takes no draw.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let n = NonZeroU64::new(u64::try_from(from.len()).ok()?)?;
        from.get(usize::try_from(self.below(n)).ok()?)
    }
}

impl std::fmt::Debug for DrawStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DrawStream(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(n: u64) -> NonZeroU64 {
        NonZeroU64::new(n).unwrap()
    }

    #[test]
    fn golden_draws() {
        let mut stream = DrawStream::new([1; 32]);
        let draws: Vec<u64> = (0..5).map(|_| stream.draw()).collect();
        let blocks = [0, 1_u64].map(|j| hmac(&[1; 32], b"pot/draws/v1\0\0\0\0", &[&j.to_be_bytes()]));
        let hex = hex::encode(blocks.concat());
        for (i, draw) in draws.iter().enumerate() {
            assert_eq!(format!("{draw:016x}"), hex[16 * i..16 * (i + 1)]);
        }
        assert_eq!(draws[..2], GOLDEN);
    }

    /// Computed with Python's `hmac` module from the definition above.
    const GOLDEN: [u64; 2] = [0x55b2_e8ab_a933_21f6, 0x37be_e8b5_fa4e_46f7];

    #[test]
    fn one_is_always_zero_and_powers_of_two_reject_nothing() {
        let mut stream = DrawStream::new([2; 32]);
        assert!((0..100).all(|_| stream.below(n(1)) == 0));
        let (mut a, mut b) = (DrawStream::new([3; 32]), DrawStream::new([3; 32]));
        assert!((0..100).all(|_| a.below(n(1 << 63)) == b.draw() % (1 << 63)));
    }

    #[test]
    fn draws_above_the_largest_multiple_are_rejected() {
        // For n = 2^63 + 1 only draws up to 2^63 are taken: about half are rejected.
        let bound = (1 << 63) + 1;
        let (mut stream, mut raw) = (DrawStream::new([4; 32]), DrawStream::new([4; 32]));
        let taken: Vec<u64> = (0..400).map(|_| stream.below(n(bound))).collect();
        let draws: Vec<u64> = std::iter::repeat_with(|| raw.draw()).filter(|&d| d < bound).take(400).collect();
        assert_eq!(taken, draws);
    }

    #[test]
    fn uniform_by_chi_square() {
        // 100 cells, 200,000 draws: chi-square has mean 99 and standard deviation 14.
        for (seed, cells) in [(5, 100_u64), (6, 97), (7, 3)] {
            let mut stream = DrawStream::new([seed; 32]);
            let mut counts = vec![0_i64; usize::try_from(cells).unwrap()];
            for _ in 0..2000 * cells {
                counts[usize::try_from(stream.below(n(cells))).unwrap()] += 1;
            }
            let chi: i64 = counts.iter().map(|c| (c - 2000).pow(2)).sum::<i64>() / 2000;
            let cells = i64::try_from(cells).unwrap();
            assert!(chi < cells + 5 * 14 * cells / 100 + 15, "{chi} of {cells} cells");
        }
    }

    #[test]
    fn an_empty_choice_is_none() {
        assert_eq!(DrawStream::new([0; 32]).pick::<u8>(&[]), None);
    }
}
