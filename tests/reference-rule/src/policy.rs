//! A policy as the list of its integers.

use crate::bet::{Bet, Clip};

/// How many integers a policy has: the window, the line between the claims, and seven bets.
pub const INTEGERS: usize = 3 + 4 * 10 + 3 * 13;

/// A policy: when to look, which claim to test, and the bets for each claim and grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) n_min: usize,
    pub(crate) n_max: usize,
    pub(crate) tau: i128,
    pub(crate) same: Vec<Bet>,
    pub(crate) different: Vec<Bet>,
    pub(crate) strict: Vec<Bet>,
    pub(crate) strong: Vec<Bet>,
}

impl Policy {
    /// A policy from its integers in the order in which its digest π takes them: `n_min`, `n_max`, τ, then c, a, b, T
    /// of the two bets for SAME, the two for DIFFERENT, the one for strict and the two for strong. `None` when they are
    /// not as many, or a window is negative.
    pub fn new(integers: &[i64]) -> Option<Self> {
        let (head, mut rest) = integers.split_at_checked(3)?;
        let mut bets = |clip: Clip, count: usize| -> Option<Vec<Bet>> {
            let one = |_| {
                let (bet, after) = rest.split_at_checked(clip.integers())?;
                rest = after;
                Bet::new(clip, bet)
            };
            (0..count).map(one).collect()
        };
        let (same, different) = (bets(Clip::HalfNat, 2)?, bets(Clip::HalfNat, 2)?);
        let (strict, strong) = (bets(Clip::Saturation, 1)?, bets(Clip::Saturation, 2)?);
        if !rest.is_empty() {
            return None;
        }
        let [n_min, n_max] = [head[0], head[1]].map(|n| usize::try_from(n).ok());
        Some(Self { n_min: n_min?, n_max: n_max?, tau: head[2].into(), same, different, strict, strong })
    }
}
