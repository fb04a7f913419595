//! Clause 3: running sums of the features. They are linear in the flags, offsets and bumps: no constraint.

use pot_protocol::policy::{BUMPS, SEGMENTS_A};

use super::{
    score::ScoreWires,
    segment::{Offsets, WIDTHS},
};
use crate::builder::Wire;

/// `ΣD_j` and `ΣE_j` over the scores so far.
#[derive(Clone)]
pub(crate) struct Sums {
    pub(crate) d: [Wire; SEGMENTS_A],
    pub(crate) e: [Wire; BUMPS],
}

impl Sums {
    pub(crate) fn new() -> Self {
        Self { d: std::array::from_fn(|_| Wire::zero()), e: std::array::from_fn(|_| Wire::zero()) }
    }

    pub(crate) fn add(&mut self, scores: &[ScoreWires], offsets: &Offsets) {
        for (j, width) in WIDTHS.into_iter().enumerate() {
            for score in scores {
                self.d[j].add(width, &score.flags[j]);
            }
            self.d[j].add(1u64, &offsets.v[j]);
            self.e[j].add(1u64, &offsets.e[j]);
        }
    }

    /// S1 = Σ min(x, 512).
    pub(crate) fn clipped(&self) -> Wire {
        let mut sum = Wire::zero();
        for d in &self.d {
            sum.add(1u64, d);
        }
        sum
    }

    /// `D_1`, …, `D_4`, `E_1`, …, `E_4`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Wire> {
        self.d.iter().chain(&self.e)
    }
}
