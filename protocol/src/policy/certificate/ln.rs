//! The natural logarithm of a fraction, enclosed between two integers in units of 2^-64.

/// Fraction bits of an enclosure.
pub const FRACTION_BITS: u32 = 64;

/// floor(ln 2 · 2^64).
const LN_2: i128 = 0xB172_17F7_D1CF_79AB;
/// Terms of the atanh series that are summed.
const TERMS: u64 = 13;
/// Bound on what the floors and the cut of the series lose; derived at [`ln_ratio`].
const SERIES_SLACK: i128 = 20;

/// A real number between two integers, units of 2^-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// Not above the number.
    pub lo: i128,
    /// Not below the number.
    pub hi: i128,
}

/// ln(num/den), enclosed to within 2^-57. `None` unless both lie in `1..2^40`.
///
/// The fraction is scaled by 2^k into [0.7, 1.4], so that `z = (num − den)/(num + den)` has |z| ≤ 3/17, and
/// `ln = k·ln 2 + 2·atanh z` with `atanh z = Σ z^(2i+1)/(2i+1)`.
///
/// Why 20 units of 2^-64 cover `atanh |z|`, every rounding being a floor: z loses under 1, which the slope
/// 1/(1 − z²) ≤ 1.04 passes on as 1.04. A power `p_i = z^(2i+1)` is `p_(i−1)·z²`, and z² loses under 1, so p loses under
/// `1 + p_(i−1) + z²·(loss before)` ≤ 1.3; divided by 2i + 1 and floored, term i loses under `1.3/(2i + 1) + 1`, and all
/// 13 under 13 + 1.3·2.3 < 16. The cut tail is below z^27/27/(1 − z²) < 2^-71, under 0.01. In all under 18.
pub fn ln_ratio(num: u64, den: u64) -> Option<Enclosure> {
    let valid = 1..1_u64 << 40;
    if !valid.contains(&num) || !valid.contains(&den) {
        return None;
    }
    let (mut n, mut d, mut k) = (u128::from(num), u128::from(den), 0_i128);
    while n * 10 > d * 14 {
        d *= 2;
        k += 1;
    }
    while n * 10 < d * 7 {
        n *= 2;
        k -= 1;
    }
    // n, d < 2^82 would still fit: the loops end with n + d < 2^42, and the shifted difference is below 2^106.
    let z = (n.abs_diff(d) << FRACTION_BITS) / (n + d);
    let square = (z * z) >> FRACTION_BITS;
    let (mut power, mut sum) = (z, 0_u128);
    for i in 0..TERMS {
        sum += power / u128::from(2 * i + 1);
        power = (power * square) >> FRACTION_BITS;
    }
    // atanh |z| < 0.2, so the sum is below 2^62 and the conversion cannot fail.
    let low = i128::try_from(sum).ok()? * 2;
    let high = low + 2 * SERIES_SLACK;
    let (lo, hi) = if n >= d { (low, high) } else { (-high, -low) };
    let (ln2_lo, ln2_hi) = if k >= 0 { (k * LN_2, k * (LN_2 + 1)) } else { (k * (LN_2 + 1), k * LN_2) };
    Some(Enclosure { lo: lo + ln2_lo, hi: hi + ln2_hi })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// floor(ln(num/den)·2^64) from 60-digit decimals (Python's `decimal`, correctly rounded).
    const KNOWN: [(u64, u64, i128); 14] = [
        (2, 1, 12_786_308_645_202_655_659),
        (3, 2, 7_479_511_080_090_283_978),
        (1, 2, -12_786_308_645_202_655_660),
        (10, 7, 6_579_491_408_342_498_068),
        (7, 10, -6_579_491_408_342_498_069),
        (5, 7, -6_206_817_236_860_157_592),
        (7, 5, 6_206_817_236_860_157_591),
        (1000, 999, 18_455_973_599_276_476),
        (999, 1000, -18_455_973_599_276_477),
        (1, 100, -84_950_395_836_799_738_040),
        (1_024_000_000, 252_775_000, 25_806_479_199_629_058_063),
        (131_072_000, 130_000_001, 151_490_793_828_914_274),
        (1_099_511_627_775, 1, 511_452_345_808_089_449_175),
        (1, 1_099_511_627_775, -511_452_345_808_089_449_176),
    ];

    #[test]
    fn known_values_lie_inside_and_the_width_is_small() {
        for (num, den, floor) in KNOWN {
            let e = ln_ratio(num, den).unwrap();
            assert!(e.lo <= floor && floor < e.hi, "ln({num}/{den}): {floor} not in {e:?}");
            assert!(e.hi - e.lo <= 1 << 7, "{num}/{den}");
        }
    }

    #[test]
    fn one_is_zero_and_a_swap_negates() {
        // Twice the slack of the series, which is derived above: nothing narrower is proven to hold.
        assert_eq!(ln_ratio(7, 7), Some(Enclosure { lo: 0, hi: 2 * SERIES_SLACK }));
        for (num, den) in [(3, 2), (1, 1 << 39), (999_999, 1_000_003)] {
            let (e, s) = (ln_ratio(num, den).unwrap(), ln_ratio(den, num).unwrap());
            assert!(e.lo <= -s.lo && -s.hi <= e.hi);
        }
    }

    #[test]
    fn it_agrees_with_the_float_logarithm_everywhere() {
        let mut state = 1_u64;
        for _ in 0..100_000 {
            let mut next = |bits: u32| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> (64 - bits)).max(1)
            };
            let (num, den) = (next(40).min((1 << 40) - 1), next(33));
            let e = ln_ratio(num, den).unwrap();
            #[allow(clippy::cast_precision_loss, reason = "a comparison with floats")]
            let (lo, float) = (e.lo as f64 / 2f64.powi(64), (num as f64 / den as f64).ln());
            assert!((lo - float).abs() < 1e-14 * float.abs().max(1.0), "{num}/{den}");
        }
    }

    #[test]
    fn products_are_sums() {
        // ln a/b + ln b/c − ln a/c contains 0 for every split of the fraction.
        for (a, b, c) in [(1, 2, 3), (123_456_789, 1000, 987_654_321), (5, 7, 5), (1 << 39, 3, 1)] {
            let (x, y, z) = (ln_ratio(a, b).unwrap(), ln_ratio(b, c).unwrap(), ln_ratio(a, c).unwrap());
            assert!(x.lo + y.lo <= z.hi && z.lo <= x.hi + y.hi, "{a} {b} {c}");
        }
    }

    #[test]
    fn zero_and_oversized_parts_have_no_logarithm() {
        for (num, den) in [(0, 1), (1, 0), (1 << 40, 1), (1, 1 << 40)] {
            assert_eq!(ln_ratio(num, den), None);
        }
    }
}
