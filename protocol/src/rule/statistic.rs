//! The statistic of a bet, and when a bet fires.

use super::Features;
use crate::policy::Bet;

/// `n·c + Σ_j a_j·D_j + Σ_j b_j·E_j − t` in units of 2^-20 nat, where D and E are sums over `n` scores.
///
/// In 128 bits, so that no coefficients can overflow it; the certificate bounds those of a valid policy far below 64.
pub fn statistic<const S: usize>(bet: &Bet<S>, n: u32, sums: &Features) -> i128 {
    let dot = |weights: &[i64], values: &[u64]| -> i128 {
        weights.iter().zip(values).map(|(&w, &v)| i128::from(w) * i128::from(v)).sum()
    };
    i128::from(n) * i128::from(bet.c) + dot(&bet.a, &sums.d) + dot(&bet.b, &sums.e) - i128::from(bet.t)
}

/// The largest statistic of a claim's bets: the claim holds iff it is at least 0.
pub fn best_statistic<const S: usize>(bets: &[Bet<S>], n: u32, sums: &Features) -> i128 {
    bets.iter().map(|bet| statistic(bet, n, sums)).max().unwrap_or(i128::MIN)
}

/// Whether one of a claim's bets fires: a statistic of exactly 0 does.
pub fn fires<const S: usize>(bets: &[Bet<S>], n: u32, sums: &Features) -> bool {
    bets.iter().any(|bet| statistic(bet, n, sums) >= 0)
}
