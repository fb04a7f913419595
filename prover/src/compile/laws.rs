//! Laws of scores, in nats: for the compiler's search and for simulations of error rates and power.

use rand::{Rng, RngExt};
use rand_distr::{Beta, Distribution, Gamma};

/// A law of one score in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Constant(f64),
    /// A gamma law with this mean and coefficient of variation.
    Gamma {
        /// Mean, nats.
        mean: f64,
        /// Standard deviation over mean.
        cv: f64,
    },
    /// `low` or, with probability `p_high`, `high`.
    TwoPoint {
        /// The lower value, nats.
        low: f64,
        /// The higher value, nats.
        high: f64,
        /// Probability of the higher value.
        p_high: f64,
    },
    /// 0 with probability `p_zero`, else a beta law with a + b = 2, stretched to `0..top`.
    ZeroInflated {
        /// Probability of 0.
        p_zero: f64,
        /// Mean of the other values, nats.
        mean: f64,
        /// Largest value, nats.
        top: f64,
    },
    /// A beta law stretched to `0..top`.
    Beta {
        /// Mean, nats.
        mean: f64,
        /// Largest value, nats.
        top: f64,
        /// a + b of the beta law: the larger, the narrower.
        concentration: f64,
    },
    /// Mostly near 0 (gamma with mean 0.003), with probability `share` gamma with mean `big` and cv ½.
    Rare {
        /// Probability of a large score.
        share: f64,
        /// Mean of the large scores, nats.
        big: f64,
    },
}

impl Law {
    /// The two-point law between `low` and `high` with the given mean.
    pub fn two_point(low: f64, high: f64, mean: f64) -> Self {
        Self::TwoPoint { low, high, p_high: (mean - low) / (high - low) }
    }

    /// A sampler of this law. Laws with impossible parameters fall back to their mean.
    pub fn sampler(self) -> Sampler {
        let gamma = |mean: f64, cv: f64| match Gamma::new(1.0 / (cv * cv), mean * cv * cv) {
            Ok(law) if mean > 0.0 => Kind::Gamma(law),
            _ => Kind::Constant(mean),
        };
        let beta = |sum: f64, share: f64| Beta::new(sum * share, sum * (1.0 - share)).ok();
        Sampler(match self {
            Self::Constant(v) => Kind::Constant(v),
            Self::Gamma { mean, cv } => gamma(mean, cv),
            Self::TwoPoint { low, high, p_high } => Kind::TwoPoint(low, high, p_high),
            Self::ZeroInflated { p_zero, mean, top } => {
                beta(2.0, mean / top).map_or(Kind::Constant(mean), |law| Kind::ZeroInflated(p_zero, law, top))
            }
            Self::Beta { mean, top, concentration } => {
                beta(concentration, mean / top).map_or(Kind::Constant(mean), |law| Kind::Beta(law, top))
            }
            Self::Rare { share, big } => match (gamma(big, 0.5), gamma(0.003, 1.0)) {
                (Kind::Gamma(large), Kind::Gamma(small)) => Kind::Rare(share, large, small),
                _ => Kind::Constant(big),
            },
        })
    }
}

/// Draws scores of one law.
#[derive(Clone, Copy, Debug)]
pub struct Sampler(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Constant(f64),
    Gamma(Gamma<f64>),
    TwoPoint(f64, f64, f64),
    ZeroInflated(f64, Beta<f64>, f64),
    Beta(Beta<f64>, f64),
    Rare(f64, Gamma<f64>, Gamma<f64>),
}

impl Sampler {
    /// The next score in nats.
    pub fn nats(&self, rng: &mut impl Rng) -> f64 {
        match &self.0 {
            Kind::Constant(v) => *v,
            Kind::Gamma(law) => law.sample(rng),
            Kind::TwoPoint(low, high, p) => {
                if rng.random::<f64>() < *p {
                    *high
                } else {
                    *low
                }
            }
            Kind::ZeroInflated(p, law, top) => {
                if rng.random::<f64>() < *p {
                    0.0
                } else {
                    law.sample(rng) * top
                }
            }
            Kind::Beta(law, top) => law.sample(rng) * top,
            Kind::Rare(share, large, small) => {
                if rng.random::<f64>() < *share {
                    large.sample(rng)
                } else {
                    small.sample(rng)
                }
            }
        }
    }
}

/// A non-negative number of nats in score units of 2^-10 nat, rounded to nearest with ties to even, saturating.
pub fn units(nats: f64) -> u64 {
    (nats * 1024.0).round_ties_even() as u64
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_law_has_its_mean_and_stays_in_its_range() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for (law, mean, top) in [
            (Law::Constant(0.2), 0.2, 0.2),
            (Law::Gamma { mean: 0.3, cv: 0.5 }, 0.3, f64::INFINITY),
            (Law::Gamma { mean: 0.0, cv: 0.5 }, 0.0, 0.0),
            (Law::two_point(0.1, 0.5, 0.2), 0.2, 0.5),
            (Law::ZeroInflated { p_zero: 0.25, mean: 0.2, top: 0.5 }, 0.15, 0.5),
            (Law::Beta { mean: 0.1, top: 0.5, concentration: 0.3 }, 0.1, 0.5),
            (Law::Rare { share: 0.5, big: 1.0 }, 0.5015, f64::INFINITY),
        ] {
            let sampler = law.sampler();
            let values: Vec<f64> = (0..40_000).map(|_| sampler.nats(&mut rng)).collect();
            let average = values.iter().sum::<f64>() / 40_000.0;
            assert!((average - mean).abs() < 0.015, "{law:?}: {average}");
            assert!(values.iter().all(|v| (0.0..=top).contains(v)), "{law:?}");
        }
    }

    #[test]
    fn units_round_to_nearest_with_ties_to_even() {
        let of = |eighths: f64| units(eighths / 8192.0);
        assert_eq!([of(0.0), of(3.0), of(4.0), of(5.0), of(12.0), of(20.0)], [0, 0, 0, 1, 2, 2]);
    }
}
