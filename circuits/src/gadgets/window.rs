//! Clause 4: the looks at which the rule may stop.
//!
//! `started_ℓ` is 1 from the look `n_min` on, `ended_ℓ` from the look `n_max` on: each is 0 or the flag of the next look,
//! the last one is 1. So both are nested booleans with exactly one step, and `n_min`, `n_max` are looks of this capacity.

use ark_bn254::Fr;
use pot_protocol::policy::Coefficients;

use crate::builder::{Builder, Result, Wire};

/// Bits of `n_max` − `n_min`: at most 1024 − 10.
const SPAN_BITS: u32 = 10;

/// The policy's range of looks.
pub(crate) struct Window {
    /// 1 from `n_min` on, per look.
    pub(crate) started: Vec<Wire>,
    /// 1 at `n_max` only, per look.
    pub(crate) last: Vec<Wire>,
    pub(crate) n_min: Wire,
    pub(crate) n_max: Wire,
}

impl Window {
    pub(crate) fn new(builder: &mut Builder, looks: &[u32], coefficients: &Coefficients) -> Result<Self> {
        let started = steps(builder, "window.started", looks, coefficients.n_min)?;
        let ended = steps(builder, "window.ended", looks, coefficients.n_max)?;
        let (_, n_min) = edges(looks, &started);
        let (last, n_max) = edges(looks, &ended);
        // Both are looks, so the difference lies in −1014..=1014; ten bits hold exactly the part from 0 on. The clauses
        // on stopping rely on n_min ≤ n_max.
        builder.bits("window.span", &n_max.minus(&n_min), SPAN_BITS)?;
        Ok(Self { started, last, n_min, n_max })
    }
}

fn steps(builder: &mut Builder, name: &'static str, looks: &[u32], at: u32) -> Result<Vec<Wire>> {
    let mut flags = vec![Wire::constant(1u64)];
    for &look in looks.iter().rev().skip(1) {
        let gate = &flags[flags.len() - 1];
        let flag = builder.gated(name, look >= at, gate)?;
        flags.push(flag);
    }
    flags.reverse();
    Ok(flags)
}

/// The one-hot steps of nested flags, and the look of the step.
fn edges(looks: &[u32], flags: &[Wire]) -> (Vec<Wire>, Wire) {
    let (mut steps, mut n, mut before) = (vec![], Wire::zero(), Wire::zero());
    for (&look, flag) in looks.iter().zip(flags) {
        let step = flag.minus(&before);
        n.add(Fr::from(look), &step);
        steps.push(step);
        before = flag.clone();
    }
    (steps, n)
}
