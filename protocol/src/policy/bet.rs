//! What one score adds to a bet, and the bet that never fires.

use super::{BUMPS, Bet, MAX_THRESHOLD};
use crate::{
    rule::{Features, statistic},
    score::Score,
};

impl<const S: usize> Bet<S> {
    /// The bet that never fires: for a claim that a policy cannot make.
    pub const NULL: Self = Self { c: 0, a: [0; S], b: [0; BUMPS], t: MAX_THRESHOLD - 1 };

    /// `q(y) = c + Σ a_j·d_j + Σ b_j·e_j`: what one score adds to the statistic, units of 2^-20 nat.
    pub fn gain(&self, score: Score) -> i128 {
        statistic(self, 1, &Features::of(score)) + i128::from(self.t)
    }
}
