//! Clause 12: the policy's integers as private wires, and their digest π.
//!
//! One coefficient is one field element and is hashed as such. No coefficient is range-checked here: π is public, and
//! whoever checks a proof recomputes it from integers whose certificate holds.

use ark_bn254::Fr;
use pot_protocol::{
    commitment::{POLICY_LEAF, POLICY_ROOT},
    policy::{Bet, Coefficients},
    poseidon::Width,
};

use super::{poseidon::hash, window::Window};
use crate::builder::{Builder, Result, Wire, power_of_two};

/// A bet's integers. The features' coefficients are `a_1`, …, then `b_1`, ….
pub(crate) struct BetWires {
    c: Wire,
    features: Vec<Wire>,
    t: Wire,
}

/// Everything of a policy but the window.
pub(crate) struct PolicyWires {
    pub(crate) tau: Wire,
    pub(crate) same: [BetWires; 2],
    pub(crate) different: [BetWires; 2],
    pub(crate) strict: [BetWires; 1],
    pub(crate) strong: [BetWires; 2],
}

/// Two bets in one: first + 2^shift · second.
pub(crate) struct Pair {
    pub(crate) c: Wire,
    pub(crate) features: Vec<Wire>,
    pub(crate) t: Wire,
}

impl BetWires {
    fn new<const S: usize>(builder: &mut Builder, bet: &Bet<S>) -> Result<Self> {
        let mut wires = bet.elements().map(|x| builder.witness("policy.coefficient", Fr::from(x)));
        let c = wires.next().transpose()?;
        let mut features = wires.collect::<Result<Vec<_>>>()?;
        let t = features.pop();
        Ok(Self { c: c.unwrap_or_else(Wire::zero), features, t: t.unwrap_or_else(Wire::zero) })
    }

    fn elements(&self) -> impl Iterator<Item = &Wire> {
        std::iter::once(&self.c).chain(&self.features).chain(std::iter::once(&self.t))
    }

    pub(crate) fn pair(first: &Self, second: &Self, shift: u32) -> Pair {
        let factor = power_of_two(shift);
        let join = |a: &Wire, b: &Wire| {
            let mut sum = a.clone();
            sum.add(factor, b);
            sum
        };
        let features = first.features.iter().zip(&second.features).map(|(a, b)| join(a, b)).collect();
        Pair { c: join(&first.c, &second.c), features, t: join(&first.t, &second.t) }
    }
}

impl PolicyWires {
    pub(crate) fn new(builder: &mut Builder, coefficients: &Coefficients) -> Result<Self> {
        let c = coefficients;
        Ok(Self {
            tau: builder.witness("policy.tau", Fr::from(c.tau))?,
            same: [BetWires::new(builder, &c.same[0])?, BetWires::new(builder, &c.same[1])?],
            different: [BetWires::new(builder, &c.different[0])?, BetWires::new(builder, &c.different[1])?],
            strict: [BetWires::new(builder, &c.strict[0])?],
            strong: [BetWires::new(builder, &c.strong[0])?, BetWires::new(builder, &c.strong[1])?],
        })
    }

    /// π, mirroring `pot_protocol::commitment::policy_digest`.
    pub(crate) fn digest(&self, builder: &mut Builder, window: &Window) -> Result<Wire> {
        let bets = self.same.iter().chain(&self.different).chain(&self.strict).chain(&self.strong);
        let elements: Vec<Wire> = [&window.n_min, &window.n_max, &self.tau]
            .into_iter()
            .chain(bets.flat_map(BetWires::elements))
            .cloned()
            .collect();
        let groups = elements.chunks_exact(16);
        let rest = groups.remainder().to_vec();
        let mut root = vec![];
        for group in groups {
            root.push(hash(builder, Width::W17, POLICY_LEAF, group)?);
        }
        root.extend(rest);
        hash(builder, Width::W8, POLICY_ROOT, &root)
    }
}
