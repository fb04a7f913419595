//! What a bet has won so far.

use crate::bet::Bet;

/// A bet and the sum of its gains over the first `counted` scores.
pub(crate) struct Account<'a> {
    bet: &'a Bet,
    sum: i128,
    counted: usize,
}

impl<'a> Account<'a> {
    /// One account a bet, before the first score.
    pub(crate) fn open(bets: &'a [Bet]) -> Vec<Self> {
        bets.iter().map(|bet| Self { bet, sum: 0, counted: 0 }).collect()
    }

    /// Whether the gains of all these scores reach the bet's threshold. The scores of an earlier call come first in them.
    pub(crate) fn fires(&mut self, scores: &[u16]) -> bool {
        self.sum += scores[self.counted..].iter().map(|&x| self.bet.gain(x)).sum::<i128>();
        self.counted = scores.len();
        self.sum >= self.bet.threshold
    }
}
