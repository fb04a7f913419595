//! BLAKE2b-512 that can be put aside unfinished: a `.ptau` keeps, for each contribution, the state before its public keys
//! were hashed. The crate `blake2` does not show its state, so here is the compression (RFC 7693); the crate is its twin in
//! the tests.
//!
//! ```text
//! unfinished block 128 | chain 8 × 8 | bytes compressed so far 8 | bytes in the unfinished block 8 | 0 8    little-endian
//! ```
//!
//! As in the library that snarkjs uses, a full block waits until more comes, for the last one is compressed differently.

const BLOCK: usize = 128;
/// Length of a state.
pub(crate) const STATE_LEN: usize = 216;

const IV: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// An unfinished BLAKE2b-512 without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blake2b {
    chain: [u64; 8],
    compressed: u64,
    block: [u8; BLOCK],
    filled: usize,
}

impl Blake2b {
    /// Of nothing so far.
    pub(crate) fn new() -> Self {
        let mut chain = IV;
        // Parameters: 64 bytes of digest, no key, no tree.
        chain[0] ^= 0x0101_0040;
        Self { chain, compressed: 0, block: [0; BLOCK], filled: 0 }
    }

    /// Goes on from a state; `None` when no hash can be in it.
    pub(crate) fn from_state(state: &[u8; STATE_LEN]) -> Option<Self> {
        let (block, numbers) = state.split_first_chunk()?;
        let mut numbers = numbers.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let mut chain = [0; 8];
        for word in &mut chain {
            *word = numbers.next()?;
        }
        let (compressed, filled) = (numbers.next()?, numbers.next()?);
        let filled = usize::try_from(filled).ok().filter(|&filled| filled <= BLOCK)?;
        (compressed % BLOCK as u64 == 0).then_some(Self { chain, compressed, block: *block, filled })
    }

    /// The state. What the unfinished block does not fill is zeros; snarkjs leaves there what was before.
    pub(crate) fn state(&self) -> [u8; STATE_LEN] {
        let mut state = [0; STATE_LEN];
        state[..self.filled].copy_from_slice(&self.block[..self.filled]);
        let numbers = self.chain.into_iter().chain([self.compressed, self.filled as u64]);
        for (place, number) in state[BLOCK..].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        state
    }

    /// Takes more bytes in.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled == BLOCK {
                self.compressed = self.compressed.wrapping_add(BLOCK as u64);
                self.compress(false);
                self.filled = 0;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.block[self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
    }

    /// The hash.
    pub(crate) fn finish(mut self) -> [u8; 64] {
        self.compressed = self.compressed.wrapping_add(self.filled as u64);
        self.block[self.filled..].fill(0);
        self.compress(true);
        let mut hash = [0; 64];
        for (place, word) in hash.chunks_exact_mut(8).zip(self.chain) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        hash
    }

    fn compress(&mut self, last: bool) {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        let mut v = [0; 16];
        v[..8].copy_from_slice(&self.chain);
        v[8..].copy_from_slice(&IV);
        v[12] ^= self.compressed;
        if last {
            v[14] = !v[14];
        }
        for round in 0..12 {
            let s = &SIGMA[round % 10];
            for (i, [a, b, c, d]) in COLUMNS_AND_DIAGONALS.into_iter().enumerate() {
                mix(&mut v, [a, b, c, d], words[s[2 * i]], words[s[2 * i + 1]]);
            }
        }
        for (i, word) in self.chain.iter_mut().enumerate() {
            *word ^= v[i] ^ v[i + 8];
        }
    }
}

const COLUMNS_AND_DIAGONALS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

#[inline]
fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
    v[d] = (v[d] ^ v[a]).rotate_right(32);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(24);
    v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
    v[d] = (v[d] ^ v[a]).rotate_right(16);
    v[c] = v[c].wrapping_add(v[d]);
    v[b] = (v[b] ^ v[c]).rotate_right(63);
}

#[cfg(test)]
mod tests {
    use blake2::{Blake2b512, Digest};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_the_crate_in_pieces_and_put_aside(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..6)) {
            let mut own = Blake2b::new();
            for piece in &pieces {
                own.update(piece);
                own = Blake2b::from_state(&own.state()).unwrap();
            }
            let expected: [u8; 64] = Blake2b512::digest(pieces.concat()).into();
            prop_assert_eq!(own.finish(), expected);
        }
    }

    #[test]
    fn whole_blocks_wait_for_what_comes() {
        for length in [0, 1, 127, 128, 129, 256, 257] {
            let bytes = vec![7; length];
            let mut own = Blake2b::new();
            own.update(&bytes);
            assert_eq!(own.filled, if length == 0 { 0 } else { (length - 1) % 128 + 1 });
            assert_eq!(own.finish().as_slice(), Blake2b512::digest(&bytes).as_slice(), "{length}");
        }
    }

    #[test]
    fn a_state_that_no_hash_has_is_refused() {
        let good = Blake2b::new().state();
        assert!(Blake2b::from_state(&good).is_some());
        for (place, value) in [(200, 129), (207, 1), (192, 1)] {
            let mut bad = good;
            bad[place] = value;
            assert!(Blake2b::from_state(&bad).is_none(), "{place}");
        }
    }
}
