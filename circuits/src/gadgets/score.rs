//! Clause 1 and the flags of clause 2: a score as its segment and its offset there.
//!
//! Flags t64 ≥ t128 ≥ … ≥ t4096 say which knots the score has reached; each is 0 or the flag before it, so they are
//! nested booleans. `s_j = t_{k_{j−1}} − t_{k_j}` is 1 for exactly one of the eight segments. The offset r has the six
//! low bits everywhere and the higher ones only where the segment is that wide: [64,128) and [0,64) have 6 bits,
//! [128,256) has 7, [256,512) 8, [512,1024) and [4096,4608) 9, [1024,2048) 10, [2048,4096) 11. So r runs over exactly
//! 0..width, and `x = k_{j−1} + r` over exactly 0..=4607, each value with one assignment. Nothing can wrap: every
//! quantity is below 2^13.

use ark_bn254::Fr;
use pot_protocol::score::Score;

use crate::builder::{Builder, Result, Wire, power_of_two};

/// The knots where a flag starts.
const FLAG_KNOTS: [u16; 7] = [64, 128, 256, 512, 1024, 2048, 4096];
const BITS: usize = 11;

/// One score in the circuit. 18 constraints.
pub(crate) struct ScoreWires {
    /// The score itself.
    pub(crate) x: Wire,
    /// `flags[j]` is 1 iff x ≥ 64·2^j.
    pub(crate) flags: [Wire; 7],
    /// x minus the start of its segment.
    pub(crate) offset: Wire,
}

impl ScoreWires {
    pub(crate) fn new(builder: &mut Builder, score: Score) -> Result<Self> {
        let units = score.units();
        let start = FLAG_KNOTS.into_iter().take_while(|knot| *knot <= units).last().unwrap_or(0);
        let mut gate = Wire::constant(1u64);
        let mut flags: [Wire; 7] = std::array::from_fn(|_| Wire::zero());
        for (flag, knot) in flags.iter_mut().zip(FLAG_KNOTS) {
            *flag = builder.gated("score.flag", units >= knot, &gate)?;
            gate = flag.clone();
        }
        let mut offset = Wire::zero();
        for bit in 0..BITS {
            let gate = match bit {
                0..=5 => Wire::constant(1u64),
                6..=8 => flags[bit - 5].clone(),
                9 | 10 => flags[bit - 5].minus(&flags[6]),
                _ => Wire::zero(),
            };
            let wire = builder.gated("score.bit", (units - start) >> bit & 1 == 1, &gate)?;
            offset.add(Fr::from(1u64 << bit), &wire);
        }
        // The start of segment j is the sum of the steps between the knots passed: 64, 64, 128, …, 2048.
        let mut x = Wire::at_bits([6, 6, 7, 8, 9, 10, 11].into_iter().zip(&flags));
        x.add(1u64, &offset);
        Ok(Self { x, flags, offset })
    }

    /// 1 iff the score lies in segment `j`, counted from 0.
    pub(crate) fn selector(&self, j: usize) -> Wire {
        match j {
            0 => self.flags[0].not(),
            1..=6 => self.flags[j - 1].minus(&self.flags[j]),
            _ => self.flags[6].clone(),
        }
    }

    /// Clip B's fifth and sixth segments in one constraint: `(s_5 + 2^shift·s_6)·r`.
    pub(crate) fn upper_offset(&self, builder: &mut Builder, shift: u32) -> Result<Wire> {
        let mut selector = self.selector(4);
        selector.add(power_of_two(shift), &self.selector(5));
        builder.product("score.upper", &selector, &self.offset)
    }
}
