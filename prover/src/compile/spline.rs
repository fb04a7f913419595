//! From a stake to the integers of a bet: the largest spline below the logarithm of the betting factor.
//!
//! The logarithm is concave in the score, so its interpolation at the knots is the best continuous piecewise-linear
//! function below it; on the first segments the largest parabola that fits under the rest is added.

use pot_protocol::{
    policy::{
        BUMPS, Bet, MAX_ABS_Q,
        certificate::{Direction, Factor},
    },
    score::Score,
};

/// Stakes that the search chooses from, per mille.
const STAKES_BELOW: [u16; 10] = [500, 700, 800, 850, 900, 930, 950, 970, 980, 990];
const STAKES_ABOVE: [u16; 15] = [30, 60, 100, 150, 200, 300, 400, 500, 600, 700, 800, 850, 900, 930, 950];

/// One stake and its bet; T is still that of the null bet.
pub(super) struct Candidate<const S: usize> {
    pub(super) lambda: u16,
    pub(super) bet: Bet<S>,
    /// q(y) for every y of the clip, units of 2^-20 nat.
    pub(super) gains: Vec<i64>,
}

/// The bets of all stakes that keep within the circuit's width.
pub(super) fn candidates<const S: usize>(direction: Direction, tq: u32, knots: &[u16]) -> Vec<Candidate<S>> {
    let stakes: &[u16] = match direction {
        Direction::Below => &STAKES_BELOW,
        Direction::Above => &STAKES_ABOVE,
    };
    let clip = knots.last().copied().unwrap_or(0);
    let one = |&lambda: &u16| {
        let bet = interpolate(&Factor::new(direction, lambda, tq, clip)?, knots)?;
        let gains: Option<Vec<i64>> =
            (0..=clip).map(|y| i64::try_from(bet.gain(Score::saturating(u64::from(y)))).ok()).collect();
        let gains = gains?;
        gains.iter().all(|g| g.abs() < MAX_ABS_Q).then_some(Candidate { lambda, bet, gains })
    };
    stakes.iter().filter_map(one).collect()
}

/// Floors the interpolation from knot to knot, each slope making up for what the last one lost, then the bumps.
fn interpolate<const S: usize>(factor: &Factor, knots: &[u16]) -> Option<Bet<S>> {
    let c = factor.log_floor(knots[0])?;
    let mut bet = Bet { c, ..Bet::NULL };
    let mut start = c;
    for (j, pair) in knots.windows(2).enumerate() {
        let width = i64::from(pair[1] - pair[0]);
        let slope = (factor.log_floor(pair[1])? - start).div_euclid(width);
        bet.a[j] = slope;
        if j < BUMPS {
            let mut bump = i64::MAX;
            for i in 1..width {
                let y = pair[0] + u16::try_from(i).ok()?;
                bump = bump.min((factor.log_floor(y)? - (start + slope * i)).div_euclid(i * (width - i)));
            }
            bet.b[j] = bump.max(0);
        }
        start += slope * width;
    }
    Some(bet)
}
