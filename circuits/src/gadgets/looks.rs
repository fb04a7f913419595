//! Clauses 5 to 10: what happens at one look.

use ark_bn254::Fr;
use pot_protocol::policy::{CLIP_A, MAX_ABS_Q, MAX_THRESHOLD};

use super::{
    features::Sums,
    policy::{BetWires, Pair, PolicyWires},
    segment::bit_length,
};
use crate::builder::{Builder, Result, Wire, power_of_two};

/// What the looks so far have led to.
pub(crate) struct Run {
    /// 1 once the run has stopped: the sum of the stops so far.
    pub(crate) stopped: Wire,
    /// `V_S`: the run stopped with SAME.
    pub(crate) same: Wire,
    /// `V_D`: the run stopped with DIFFERENT.
    pub(crate) different: Wire,
    /// The look of the stop.
    pub(crate) n: Wire,
}

/// Bits w of a bet's statistic at a look: −2^w < statistic < 2^w by the policy's certificate, since each of the n
/// scores adds less than [`MAX_ABS_Q`] and the threshold is below [`MAX_THRESHOLD`].
pub(crate) fn statistic_bits(n: u32) -> u32 {
    let bound = u64::from(n) * MAX_ABS_Q.unsigned_abs() + MAX_THRESHOLD.unsigned_abs();
    bit_length(bound - 1)
}

/// One boolean: whether a bet of a pair fires, given the pair's statistic `s_1 + 2^{w+1}·s_2`.
///
/// Both `s_k` + 2^w lie in 0..2^{w+1} by the certificate, so the 2(w + 1) bits of the shifted pair are those of its two
/// halves: 2(w + 1) ≤ 68 bits are far below 253, nothing wraps, and the top bit of each half is the sign of `s_k` + 1/2.
pub(crate) fn fires(builder: &mut Builder, pair: &Wire, width: u32) -> Result<Wire> {
    let half = width + 1;
    let shift = Wire::constant(power_of_two(width) + power_of_two(width + half));
    let bits = builder.bits("statistic.bit", &pair.plus(&shift), 2 * half)?;
    let (first, second) = (&bits[width as usize], &bits[(width + half) as usize]);
    Ok(builder.product("statistic.neither", &first.not(), &second.not())?.not())
}

/// `Σ_j (coefficient_j of the chosen pair)·(feature_j)`, chosen by a boolean. Two constraints a feature.
pub(crate) fn weigh<'a>(
    builder: &mut Builder,
    bit: &Wire,
    (yes, no): (&Pair, &Pair),
    features: impl Iterator<Item = &'a Wire>,
) -> Result<Wire> {
    let mut sum = Wire::zero();
    for ((yes, no), feature) in yes.features.iter().zip(&no.features).zip(features) {
        let coefficient = builder.select("statistic.coefficient", bit, yes, no)?;
        sum.add(1u64, &builder.product("statistic.term", &coefficient, feature)?);
    }
    Ok(sum)
}

impl Run {
    pub(crate) fn new() -> Self {
        Self { stopped: Wire::zero(), same: Wire::zero(), different: Wire::zero(), n: Wire::zero() }
    }

    /// Clauses 5 to 9 at the look of `n` scores. `started` and `last` come from the window.
    pub(crate) fn look(
        &mut self,
        builder: &mut Builder,
        policy: &PolicyWires,
        n: u32,
        sums: &Sums,
        (started, last): (&Wire, &Wire),
    ) -> Result<()> {
        // 5. side = 1 iff S1 ≥ N·τ, as the top bit of S1 − N·τ + 2^b. S1 ≤ 512·N < 2^b, and τ ≤ 512 by the certificate, so
        //    the sum lies in 0..2^{b+1}, b ≤ 20. A larger τ could only make the clause unsatisfiable.
        let b = bit_length(u64::from(n) * u64::from(CLIP_A));
        let mut margin = sums.clipped();
        #[cfg(test)]
        if builder.bug == Some(crate::tests::Bug::WrongClip) {
            margin = margin.minus(&sums.d[3]);
        }
        margin.add(-Fr::from(n), &policy.tau);
        margin.add(power_of_two(b), &Wire::constant(1u64));
        let bits = builder.bits("side.bit", &margin, b + 1)?;
        let side = &bits[b as usize];

        // 6. the two bets of the chosen claim, in one statistic; H = one of them fires.
        let width = statistic_bits(n);
        let pair = |bets: &[BetWires; 2]| BetWires::pair(&bets[0], &bets[1], width + 1);
        let (same, different) = (pair(&policy.same), pair(&policy.different));
        let base = |p: &Pair| p.c.times(n).minus(&p.t);
        let mut statistic = builder.select("statistic.base", side, &base(&different), &base(&same))?;
        statistic.add(1u64, &weigh(builder, side, (&different, &same), sums.iter())?);
        let hit = fires(builder, &statistic, width)?;

        // 7, 8. live = the window is open and the run has not stopped. It is boolean: a stop needs live = 1 (both terms below
        //    are multiples of live), so the stops so far sum to 0 before the window opens and to 0 or 1 after it.
        let live = started.minus(&self.stopped);
        #[cfg(test)]
        let live = if builder.bug == Some(crate::tests::Bug::StopsTwice) { started.clone() } else { live };
        let decided = builder.product("run.decided", &live, &hit)?;
        let different = builder.product("run.different", &decided, side)?;
        //    stop = decided ∨ (live ∧ last). At n_max the window is open (n_min ≤ n_max), so a run that is still live stops
        //    there: "alive after the last look = 0" follows and is not enforced again.
        let stop = builder.product("run.stop", &live.minus(&decided), last)?.plus(&decided);

        // 9. linear, because at most one stop is 1.
        self.same.add(1u64, &decided.minus(&different));
        self.different.add(1u64, &different);
        self.n.add(n, &stop);
        self.stopped.add(1u64, &stop);
        Ok(())
    }

    /// Clause 10 for the scores between this look and the next: all zero once the run has stopped. One constraint: the
    /// scores are not negative and their sum is below 2^23, so it is 0 only if every one of them is.
    pub(crate) fn zero_tail<'a>(&self, builder: &mut Builder, scores: impl Iterator<Item = &'a Wire>) -> Result<()> {
        let mut sum = Wire::zero();
        for x in scores {
            sum.add(1u64, x);
        }
        #[cfg(test)]
        if builder.bug == Some(crate::tests::Bug::OpenTail) {
            return Ok(());
        }
        builder.enforce(sum, self.stopped.clone(), Wire::zero())
    }
}
