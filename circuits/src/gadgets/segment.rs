//! Clause 2: segment offsets `v_j` and bumps `e_j` of the scores between two looks, directly or packed.
//!
//! In the active segment j ≤ 4 of a score, `d_j = v_j = r` and `e_j = r(w_j − r)`; passed segments have `d_j = w_j`
//! (linear in the flags) and `e_j = 0`; later ones have 0.
//!
//! *Direct*: eight constraints a score. *Packed*: two constraints a score, `y = r(w − r)` and
//! `P = (Σ_j 2^{o_j} s_j)·(r + 2^k·y)`, and the sum of P over the scores is cut into its eight slots once. Selectors of
//! the segments past the fourth do not occur in P, so what y is there does not matter.

use pot_protocol::policy::{BUMPS, KNOTS_A, SEGMENTS_A};

use super::score::ScoreWires;
use crate::builder::{Builder, Result, Wire, power_of_two};

/// Widths of the first four segments.
pub(crate) const WIDTHS: [u64; SEGMENTS_A] = {
    let mut widths = [0; SEGMENTS_A];
    let mut j = 0;
    while j < SEGMENTS_A {
        widths[j] = (KNOTS_A[j + 1] - KNOTS_A[j]) as u64;
        j += 1;
    }
    widths
};
const _: () = assert!(SEGMENTS_A == BUMPS);
const DIRECT_PER_SCORE: usize = 8;
const PACKED_PER_SCORE: usize = 2;

/// Σ `v_j` and Σ `e_j` over some scores.
pub(crate) struct Offsets {
    pub(crate) v: [Wire; SEGMENTS_A],
    pub(crate) e: [Wire; BUMPS],
}

/// The offsets and bumps of `scores`, the cheaper way.
pub(crate) fn offsets(builder: &mut Builder, scores: &[ScoreWires]) -> Result<Offsets> {
    let slots = Slots::of(scores.len());
    if PACKED_PER_SCORE * scores.len() + slots.bits() < DIRECT_PER_SCORE * scores.len() {
        packed(builder, scores, &slots)
    } else {
        direct(builder, scores)
    }
}

fn direct(builder: &mut Builder, scores: &[ScoreWires]) -> Result<Offsets> {
    let mut sums = Offsets { v: std::array::from_fn(|_| Wire::zero()), e: std::array::from_fn(|_| Wire::zero()) };
    for score in scores {
        for (j, width) in WIDTHS.into_iter().enumerate() {
            let v = builder.product("segment.v", &score.selector(j), &score.offset)?;
            let e = builder.product("segment.e", &v, &Wire::constant(width).minus(&v))?;
            sums.v[j].add(1u64, &v);
            sums.e[j].add(1u64, &e);
        }
    }
    Ok(sums)
}

fn packed(builder: &mut Builder, scores: &[ScoreWires], slots: &Slots) -> Result<Offsets> {
    let mut sum = Wire::zero();
    for score in scores {
        let selectors: [Wire; SEGMENTS_A] = std::array::from_fn(|j| score.selector(j));
        let (mut width, mut place) = (Wire::zero(), Wire::zero());
        for (j, selector) in selectors.iter().enumerate() {
            width.add(WIDTHS[j], selector);
            place.add(power_of_two(slots.starts[j]), selector);
        }
        let y = builder.product("segment.y", &score.offset, &width.minus(&score.offset))?;
        let mut value = score.offset.clone();
        value.add(power_of_two(slots.bump), &y);
        sum.add(1u64, &builder.product("segment.packed", &place, &value)?);
    }
    let bits = builder.bits_at("segment.bit", &sum, &slots.positions())?;
    let mut bits = bits.iter();
    let mut take = |count: u32| Wire::at_bits((0..count).zip(bits.by_ref()));
    Ok(Offsets { v: slots.v.map(&mut take), e: slots.e.map(&mut take) })
}

/// Where the eight sums of a packed group lie: `Σv_j` at `2^{o_j}`, `Σe_j` at `2^{k + o_j}`.
///
/// `Σv_j ≤ m(w_j − 1)` and `Σe_j ≤ m·w_j²/4` fit their slots; `o_{j+1} − o_j` is the width of slot `e_j`, the wider of the
/// two, and k is past the last v slot, so no two slots meet. Neither sum is ever negative: r < w in the active segment.
struct Slots {
    v: [u32; SEGMENTS_A],
    e: [u32; BUMPS],
    starts: [u32; SEGMENTS_A],
    bump: u32,
}

impl Slots {
    fn of(scores: usize) -> Self {
        let m = scores as u64;
        let v = WIDTHS.map(|w| bit_length(m * (w - 1)));
        let e = WIDTHS.map(|w| bit_length(m * (w / 2) * (w / 2)));
        let mut starts = [0; SEGMENTS_A];
        for j in 1..SEGMENTS_A {
            starts[j] = starts[j - 1] + e[j - 1];
        }
        Self { v, e, starts, bump: starts[SEGMENTS_A - 1] + v[SEGMENTS_A - 1] }
    }

    fn bits(&self) -> usize {
        self.positions().len()
    }

    fn positions(&self) -> Vec<u32> {
        let slot = |base: u32| move |(start, width): (&u32, &u32)| base + start..base + start + width;
        let v = self.starts.iter().zip(&self.v).flat_map(slot(0));
        v.chain(self.starts.iter().zip(&self.e).flat_map(slot(self.bump))).collect()
    }
}

/// Bits of the largest number that a slot has to hold.
pub(crate) const fn bit_length(largest: u64) -> u32 {
    u64::BITS - largest.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::{Slots, WIDTHS};

    #[test]
    fn a_slot_is_as_wide_as_its_largest_sum() {
        let fits = |bits: u32, largest: u64| largest < 1 << bits && largest >= 1 << (bits - 1);
        for m in 1..=1024 {
            let slots = Slots::of(m);
            for (j, width) in WIDTHS.into_iter().enumerate() {
                let most = |of_one: u64| u64::try_from(m).unwrap() * of_one;
                assert!(fits(slots.v[j], most(width - 1)) && fits(slots.e[j], most(width * width / 4)), "{m} {j}");
            }
        }
    }

    #[test]
    fn slots_are_disjoint_ascending_and_below_the_field() {
        for m in 1..=1024 {
            let positions = Slots::of(m).positions();
            assert!(positions.is_sorted_by(|a, b| a < b) && positions[0] == 0, "{m}");
            assert!(positions.iter().all(|p| *p < 253), "{m}");
        }
    }
}
