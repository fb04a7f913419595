//! Which challenges are to be opened.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

const DRAW: &[u8; 16] = b"pot/spot/v1\0\0\0\0\0";
const FIAT_SHAMIR: &[u8; 16] = b"pot/spot-fs/v1\0\0";

/// A demand to open some challenges of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Digest of the statement.
    pub statement: Digest,
    /// What the indices are drawn with: chosen after the statement was published, or [`Self::fiat_shamir`].
    pub seed: Digest,
    /// How many challenges.
    pub count: u32,
}

impl Request {
    /// The most challenges of a sample: a run has no more.
    pub const MOST: u32 = 1024;

    /// A request whose seed follows from the statement. Nobody has to be asked, but an auditor can make statements until the
    /// draw suits him, and one costs him a few hashes: such a sample shows what records look like, and little else.
    pub fn fiat_shamir(statement: Digest, count: u32) -> Self {
        Self { statement, seed: Digest::tagged(FIAT_SHAMIR, &statement.0), count }
    }

    /// Whether the seed follows from the statement.
    pub fn is_fiat_shamir(&self) -> bool {
        *self == Self::fiat_shamir(self.statement, self.count)
    }

    /// The challenges to open, of `n`: as many different ones as asked for, or all, in ascending order. Each set of that
    /// size is equally likely, as far as SHA-256 is random.
    pub fn indices(&self, n: u32) -> Vec<u64> {
        let (mut drawn, mut counter) = (BTreeSet::new(), 0u64);
        let n = u64::from(n);
        while (drawn.len() as u64) < u64::from(self.count).min(n) {
            let hash = Sha256::new()
                .chain_update(DRAW)
                .chain_update(self.statement.0)
                .chain_update(self.seed.0)
                .chain_update(counter.to_be_bytes())
                .finalize();
            counter += 1;
            let mut first = [0; 8];
            first.copy_from_slice(&hash[..8]);
            let value = u64::from_be_bytes(first);
            // The last, incomplete run of 0..n would favour small numbers.
            if value < u64::MAX - u64::MAX % n {
                drawn.insert(value % n);
            }
        }
        drawn.into_iter().collect()
    }
}
