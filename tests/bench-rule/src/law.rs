//! Independent scores of one law, on the integers of the clip: a table of probabilities, drawn from with one number.

use pot_protocol::policy::CLIP_A;

use crate::random::Random;

/// Scores 0..=512, and room for a power of two: then the cell that a number falls into is uniform exactly.
const CELLS: usize = 1024;
const SCORES: usize = CLIP_A as usize + 1;
/// Bits of a number that are left for the choice within a cell.
const CHOICE_BITS: u32 = 54;

/// A law of the clipped score (Walker's alias method).
#[derive(Clone, Debug)]
pub struct Law {
    cells: Vec<(u64, u16, u16)>,
    mean: f64,
}

impl Law {
    /// The law with these weights of the scores 0..=512.
    ///
    /// # Panics
    /// When the weights are not 513, one is negative, or their sum is not positive.
    pub fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        assert!(weights.len() == SCORES && total > 0.0, "{} weights of sum {total}", weights.len());
        assert!(weights.iter().all(|w| *w >= 0.0), "a negative weight");
        let mean = weights.iter().zip(0_u16..).map(|(w, x)| w * f64::from(x)).sum::<f64>() / total;
        // What each cell still has to hold, in cells.
        let mut rest: Vec<f64> = weights.iter().map(|w| w / total * CELLS as f64).collect();
        rest.resize(CELLS, 0.0);
        let one = (1_u64 << CHOICE_BITS) as f64;
        let mut cells: Vec<(u64, u16, u16)> = (0_u16..).take(CELLS).map(|x| (1 << CHOICE_BITS, x, x)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..CELLS).partition(|&i| rest[i] < 1.0);
        while let Some(&l) = large.last() {
            let Some(s) = small.pop() else { break };
            cells[s] = ((rest[s] * one) as u64, s as u16, l as u16);
            rest[l] -= 1.0 - rest[s];
            if rest[l] < 1.0 {
                large.pop();
                small.push(l);
            }
        }
        // What rounding left over is a full cell; a score that does not exist never is one.
        for i in small.into_iter().filter(|&i| i >= SCORES) {
            cells[i] = (0, CLIP_A, (mean as u16).min(CLIP_A));
        }
        Self { cells, mean }
    }

    /// The same, with just so much moved to score 0 or 512 that the mean is `mean`.
    pub fn with_mean(weights: &[f64], mean: f64) -> Self {
        let now = Self::new(weights).mean;
        let total: f64 = weights.iter().sum();
        let (atom, value) = if now > mean { (0, 0.0) } else { (SCORES - 1, f64::from(CLIP_A)) };
        let moved = (mean - now) / (value - now);
        let mut weights: Vec<f64> = weights.iter().map(|w| w / total * (1.0 - moved)).collect();
        weights[atom] += moved;
        Self::new(&weights)
    }

    /// The mean of the clipped score, in units.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The next score.
    pub fn draw(&self, random: &mut Random) -> u16 {
        let number = random.number();
        let (cut, low, high) = self.cells[(number >> CHOICE_BITS) as usize];
        if number & ((1 << CHOICE_BITS) - 1) < cut { low } else { high }
    }
}

/// Weights of a score that is always `units`.
pub fn constant(units: u16) -> Vec<f64> {
    let mut weights = vec![0.0; SCORES];
    weights[usize::from(units.min(CLIP_A))] = 1.0;
    weights
}

/// Weights of a gamma law with this mean (nats) and coefficient of variation, rounded to units and clipped.
pub fn gamma(mean: f64, cv: f64) -> Vec<f64> {
    let (shape, scale) = (1.0 / (cv * cv), mean * cv * cv * 1024.0);
    let all = lower_gamma(shape, shape + 60.0 + 20.0 * shape.sqrt());
    let below: Vec<f64> = (0..SCORES - 1).map(|k| lower_gamma(shape, (k as f64 + 0.5) / scale) / all).collect();
    let mut weights = vec![below[0]];
    weights.extend(below.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)));
    weights.push((1.0 - below[SCORES - 2]).max(0.0));
    weights
}

/// The lower incomplete gamma function γ(a, x), by its series, all of whose terms are positive.
fn lower_gamma(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, 1.0);
    while term > sum * 1e-17 {
        term *= x / (a + k);
        sum += term;
        k += 1.0;
    }
    (a * x.ln() - x).exp() * sum
}

/// Weights of a beta law on the clip with mean `share` of it and a + b = `concentration`: the density in the middle of
/// each of 513 cells, and its integral near both ends, where it may be infinite.
pub fn beta(share: f64, concentration: f64) -> Vec<f64> {
    let (a, b) = (concentration * share, concentration * (1.0 - share));
    let width = 1.0 / SCORES as f64;
    let density = |x: f64| x.powf(a - 1.0) * (1.0 - x).powf(b - 1.0);
    let mut weights: Vec<f64> = (0..SCORES).map(|k| density((k as f64 + 0.5) * width) * width).collect();
    (weights[0], weights[SCORES - 1]) = (width.powf(a) / a, width.powf(b) / b);
    weights
}

/// Weights of `one` with probability `share`, else of `other`.
pub fn mixed(share: f64, one: &[f64], other: &[f64]) -> Vec<f64> {
    let [total, rest]: [f64; 2] = [one, other].map(|w| w.iter().sum());
    one.iter().zip(other).map(|(u, v)| share * u / total + (1.0 - share) * v / rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn_mean(law: &Law) -> f64 {
        let mut random = Random::of_cell(5, 5);
        (0..200_000).map(|_| f64::from(law.draw(&mut random))).sum::<f64>() / 200_000.0
    }

    #[test]
    fn draws_have_the_mean_of_the_table() {
        for weights in [
            constant(0),
            constant(512),
            gamma(0.0076, 4.1),
            gamma(0.605, 0.18),
            beta(0.3, 0.3),
            beta(0.04, 20.0),
            mixed(0.02, &constant(512), &gamma(0.003, 1.0)),
        ] {
            let law = Law::new(&weights);
            assert!((drawn_mean(&law) - law.mean()).abs() < 1.5, "{} {}", drawn_mean(&law), law.mean());
        }
    }

    #[test]
    fn every_score_is_as_frequent_as_its_weight() {
        let mut weights = vec![0.0; SCORES];
        (weights[3], weights[200], weights[512]) = (5.0, 3.0, 2.0);
        let (law, mut random) = (Law::new(&weights), Random::of_cell(1, 2));
        let mut seen = vec![0_i32; SCORES];
        (0..100_000).for_each(|_| seen[usize::from(law.draw(&mut random))] += 1);
        assert_eq!(seen.iter().filter(|n| **n > 0).count(), 3);
        for (x, n) in [(3, 50_000), (200, 30_000), (512, 20_000)] {
            assert!((seen[x] - n).abs() < 600, "{x}: {}", seen[x]);
        }
    }

    #[test]
    fn gamma_laws_are_those_of_the_textbook() {
        // Shape 1 is the exponential law: P(score 0) = 1 - exp(-0.5/(1024 mean)), P(clipped) = exp(-511.5/(1024 mean)).
        let weights = gamma(0.2, 1.0);
        assert!((weights[0] - (1.0 - (-0.5 / 204.8_f64).exp())).abs() < 1e-12);
        assert!((weights[512] - (-511.5 / 204.8_f64).exp()).abs() < 1e-12);
        // Hardly anything is clipped: the mean is the law's.
        assert!((Law::new(&gamma(0.05, 0.5)).mean() - 51.2).abs() < 0.01);
        assert!((Law::new(&gamma(0.0076, 1.0)).mean() - 7.7824).abs() < 0.01);
    }

    #[test]
    fn means_are_set_exactly() {
        for (weights, mean) in [(beta(0.3, 0.3), 153.1), (beta(0.04, 20.0), 20.98), (beta(0.5, 2.0), 20.0)] {
            assert!((Law::with_mean(&weights, mean).mean() - mean).abs() < 1e-9);
        }
    }
}
