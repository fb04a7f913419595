//! Scores at the boundary of a claim: every conditional mean lies on the tested threshold, or, for one drifting law,
//! the average of the conditional means never leaves the claim's false side.

use crate::{
    adversary::{Alternating, Doubling, Pushing},
    coin::Coin,
    law::{self, Law},
    machine::State,
    optimal::Optimal,
    random::Random,
    setting::Boundary,
};

/// Where the scores of a run come from. It sees where the run stands before it draws.
pub trait Source {
    /// Forgets the last run.
    fn begin(&mut self) {}
    /// The next score.
    fn next(&mut self, state: &State, random: &mut Random) -> u16;
}

impl Source for Law {
    fn next(&mut self, _: &State, random: &mut Random) -> u16 {
        self.draw(random)
    }
}

/// One coin for every score of a run.
pub(crate) struct Coins(pub(crate) Vec<Coin>);

impl Source for Coins {
    fn next(&mut self, state: &State, random: &mut Random) -> u16 {
        self.0[state.n].throw(random)
    }
}

/// A kind of null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Null {
    /// 0 or half a nat.
    TwoPoint,
    /// 0 or three times the mean.
    LowTwoPoint,
    /// Often 0, else a beta law.
    ZeroInflated,
    /// A beta law with a + b = 0.3: almost all near both ends.
    BetaEnds,
    /// A beta law with a + b = 2.
    Beta,
    /// A beta law with a + b = 20: narrow.
    BetaNarrow,
    /// Coins that become narrower from score to score.
    DriftingShape,
    /// Coins of 0 or half a nat whose mean swings by half of itself.
    DriftingMean,
    /// Wide after a loss, narrow after a win.
    Alternating,
    /// The stake doubles after every loss.
    Doubling,
    /// All or nothing whenever one score can make the claim.
    Pushing,
    /// The best play against the claim's main bet.
    Optimal,
}

impl Null {
    /// Every null.
    pub const ALL: [Self; 12] = [
        Self::TwoPoint,
        Self::LowTwoPoint,
        Self::ZeroInflated,
        Self::BetaEnds,
        Self::Beta,
        Self::BetaNarrow,
        Self::DriftingShape,
        Self::DriftingMean,
        Self::Alternating,
        Self::Doubling,
        Self::Pushing,
        Self::Optimal,
    ];

    /// As the tables call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::TwoPoint => "two-point: 0 or ½",
            Self::LowTwoPoint => "two-point: 0 or 3 × mean",
            Self::ZeroInflated => "zero-inflated beta",
            Self::BetaEnds => "beta, a+b = 0.3",
            Self::Beta => "beta, a+b = 2",
            Self::BetaNarrow => "beta, a+b = 20",
            Self::DriftingShape => "drifting shape",
            Self::DriftingMean => "drifting mean",
            Self::Alternating => "adaptive: alternating",
            Self::Doubling => "adaptive: doubling",
            Self::Pushing => "adaptive: pushing",
            Self::Optimal => "adaptive: optimal",
        }
    }

    /// Scores of this null at a boundary.
    pub fn source(self, boundary: Boundary) -> Box<dyn Source> {
        let (mean, n_max) = (boundary.mean(), boundary.setting.machine.n_max);
        let share = boundary.units() / 512.0;
        let beta = |concentration| Law::with_mean(&law::beta(share, concentration), boundary.units());
        let coins = |coin: &dyn Fn(f64) -> Coin| Box::new(Coins((0..n_max).map(|n| coin(n as f64)).collect()));
        match self {
            Self::TwoPoint => coins(&|_| Coin::near(mean, 0.0, 512.0)),
            Self::LowTwoPoint => coins(&|_| Coin::near(mean, 0.0, 3.0 * boundary.units())),
            Self::ZeroInflated => {
                // The part above 0 has twice the mean, or what the clip leaves room for.
                let zero = (1.0 - share / 0.9).min(0.5);
                let weights = law::mixed(zero, &law::constant(0), &law::beta(share / (1.0 - zero), 2.0));
                Box::new(Law::with_mean(&weights, boundary.units()))
            }
            Self::BetaEnds => Box::new(beta(0.3)),
            Self::Beta => Box::new(beta(2.0)),
            Self::BetaNarrow => Box::new(beta(20.0)),
            Self::DriftingShape => coins(&|n| {
                let left = 1.0 - n / n_max as f64;
                Coin::near(mean, boundary.units() * (1.0 - left), boundary.units() + left * 512.0)
            }),
            Self::DriftingMean => {
                // The sums of a sine from its start are never negative, so the average stays on the false side.
                let sign = if boundary.is_low() { 1.0 } else { -1.0 };
                let period = (n_max / 4) as f64;
                coins(&|n| {
                    let swing = sign * 0.5 * (std::f64::consts::TAU * (n + 1.0) / period).sin();
                    Coin::near((f64::from(mean) * (1.0 + swing)).round() as u32, 0.0, 512.0)
                })
            }
            Self::Alternating => Box::new(Alternating::new(boundary)),
            Self::Doubling => Box::new(Doubling::new(boundary)),
            Self::Pushing => Box::new(Pushing::new(boundary)),
            Self::Optimal => Box::new(Optimal::new(boundary)),
        }
    }
}
