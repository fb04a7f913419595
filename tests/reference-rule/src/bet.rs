//! One bet: a spline of the score, summed, against a threshold.

/// The knots of the clip at half a nat, in units of 2^-10 nat.
const HALF_NAT: &[i128] = &[0, 64, 128, 256, 512];
/// The knots of the clip at the saturation of a score.
const SATURATION: &[i128] = &[0, 64, 128, 256, 512, 1024, 2048, 4607];
/// So many segments, the first ones, carry a parabola too.
const PARABOLAS: usize = 4;

/// On which clip a bet is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clip {
    /// min(X, ½): the verdicts.
    HalfNat,
    /// min(X, 4.5): the grades.
    Saturation,
}

impl Clip {
    fn knots(self) -> &'static [i128] {
        match self {
            Self::HalfNat => HALF_NAT,
            Self::Saturation => SATURATION,
        }
    }

    /// How many integers a bet on this clip has: c, one slope a segment, the parabolas, T.
    pub(crate) fn integers(self) -> usize {
        1 + self.knots().len() - 1 + PARABOLAS + 1
    }
}

/// One bet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bet {
    clip: Clip,
    constant: i128,
    slopes: Vec<i128>,
    parabolas: Vec<i128>,
    pub(crate) threshold: i128,
}

impl Bet {
    /// A bet from c, the slopes, the parabolas and T, in this order. `None` when they are not as many as the clip has.
    pub(crate) fn new(clip: Clip, integers: &[i64]) -> Option<Self> {
        if integers.len() != clip.integers() {
            return None;
        }
        let mut rest = integers.iter().map(|&i| i128::from(i));
        let constant = rest.next()?;
        let slopes = rest.by_ref().take(clip.knots().len() - 1).collect();
        let parabolas = rest.by_ref().take(PARABOLAS).collect();
        Some(Self { clip, constant, slopes, parabolas, threshold: rest.next()? })
    }

    /// `c + Σ a_j·d_j + Σ b_j·d_j·(w_j − d_j)`, where `d_j` is the part of x that lies in segment j of width `w_j`.
    pub(crate) fn gain(&self, x: u16) -> i128 {
        let x = i128::from(x);
        let mut gain = self.constant;
        for (j, ends) in self.clip.knots().windows(2).enumerate() {
            let width = ends[1] - ends[0];
            let part = (x - ends[0]).clamp(0, width);
            gain += self.slopes[j] * part;
            if j < PARABOLAS {
                gain += self.parabolas[j] * part * (width - part);
            }
        }
        gain
    }
}
