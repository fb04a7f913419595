//! Exponentials by the million: written so that the compiler makes vector instructions of them.

/// eˣ to within 3·10⁻⁷ of itself for x from −87 to 88; for others as at the nearer end.
#[inline]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 3·2^22 rounds to an integer, which is then in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with few bits, so that its multiples are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    series * f32::from_bits(power)
}

/// Σ exp(x − top) of a row in f64, in lanes so that it runs at the speed of vector units.
pub(crate) fn sum_of_powers(row: &[f32], top: f32) -> f64 {
    let mut lanes = [0.0f64; 8];
    let chunks = row.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().map(|x| f64::from(exp(x - top))).sum();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(exp(x - top));
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// The largest value of a row that holds no NaN.
pub(crate) fn largest(row: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 8];
    for chunk in row.chunks(8) {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        let mut worst = 0.0f64;
        for i in -870_000..=880_000i32 {
            let x = f64::from(i) / 10_000.0;
            #[allow(clippy::cast_possible_truncation)] // the argument is rounded to f32 for both
            let x = x as f32;
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) / exact - 1.0).abs());
        }
        assert!(worst < 3e-7, "{worst}");
        assert!(exp(-1e9) > 0.0 && exp(-1e9) < 1e-37 && exp(1e9).is_finite() && exp(f32::NAN).is_nan());
    }

    #[test]
    fn rows_are_summed_and_searched_to_their_ends() {
        for n in [1u8, 7, 8, 9, 31] {
            let row: Vec<f32> = (0..n).map(|i| (f32::from(i) * 0.7).sin()).collect();
            let top = row.iter().copied().fold(f32::MIN, f32::max);
            assert_eq!(largest(&row).to_bits(), top.to_bits(), "{n}");
            let exact: f64 = row.iter().map(|x| f64::from(x - top).exp()).sum();
            assert!((sum_of_powers(&row, top) / exact - 1.0).abs() < 3e-7, "{n}");
        }
    }
}
