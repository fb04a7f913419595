//! Laws of scores under which a claim is just not true.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "simulated scores are floats until they are rounded to units"
)]

use pot_protocol::{
    policy::{Claim, Policy},
    score::Score,
};
use pot_prover::compile::{
    laws::{Law, units},
    simulate::{Source, independent},
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A law at the boundary.
pub(crate) struct Null {
    pub(crate) label: &'static str,
    /// The claims that are false under it.
    pub(crate) claims: Vec<Claim>,
    pub(crate) source: Box<dyn Fn() -> Box<dyn Source> + Send + Sync>,
}

const CLIP: f64 = 0.5;
const SATURATION: f64 = 4.5;

/// Every null of a policy. Where SAME and DIFFERENT have one boundary, a null serves both.
pub(crate) fn nulls(policy: &Policy) -> Vec<Null> {
    let p = policy.parameters();
    let nats = |micro: u32| f64::from(micro) / 1e6;
    let gamma = nats(p.gamma.0);
    let same = gamma * (2.0 * nats(p.eta.0)).min(1.0);
    let mut all = Vec::new();
    if same < gamma {
        all.extend(verdict_nulls(policy, same, &[Claim::Same]));
        all.extend(verdict_nulls(policy, gamma, &[Claim::Different]));
    } else {
        all.extend(verdict_nulls(policy, gamma, &[Claim::Same, Claim::Different]));
    }
    for (claim, mean) in [(Claim::Strict, same), (Claim::Strong, nats(p.delta.0))] {
        all.push(fixed("0 or 4.5", &[claim], Law::two_point(0.0, SATURATION, mean)));
        all.push(fixed("beta on 0..4.5, a+b=2", &[claim], Law::Beta { mean, top: SATURATION, concentration: 2.0 }));
        all.push(fixed("almost constant", &[claim], Law::Beta { mean, top: SATURATION, concentration: 1000.0 }));
    }
    all
}

fn verdict_nulls(policy: &Policy, mean: f64, claims: &[Claim]) -> Vec<Null> {
    let (p_zero, rest) = if mean <= 0.14 { (1.0 - mean / 0.2, 0.2) } else { (0.3, mean / 0.7) };
    let beta = |concentration| Law::Beta { mean, top: CLIP, concentration };
    let mut all = vec![
        fixed("zero-inflated beta", claims, Law::ZeroInflated { p_zero, mean: rest, top: CLIP }),
        fixed("0 or 0.5", claims, Law::two_point(0.0, CLIP, mean)),
        fixed("0 or 3 times the mean", claims, Law::two_point(0.0, (3.0 * mean).min(CLIP), mean)),
        fixed("half the mean or 0.5", claims, Law::two_point(mean / 2.0, CLIP, mean)),
        fixed("beta, a+b=0.3", claims, beta(0.3)),
        fixed("beta, a+b=2", claims, beta(2.0)),
        fixed("beta, a+b=20", claims, beta(20.0)),
    ];
    for &claim in claims {
        // Atoms that rounding moves by almost half a unit towards the claim.
        let shift = if claim == Claim::Same { 0.499 } else { -0.499 } / 1024.0;
        let low = if claim == Claim::Same { shift } else { 1.0 / 1024.0 + shift };
        let high = ((3.0 * mean).min(0.49) * 1024.0).floor() / 1024.0 + shift;
        all.push(fixed("rounding-adversarial", &[claim], Law::two_point(low, high, mean)));
        let template = Adaptive::new(policy, claim, mean);
        all.push(Null { label: "adaptive", claims: vec![claim], source: Box::new(move || Box::new(template.clone())) });
    }
    all
}

fn fixed(label: &'static str, claims: &[Claim], law: Law) -> Null {
    Null { label, claims: claims.to_vec(), source: Box::new(independent(law)) }
}

/// Chooses, before every score, the two-point law of the boundary's mean that brings the claim's nearest bet closest to
/// firing: the largest expected value of min(1, exp(statistic)), with a reward for firing.
#[derive(Clone)]
struct Adaptive {
    /// (q(y) for y = 0..=512 in nats, statistic so far in nats) of each bet.
    bets: Vec<(Vec<f64>, f64)>,
    /// (low, high, probability of high), values in score units.
    laws: Vec<(usize, usize, f64)>,
}

impl Adaptive {
    fn new(policy: &Policy, claim: Claim, mean: f64) -> Self {
        let scale = f64::from(1 << 20);
        let bets = if claim == Claim::Same { &policy.coefficients().same } else { &policy.coefficients().different };
        let bets = bets
            .iter()
            .map(|bet| {
                let gains = (0..=512).map(|y| bet.gain(Score::saturating(y)) as f64 / scale).collect();
                (gains, -(bet.t as f64) / scale)
            })
            .collect();
        let half = 0.5 / 1024.0;
        let near = if claim == Claim::Same { 0.499 } else { 0.501 } / 1024.0;
        let pairs = [
            (0.0, CLIP),
            (0.0, 1.2 * mean),
            (0.0, 2.0 * mean),
            (0.0, 3.0 * mean),
            (0.0, 6.0 * mean),
            (mean / 2.0, CLIP),
            (mean / 2.0, 2.0 * mean),
            (0.8 * mean, CLIP),
            (near, CLIP),
            (0.9 * mean, 1.1 * mean),
            (near, 2.0 * mean),
        ];
        let laws = pairs
            .into_iter()
            .map(|(low, high): (f64, f64)| (low, high.min(CLIP)))
            .filter(|(low, high)| low + half < mean && mean + half < *high)
            .map(|(low, high)| (units(low) as usize, units(high) as usize, (mean - low) / (high - low)))
            .collect();
        Self { bets, laws }
    }

    fn promise(&self, score: usize) -> f64 {
        let best = self.bets.iter().map(|(gains, now)| now + gains[score]).fold(f64::NEG_INFINITY, f64::max);
        best.min(0.0).exp() + f64::from(u8::from(best >= 0.0))
    }
}

impl Source for Adaptive {
    fn next(&mut self, rng: &mut ChaCha8Rng) -> Score {
        let value = |&(low, high, p): &(usize, usize, f64)| p * self.promise(high) + (1.0 - p) * self.promise(low);
        let chosen = self.laws.iter().max_by(|a, b| value(a).total_cmp(&value(b))).copied();
        let (low, high, p) = chosen.expect("0 or 0.5 is always possible");
        let score = if rng.random::<f64>() < p { high } else { low };
        for (gains, now) in &mut self.bets {
            *now += gains[score];
        }
        Score::saturating(score as u64)
    }
}
