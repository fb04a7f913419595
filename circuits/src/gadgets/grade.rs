//! Clause 11: the grade, from the clip-B sums over all scores. The scores after the stop are zero and add nothing, so
//! these are the sums at the stop; only n·c needs the n of clause 9.

use pot_protocol::policy::KNOTS_B;

use super::{
    features::Sums,
    looks::{Run, fires, statistic_bits, weigh},
    policy::{BetWires, PolicyWires},
    score::ScoreWires,
    segment::bit_length,
};
use crate::builder::{Builder, Result, Wire};

/// Widths of clip B's fifth and sixth segments.
const FIFTH: u64 = (KNOTS_B[5] - KNOTS_B[4]) as u64;
const SIXTH: u64 = (KNOTS_B[6] - KNOTS_B[5]) as u64;

/// G: forced to 1 exactly if there is a verdict and its bet fires.
pub(crate) fn grade(
    builder: &mut Builder,
    policy: &PolicyWires,
    run: &Run,
    scores: &[ScoreWires],
    sums: &Sums,
) -> Result<Wire> {
    let upper = upper_segments(builder, scores, sums)?;
    let m = u32::try_from(scores.len()).unwrap_or(u32::MAX);
    let width = statistic_bits(m);
    // SAME has one bet of this kind: it takes both halves of the pair.
    let strict = BetWires::pair(&policy.strict[0], &policy.strict[0], width + 1);
    let strong = BetWires::pair(&policy.strong[0], &policy.strong[1], width + 1);
    let different = &run.different;
    let c = builder.select("grade.c", different, &strong.c, &strict.c)?;
    let t = builder.select("grade.t", different, &strong.t, &strict.t)?;
    let mut statistic = builder.product("grade.base", &c, &run.n)?.minus(&t);
    let features = sums.d.iter().chain(&upper).chain(&sums.e);
    statistic.add(1u64, &weigh(builder, different, (&strong, &strict), features)?);
    let hit = fires(builder, &statistic, width)?;
    builder.product("grade.given", &run.same.plus(different), &hit)
}

/// `ΣD_5`, `ΣD_6`, `ΣD_7`.
fn upper_segments(builder: &mut Builder, scores: &[ScoreWires], sums: &Sums) -> Result<[Wire; 3]> {
    // The offsets in a segment of width w sum to at most m(w − 1): the two slots do not meet and end below 2^40.
    let m = scores.len() as u64;
    let (low, high) = (bit_length(m * (FIFTH - 1)), bit_length(m * (SIXTH - 1)));
    let (mut packed, mut fifth, mut sixth, mut seventh) = (Wire::zero(), Wire::zero(), Wire::zero(), Wire::zero());
    for score in scores {
        packed.add(1u64, &score.upper_offset(builder, low)?);
        fifth.add(FIFTH, &score.flags[4]);
        sixth.add(SIXTH, &score.flags[5]);
        seventh.add(1u64, &score.x);
    }
    let bits = builder.bits("grade.bit", &packed, low + high)?;
    let (lower, upper) = bits.split_at(low as usize);
    fifth.add(1u64, &Wire::at_bits((0..).zip(lower)));
    sixth.add(1u64, &Wire::at_bits((0..).zip(upper)));
    // Whatever the other segments leave of the scores lies above the last inner knot.
    for part in sums.d.iter().chain([&fifth, &sixth]) {
        seventh.add(-ark_bn254::Fr::from(1u64), part);
    }
    Ok([fifth, sixth, seventh])
}
