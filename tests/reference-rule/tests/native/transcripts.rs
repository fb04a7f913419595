//! Scores of many shapes, most of them about where a policy finds it hard to decide.

use pot_protocol::{policy::Coefficients, score::MAX_SCORE};

use crate::Random;

/// Knots, their neighbours, and the ends.
const EDGES: [u16; 24] = [
    0, 1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096,
    4606, 4607,
];

/// A transcript that is usually long enough for a decision, and sometimes cut short.
pub(crate) fn draw(random: &mut Random, coefficients: &Coefficients) -> Vec<u16> {
    let mut length = u64::from(coefficients.n_max);
    if random.below(8) == 0 {
        length = random.below(length + 1);
    }
    let shape = random.below(9);
    // Up to twice the line between the claims, and at times far above it.
    let far = if random.below(4) == 0 { 3000 } else { 2 };
    let level = 1 + random.below(2 * u64::from(coefficients.tau) + far);
    let (share, turn) = (random.below(1001), random.below(length + 1));
    let one = |i: u64| {
        let uniform = random.below(2 * level);
        let units = match shape {
            0 => uniform,
            1 => level,
            2 if random.below(1000) < share => 0,
            2 | 3 => random.below(u64::from(MAX_SCORE) + 1),
            4 => (*random.of(&EDGES)).into(),
            // Rare and large.
            5 => u64::from(random.below(50) == 0) * random.below(u64::from(MAX_SCORE) + 1),
            // Many small and few large ones: a product of three.
            6 => uniform * random.below(1000) * random.below(1000) / 250_000,
            // A drift, or a jump.
            7 => uniform * i / (length + 1),
            _ if i < turn => random.below(2 * u64::from(coefficients.tau) + 1),
            _ => uniform,
        };
        u16::try_from(units.min(MAX_SCORE.into())).unwrap()
    };
    (0..length).map(one).collect()
}
