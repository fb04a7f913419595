//! The policies that are measured, and what a simulation needs to know of one.

use pot_protocol::{
    policy::{Claim, Coefficients, Preset},
    rule::Verdict,
};

use crate::machine::Machine;

/// A policy that is measured.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The preset's name.
    pub name: &'static str,
    /// Bound on the probability of a false claim.
    pub alpha: f64,
    /// γ in nats.
    pub gamma: f64,
    /// γ·min(1, 2η), what SAME is tested at, in nats.
    pub same_at: f64,
    /// The tested thresholds of SAME and DIFFERENT in 1/256 unit: half a unit to the safe side of the claims.
    pub thresholds: [u32; 2],
    /// The policy's integers.
    pub coefficients: Coefficients,
    /// The same, tabulated.
    pub machine: Machine,
}

impl Setting {
    /// Every preset. Those for `kl-topk` share all their integers with others, and are left out.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for preset in Preset::all() {
            let policy = preset.policy();
            if all.iter().any(|known| known.coefficients == *policy.coefficients()) {
                continue;
            }
            let (p, betting) = (policy.parameters(), &policy.document().betting);
            let [alpha, gamma, eta] = [p.alpha, p.gamma, p.eta].map(|micro| f64::from(micro.0) / 1e6);
            all.push(Self {
                name: preset.name(),
                alpha,
                gamma,
                same_at: gamma * (2.0 * eta).min(1.0),
                thresholds: [betting.same.tq, betting.different.tq],
                coefficients: policy.coefficients().clone(),
                machine: Machine::new(policy.coefficients()),
            });
        }
        all
    }
}

/// A claim of a verdict at its boundary: what an adversary plays against.
#[derive(Clone, Copy, Debug)]
pub struct Boundary<'a> {
    /// The policy.
    pub setting: &'a Setting,
    /// SAME or DIFFERENT.
    pub claim: Claim,
}

impl Boundary<'_> {
    /// Whether the claim is that the mean is low.
    pub fn is_low(self) -> bool {
        self.claim == Claim::Same
    }

    /// The mean that scores have at the boundary, in 1/256 unit.
    pub fn mean(self) -> u32 {
        self.setting.thresholds[usize::from(!self.is_low())]
    }

    /// The same in units.
    pub fn units(self) -> f64 {
        f64::from(self.mean()) / 256.0
    }

    /// The claim's two bets in a machine's order.
    pub fn bets(self) -> [usize; 2] {
        if self.is_low() { [0, 1] } else { [2, 3] }
    }

    /// The verdict that makes the claim.
    pub fn verdict(self) -> Verdict {
        if self.is_low() { Verdict::Same } else { Verdict::Different }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_measured_once() {
        let names: Vec<&str> = Setting::all().iter().map(|s| s.name).collect();
        assert_eq!(
            names,
            [
                "QUICK",
                "AUDIT",
                "EXTENDED",
                "FORENSIC",
                "AUDIT-STRICT",
                "QUICK-DELTA-LOGPROB",
                "AUDIT-DELTA-LOGPROB",
                "EXTENDED-DELTA-LOGPROB"
            ]
        );
    }

    #[test]
    fn thresholds_lie_half_a_unit_inside() {
        for s in Setting::all() {
            let [same, different] = s.thresholds.map(|tq| f64::from(tq) / 256.0);
            assert!((s.same_at * 1024.0 - 0.5 - same).abs() < 0.01, "{} {same}", s.name);
            assert!((s.gamma * 1024.0 + 0.5 - different).abs() < 0.01, "{} {different}", s.name);
        }
    }
}
