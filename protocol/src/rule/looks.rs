//! When the rule looks, and how many scores a circuit can hold.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The numbers of scores at which the rule may stop: every n from 10 to 25, then a ratio of about 1.09.
/// A run ends at a look; a policy's `n_min` and `n_max` are looks; a smaller capacity sees a prefix.
pub const LOOKS: [u32; 59] = [
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 30, 33, 36, 39, 42, 46, 50, 55, 60, 65, 71, 77,
    85, 92, 101, 110, 120, 128, 140, 153, 167, 183, 200, 219, 240, 261, 285, 310, 337, 367, 400, 436, 476, 519, 566,
    617, 673, 734, 800, 869, 943, 1024,
];

/// How many scores a verdict circuit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(try_from = "u32", into = "u32")]
pub enum Capacity {
    /// 128 scores.
    C128,
    /// 1,024 scores.
    C1024,
}

impl Capacity {
    /// Every capacity, smallest first.
    pub const ALL: [Self; 2] = [Self::C128, Self::C1024];

    /// The number of scores.
    pub fn scores(self) -> usize {
        match self {
            Self::C128 => 128,
            Self::C1024 => 1024,
        }
    }

    /// The looks within this capacity, ascending; the last one equals the capacity.
    pub fn looks(self) -> &'static [u32] {
        let end = LOOKS.partition_point(|&n| n as usize <= self.scores());
        &LOOKS[..end]
    }

    /// The smallest capacity that holds `n` scores.
    pub fn for_scores(n: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|c| n as usize <= c.scores())
    }
}

impl From<Capacity> for u32 {
    fn from(c: Capacity) -> Self {
        match c {
            Capacity::C128 => 128,
            Capacity::C1024 => 1024,
        }
    }
}

impl TryFrom<u32> for Capacity {
    type Error = String;
    fn try_from(n: u32) -> Result<Self, String> {
        Self::ALL.into_iter().find(|&c| u32::from(c) == n).ok_or_else(|| format!("no capacity {n}: use 128 or 1024"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_anchors_and_small_steps() {
        for n in (10..=25).chain([30, 50, 120, 128, 200, 240, 400, 800, 1024]) {
            assert!(LOOKS.contains(&n), "{n}");
        }
        assert!(LOOKS.windows(2).all(|w| w[0] < w[1] && w[1] * 100 <= w[0] * 112));
    }

    #[test]
    fn every_capacity_ends_at_a_look_and_the_smallest_that_fits_is_found() {
        for c in Capacity::ALL {
            assert_eq!(c.looks().last().map(|&n| n as usize), Some(c.scores()));
        }
        let smallest = [0, 128, 129, 1024, 1025].map(Capacity::for_scores);
        let (small, large) = (Some(Capacity::C128), Some(Capacity::C1024));
        assert_eq!(smallest, [small, small, large, large, None]);
        assert_eq!((Capacity::C128.looks().len(), Capacity::C1024.looks().len()), (35, 59));
    }
}
