//! Clopper–Pearson bounds of a probability: exact, from the binomial law itself.

/// The largest probability under which `events` or fewer of `runs` still happen with probability `tail`.
pub fn upper(events: u32, runs: u32, tail: f64) -> f64 {
    if events >= runs { 1.0 } else { bisect(|p| at_most(events, runs, p) > tail) }
}

/// The smallest probability under which `events` or more of `runs` happen with probability `tail`.
pub fn lower(events: u32, runs: u32, tail: f64) -> f64 {
    if events == 0 { 0.0 } else { bisect(|p| 1.0 - at_most(events - 1, runs, p) < tail) }
}

/// Where `still` stops being true between 0 and 1.
fn bisect(still: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if still(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// P(Bin(runs, p) ≤ events), summed from its logarithmic terms.
fn at_most(events: u32, runs: u32, p: f64) -> f64 {
    let (mut term, odds, mut sum) = (f64::from(runs) * (-p).ln_1p(), (p / (1.0 - p)).ln(), 0.0);
    for k in 0..=events {
        sum += term.exp();
        term += (f64::from(runs - k) / f64::from(k + 1)).ln() + odds;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        // No event in n runs: 1 - 0.05^(1/n). One event at least: 1 - 0.95^(1/n).
        assert!((upper(0, 100, 0.05) - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-9);
        assert!((lower(1, 100, 0.05) - (1.0 - 0.95_f64.powf(0.01))).abs() < 1e-9);
        // The usual two-sided 95 % interval for 10 of 100 is 0.0490 to 0.1762.
        assert!((lower(10, 100, 0.025) - 0.0490).abs() < 5e-5 && (upper(10, 100, 0.025) - 0.1762).abs() < 5e-5);
        assert_eq!((lower(0, 7, 0.05), upper(7, 7, 0.05)), (0.0, 1.0));
    }

    #[test]
    fn large_counts_agree_with_the_normal_approximation() {
        let (p, n) = (0.022_f64, 100_000.0);
        let half = 1.645 * (p * (1.0 - p) / n).sqrt();
        assert!((upper(2200, 100_000, 0.05) - (p + half)).abs() < 3e-5);
        assert!((lower(2200, 100_000, 0.05) - (p - half)).abs() < 3e-5);
    }
}
