//! What the rule keeps of a score: its share of each segment between the knots, and a parabola on the first ones.

use crate::{
    policy::{BUMPS, KNOTS_B, SEGMENTS_A, SEGMENTS_B},
    score::Score,
};

/// The features of one score, or their sums over many.
///
/// Clip A ends at a knot of clip B and has the same knots below it, so its features are the first ones of clip B's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `d_j = clamp(x − k_{j−1}, 0, w_j)` for each segment of width `w_j`, score units.
    pub d: [u64; SEGMENTS_B],
    /// `e_j = d_j·(w_j − d_j)` for the first segments, squared score units.
    pub e: [u64; BUMPS],
}

impl Features {
    /// The features of one score.
    pub fn of(score: Score) -> Self {
        let x = score.units();
        let mut features = Self::default();
        for (j, knots) in KNOTS_B.windows(2).enumerate() {
            let (start, width) = (knots[0], knots[1] - knots[0]);
            let d = x.saturating_sub(start).min(width);
            features.d[j] = u64::from(d);
            if let Some(e) = features.e.get_mut(j) {
                *e = u64::from(d) * u64::from(width - d);
            }
        }
        features
    }

    /// Adds the features of one more score.
    pub fn add(&mut self, other: &Self) {
        for (sum, v) in self.d.iter_mut().zip(other.d) {
            *sum += v;
        }
        for (sum, v) in self.e.iter_mut().zip(other.e) {
            *sum += v;
        }
    }

    /// S1: the score (or sum of scores) clipped to half a nat.
    pub fn clipped(&self) -> u64 {
        self.d[..SEGMENTS_A].iter().sum()
    }

    /// The score (or sum of scores), score units.
    pub fn total(&self) -> u64 {
        self.d.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{policy::CLIP_A, score::MAX_SCORE};

    #[test]
    fn the_segments_add_up_to_the_score_and_to_its_clip() {
        for x in 0..=MAX_SCORE {
            let f = Features::of(Score::new(x).unwrap());
            assert_eq!((f.total(), f.clipped()), (u64::from(x), u64::from(x.min(CLIP_A))), "{x}");
        }
    }

    #[test]
    fn the_features_of_many_scores_are_the_sums_of_those_of_each() {
        let mut sum = Features::default();
        for x in [100, 300, 100] {
            sum.add(&Features::of(Score::new(x).unwrap()));
        }
        assert_eq!(sum, Features { d: [192, 136, 128, 44, 0, 0, 0], e: [0, 2 * 36 * 28, 0, 44 * 212] });
    }

    #[test]
    fn values_at_and_inside_the_knots() {
        let of = |x| Features::of(Score::new(x).unwrap());
        assert_eq!(of(0), Features::default());
        assert_eq!(of(64), Features { d: [64, 0, 0, 0, 0, 0, 0], e: [0; 4] });
        assert_eq!(of(100), Features { d: [64, 36, 0, 0, 0, 0, 0], e: [0, 36 * 28, 0, 0] });
        assert_eq!(of(300), Features { d: [64, 64, 128, 44, 0, 0, 0], e: [0, 0, 0, 44 * 212] });
        assert_eq!(of(MAX_SCORE), Features { d: [64, 64, 128, 256, 512, 1024, 2559], e: [0; 4] });
    }
}
