//! Where the bugs of `crate::tests::bugs` are planted in what the builder makes.

use ark_bn254::Fr;
use ark_ff::Field;

use super::{Builder, Result, Wire};
use crate::tests::Bug;

impl Builder {
    pub(super) fn omits_variable(&self, name: &str) -> bool {
        self.bug == Some(Bug::NoBlinding) && name == "rho.blinding"
    }

    pub(super) fn omits_product(&self, name: &str) -> bool {
        let omitted = match self.bug {
            Some(Bug::UnconstrainedHint) => "segment.v",
            Some(Bug::LooseOr) => "statistic.neither",
            Some(Bug::UnusedDigest) => "digest.square",
            _ => return false,
        };
        name == omitted
    }

    /// The gate that a bit really gets; nothing if none.
    pub(super) fn bent_gate(&self, name: &str, gate: &Wire) -> Option<Wire> {
        match (self.bug, name) {
            (Some(Bug::NoBooleanity), "score.bit") => None,
            (Some(Bug::LooseFlags), "score.flag") => Some(Wire::constant(Fr::ONE)),
            _ => Some(gate.clone()),
        }
    }

    /// What an equation is replaced by, if it is. They come in the order policy, root, word.
    pub(super) fn bent_equation(&mut self, a: &Wire, b: &Wire) -> Option<Result<()>> {
        self.equations += 1;
        match (self.bug, self.equations) {
            (Some(Bug::UnboundPolicy), 1) => Some(Ok(())),
            (Some(Bug::AliasedInput), 3) => {
                let off = a.minus(b);
                Some(self.enforce(off.clone(), off.plus(&Wire::constant(8u64)), Wire::zero()))
            }
            _ => None,
        }
    }

    /// The positions of bits that a range really gets.
    pub(super) fn bent_positions(&self, name: &str, positions: &[u32]) -> Vec<u32> {
        match (self.bug, name) {
            (Some(Bug::ShortRange), "window.span") => positions[..6].to_vec(),
            (Some(Bug::LongRange), "window.span") => (0..254).collect(),
            _ => positions.to_vec(),
        }
    }

    /// The bits, of which the first is `left`, if they are not held to what they should be.
    pub(super) fn bent_bits(&mut self, name: &str, left: &Wire, bits: &[Wire]) -> Option<Result<Vec<Wire>>> {
        let all = || [std::slice::from_ref(left), &bits[1..]].concat();
        match (self.bug, name) {
            (Some(Bug::NoRangeCheck), "side.bit") | (Some(Bug::NoWindowOrder), "window.span") => Some(Ok(all())),
            (Some(Bug::SignConfusion), "statistic.bit") => {
                let held = self.enforce(left.clone(), left.not(), Wire::zero());
                Some(held.map(|()| all().iter().map(Wire::not).collect()))
            }
            _ => None,
        }
    }
}
