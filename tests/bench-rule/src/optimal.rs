//! The strongest adversary: dynamic programming against the claim's main bet.
//!
//! For every number of scores still to come and every level of that bet, it plays the coin with the largest probability
//! that the bet fires at some look. The level is kept on a grid, which can only make the adversary worse than it thinks.

use crate::{coin::Coin, machine::State, nulls::Source, random::Random, setting::Boundary};

/// About so many grid points lie between the start and the firing of a bet.
const POINTS: i64 = 600;
/// Where the grid ends: so far below the start that it hardly comes back, and as far above firing as a level that waits
/// for the first look may be, both in distances from the start to firing.
const DEPTH: i64 = 2;
const HEIGHT: i64 = 1;

/// What to play, by scores so far and level.
pub(crate) struct Optimal {
    bet: usize,
    step: i64,
    /// The grid point at which the bet fires.
    fire: i64,
    coins: Vec<Coin>,
    /// One coin's index for each level of each number of scores so far.
    plan: Vec<Vec<u8>>,
}

impl Optimal {
    pub(crate) fn new(boundary: Boundary) -> Self {
        let machine = &boundary.setting.machine;
        // The main bet has the largest weight, and so the lowest threshold.
        let [first, second] = boundary.bets();
        let bet = if machine.start[first] >= machine.start[second] { first } else { second };
        // A score of 0, the most frequent move of the strongest coins, is a whole number of steps: moves between two
        // points of the grid spread the level, which the plan would take for luck that it does not have.
        let (distance, zero) = (-machine.start[bet], machine.gains[0][bet].abs());
        let step = zero / (zero * POINTS / distance).max(1);
        let fire = DEPTH * (distance / step + 1);
        let coins = coins(boundary);
        let moves: Vec<[(f64, f64); 2]> = coins
            .iter()
            .map(|coin| {
                let gain = |score: u16| machine.gains[usize::from(score)][bet] as f64 / step as f64;
                [(1.0 - coin.probability(), gain(coin.low)), (coin.probability(), gain(coin.high))]
            })
            .collect();
        let size = (fire + HEIGHT * (distance / step + 1)) as usize;
        let fires = |looked: bool, level: usize| looked && level >= fire as usize;
        let mut value: Vec<f64> = (0..size).map(|level| f64::from(u8::from(fires(true, level)))).collect();
        let mut plan = vec![Vec::new(); machine.n_max];
        for n in (0..machine.n_max).rev() {
            let best = |level: usize| {
                let worth = |coin: &[(f64, f64); 2]| -> f64 {
                    coin.iter().map(|(p, gain)| p * read(&value, level, *gain)).sum()
                };
                let worths = moves.iter().map(worth).enumerate();
                worths.fold((0, -1.0), |best, next| if next.1 > best.1 { next } else { best })
            };
            let choices: Vec<(usize, f64)> = (0..size).map(best).collect();
            plan[n] = choices.iter().map(|(coin, _)| *coin as u8).collect();
            let looked = machine.looks[n];
            value =
                choices.iter().enumerate().map(|(l, (_, worth))| if fires(looked, l) { 1.0 } else { *worth }).collect();
        }
        Self { bet, step, fire, coins, plan }
    }
}

/// The value at a level moved by `gain` grid steps, between two points of the grid or at its end.
fn read(value: &[f64], level: usize, gain: f64) -> f64 {
    let at = (level as f64 + gain).clamp(0.0, (value.len() - 1) as f64);
    let below = at as usize;
    let above = (below + 1).min(value.len() - 1);
    value[below] + (at - below as f64) * (value[above] - value[below])
}

/// The coins that it chooses from: scores near, at and far from the boundary on both sides.
fn coins(boundary: Boundary) -> Vec<Coin> {
    let (mean, units) = (boundary.mean(), boundary.units());
    let mut coins = Vec::new();
    for low in [0.0, 0.25, 0.5, 0.75, 0.9, 1.0] {
        for high in [0.0, 1.1, 1.25, 1.5, 2.0, 3.0, 6.0, f64::INFINITY] {
            let coin = Coin::near(mean, low * units, (high * units).min(512.0));
            if !coins.contains(&coin) {
                coins.push(coin);
            }
        }
    }
    coins
}

impl Source for Optimal {
    fn next(&mut self, state: &State, random: &mut Random) -> u16 {
        let level = state.levels[self.bet].div_euclid(self.step) + self.fire;
        let plan = &self.plan[state.n];
        let level = level.clamp(0, plan.len() as i64 - 1) as usize;
        self.coins[usize::from(plan[level])].throw(random)
    }
}
