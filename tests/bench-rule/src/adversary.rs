//! Adversaries that see the past. Each throws coins whose mean is the boundary's, whatever it has seen.

use crate::{coin::Coin, machine::State, nulls::Source, random::Random, setting::Boundary};

/// Whether a score moved a run towards the claim.
fn won(boundary: Boundary, score: u16) -> bool {
    (f64::from(score) < boundary.units()) == boundary.is_low()
}

/// Narrow while it wins, as wide as the clip after a loss: the variance follows the last score.
pub(crate) struct Alternating {
    narrow: Coin,
    wide: Coin,
    low: bool,
    mean: f64,
}

impl Alternating {
    pub(crate) fn new(boundary: Boundary) -> Self {
        let mean = boundary.units();
        let narrow = Coin::near(boundary.mean(), 0.7 * mean, 1.3 * mean);
        Self { narrow, wide: Coin::near(boundary.mean(), 0.0, 512.0), low: boundary.is_low(), mean }
    }
}

impl Source for Alternating {
    fn next(&mut self, state: &State, random: &mut Random) -> u16 {
        let won = state.n > 0 && (f64::from(state.last) < self.mean) == self.low;
        if won { self.narrow.throw(random) } else { self.wide.throw(random) }
    }
}

/// Fair coins around the boundary whose spread doubles after every loss, in the end all of the clip, and starts again
/// after a win.
pub(crate) struct Doubling {
    /// The coins from the smallest stake to the largest.
    coins: Vec<Coin>,
    losses: usize,
    /// Which of 0..=512 are wins.
    wins: Vec<bool>,
}

impl Doubling {
    pub(crate) fn new(boundary: Boundary) -> Self {
        let mean = boundary.units();
        let widest = mean.min(512.0 - mean);
        let around = |spread: f64| Coin::near(boundary.mean(), mean - spread, mean + spread);
        let all = Coin::near(boundary.mean(), 0.0, 512.0);
        let coins = [0.25, 0.5, 1.0].map(|part| around(part * widest)).into_iter().chain([all]).collect();
        Self { coins, losses: 0, wins: (0..=512).map(|score| won(boundary, score)).collect() }
    }
}

impl Source for Doubling {
    fn begin(&mut self) {
        self.losses = 0;
    }

    fn next(&mut self, _: &State, random: &mut Random) -> u16 {
        let score = self.coins[self.losses].throw(random);
        self.losses = if self.wins[usize::from(score)] { 0 } else { (self.losses + 1).min(self.coins.len() - 1) };
        score
    }
}

/// Plays with moderate coins until one score can make a bet fire; then it risks all for the smallest step that does.
pub(crate) struct Pushing {
    usual: Coin,
    low: bool,
    /// For each bet of the claim: its index, and its gain from the score nearest to the boundary to the farthest.
    ladders: Vec<(usize, Vec<(i64, Coin)>)>,
}

impl Pushing {
    pub(crate) fn new(boundary: Boundary) -> Self {
        let mean = boundary.mean();
        let gains = &boundary.setting.machine.gains;
        let steps: Vec<(u16, Coin)> = if boundary.is_low() {
            (0..512).rev().filter_map(|low| Some((low, Coin::new(mean, low, 512)?))).collect()
        } else {
            (1..=512).filter_map(|high| Some((high, Coin::new(mean, 0, high)?))).collect()
        };
        let ladder = |bet| steps.iter().map(|&(score, coin)| (gains[usize::from(score)][bet], coin)).collect();
        let usual = Coin::near(mean, 0.0, 2.0 * boundary.units());
        Self { usual, low: boundary.is_low(), ladders: boundary.bets().map(|bet| (bet, ladder(bet))).into() }
    }
}

impl Source for Pushing {
    fn next(&mut self, state: &State, random: &mut Random) -> u16 {
        // A bet's gain grows along its ladder, so the first rung that suffices is found by halving.
        let rung = |(bet, ladder): &(usize, Vec<(i64, Coin)>)| {
            let need = -state.levels[*bet];
            ladder.get(ladder.partition_point(|(gain, _)| *gain < need)).map(|(_, coin)| *coin)
        };
        let reward = |coin: &Coin| if self.low { 1.0 - coin.probability() } else { coin.probability() };
        let pushes = self.ladders.iter().filter_map(rung);
        let best = pushes.max_by(|a, b| reward(a).total_cmp(&reward(b)));
        best.unwrap_or(self.usual).throw(random)
    }
}
