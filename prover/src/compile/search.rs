//! The choice of stakes and weights: the worst ratio to the benchmark over all situations is made as small as it gets.

use pot_protocol::{policy::certificate::Direction, rule::LOOKS};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{benchmark::Mixture, cells::Cell, laws::units, spline::Candidate};

/// Simulated runs per situation.
const RUNS: usize = 1000;
/// Weights (of 1024) that are tried for the first of two bets, before the refinement.
const WEIGHTS: [u16; 19] = [8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 640, 768, 832, 896, 928, 960, 992, 1008, 1016];
/// Steps of the refinement, of 1024.
const STEPS: [u16; 5] = [16, 8, 4, 2, 1];
const WHOLE: u16 = 1024;
/// How much slower than its benchmark a side cell may be before it counts like a primary one.
const SIDE: f64 = 1.15;
/// Weight of the average ratio beside the worst.
const AVERAGE: f64 = 0.15;

/// A chosen bet: index of the candidate and its weight of 1024.
pub(super) type Choice = (usize, u16);

/// Mean and 90 % quantile of a stopping time.
type Times = (f64, f64);

struct Situation {
    cell: Cell,
    ideal: Times,
    looks: Vec<u32>,
    /// Per candidate: the sum of its gains at each look of each run, in nats.
    sums: Vec<Vec<f32>>,
}

/// All situations, simulated once for all candidates.
pub(super) struct Table {
    situations: Vec<Situation>,
    alpha: f64,
    candidates: usize,
}

impl Table {
    pub(super) fn new<const S: usize>(
        candidates: &[Candidate<S>],
        cells: Vec<Cell>,
        direction: Direction,
        tq: u32,
        knots: &[u16],
        alpha_micro: u32,
    ) -> Self {
        let clip = knots.last().copied().unwrap_or(0);
        let (alpha, threshold) = (f64::from(alpha_micro) / 1e6, f64::from(tq) / 256.0);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let situation = |cell: Cell| {
            let sampler = cell.law.sampler();
            let looks = looks(cell.length);
            let mut sums = vec![Vec::with_capacity(RUNS * looks.len()); candidates.len()];
            let (mut usual, mut wide) = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS));
            for _ in 0..RUNS {
                let scores: Vec<u16> =
                    (0..cell.length).map(|_| units(sampler.nats(&mut rng)).min(u64::from(clip)) as u16).collect();
                let stop = |m: &Mixture| m.stop(&scores, direction, threshold, f64::from(clip), alpha);
                usual.push(stop(&Mixture::usual(direction)));
                if !cell.primary {
                    wide.push(stop(&Mixture::wide(direction)));
                }
                for (candidate, sums) in candidates.iter().zip(&mut sums) {
                    let mut sum = 0_i64;
                    let mut next = looks.iter().copied().peekable();
                    for (n, &score) in (1_u32..).zip(&scores) {
                        sum += candidate.gains[usize::from(score)];
                        if next.next_if_eq(&n).is_some() {
                            sums.push(sum as f32 / (1_u32 << 20) as f32);
                        }
                    }
                }
            }
            let mut ideal = times(&mut usual);
            if !cell.primary {
                let other = times(&mut wide);
                ideal = (ideal.0.min(other.0), ideal.1.min(other.1));
            }
            Situation { cell, ideal, looks, sums }
        };
        Self { situations: cells.into_iter().map(situation).collect(), alpha, candidates: candidates.len() }
    }

    /// The best one or two bets, the heavier first; their weights sum to 1024.
    pub(super) fn best<const K: usize>(&self, progress: &mut dyn FnMut(usize, usize)) -> [Choice; K] {
        let mut best = ([(0, WHOLE / K as u16); K], f64::INFINITY);
        let all: Vec<[Choice; K]> = self.combinations();
        for (done, &choice) in all.iter().enumerate() {
            progress(done, all.len());
            self.keep_better(choice, &mut best);
        }
        if K == 2 {
            for step in STEPS {
                loop {
                    let before = best;
                    for (up, down) in [(0, 1), (1, 0)] {
                        let mut choice = before.0;
                        if choice[down].1 > step {
                            choice[up].1 += step;
                            choice[down].1 -= step;
                            self.keep_better(choice, &mut best);
                        }
                    }
                    if best.1 >= before.1 {
                        break;
                    }
                }
            }
        }
        progress(all.len(), all.len());
        best.0.sort_by_key(|&(_, weight)| std::cmp::Reverse(weight));
        best.0
    }

    /// Stopping times of a choice beside the benchmark's, situation by situation.
    pub(super) fn report(&self, choice: &[Choice]) -> Vec<(String, Times, Times)> {
        self.situations.iter().map(|s| (s.cell.label.clone(), self.stops(s, choice), s.ideal)).collect()
    }

    fn combinations<const K: usize>(&self) -> Vec<[Choice; K]> {
        let singles = 0..self.candidates;
        if K == 1 {
            return singles.map(|i| [(i, WHOLE); K]).collect();
        }
        let mut all = Vec::new();
        for (i, j) in singles.clone().flat_map(|i| (i + 1..self.candidates).map(move |j| (i, j))) {
            for weight in WEIGHTS {
                let mut choice = [(i, weight); K];
                choice[1] = (j, WHOLE - weight);
                all.push(choice);
            }
        }
        all
    }

    fn keep_better<const K: usize>(&self, choice: [Choice; K], best: &mut ([Choice; K], f64)) {
        let cost = self.cost(&choice);
        // A tie goes to the later choice: where no stake decides in time, to the largest.
        if cost <= best.1 {
            *best = (choice, cost);
        }
    }

    fn cost(&self, choice: &[Choice]) -> f64 {
        let (mut worst, mut sum) = (0.0_f64, 0.0);
        for s in &self.situations {
            let (mean, late) = self.stops(s, choice);
            let ratio = (mean / s.ideal.0).max(late / s.ideal.1) / if s.cell.primary { 1.0 } else { SIDE };
            worst = worst.max(ratio);
            sum += ratio;
        }
        worst + AVERAGE * sum / self.situations.len() as f64
    }

    fn stops(&self, s: &Situation, choice: &[Choice]) -> Times {
        let levels: Vec<(&[f32], f32)> = choice
            .iter()
            .map(|&(index, weight)| {
                let level = -(self.alpha * f64::from(weight) / f64::from(WHOLE)).ln();
                (s.sums[index].as_slice(), level as f32)
            })
            .collect();
        let mut stops: Vec<u32> = (0..RUNS)
            .map(|run| {
                let base = run * s.looks.len();
                let hit =
                    (0..s.looks.len()).find(|look| levels.iter().any(|(sums, level)| sums[base + look] >= *level));
                hit.map_or(s.cell.length + 1, |look| s.looks[look])
            })
            .collect();
        times(&mut stops)
    }
}

/// The looks of the rule, continued below the first and above the last of them: `n_min` and `n_max` are no matter of
/// stakes and weights.
fn looks(length: u32) -> Vec<u32> {
    let mut looks: Vec<u32> = (1..LOOKS[0]).chain(LOOKS).collect();
    while let Some(&last) = looks.last()
        && last < length
    {
        looks.push((last * 109).div_ceil(100));
    }
    looks.retain(|&n| n < length);
    looks.push(length);
    looks
}

fn times(stops: &mut [u32]) -> Times {
    stops.sort_unstable();
    let mean = stops.iter().map(|&n| f64::from(n)).sum::<f64>() / stops.len() as f64;
    let at = 0.9 * (stops.len() - 1) as f64;
    let (low, part) = (at as usize, at.fract());
    let next = stops[(low + 1).min(stops.len() - 1)];
    (mean, f64::from(stops[low]) * (1.0 - part) + f64::from(next) * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_go_on_below_and_above_the_rules() {
        assert_eq!(looks(5), [1, 2, 3, 4, 5]);
        assert_eq!(looks(26)[8..], [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
        let long = looks(1500);
        assert!(LOOKS.iter().all(|n| long.contains(n)));
        assert_eq!(long[long.len() - 6..], [1024, 1117, 1218, 1328, 1448, 1500]);
    }

    #[test]
    fn quantiles_are_interpolated() {
        let mut stops: Vec<u32> = (1..=11).rev().collect();
        assert_eq!(times(&mut stops), (6.0, 10.0));
        assert_eq!(times(&mut [1, 2]), (1.5, 1.9));
    }
}
