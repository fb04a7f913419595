//! Checks of values in configurations that several families have.

/// The largest size of anything in a configuration: keeps products of two sizes far from overflow.
const LARGEST: usize = 1 << 24;

pub(super) fn in_range(sizes: &[(&str, usize)]) -> Result<(), String> {
    match sizes.iter().find(|(_, n)| !(1..=LARGEST).contains(n)) {
        Some((name, n)) => Err(format!("{name} = {n} is outside 1..={LARGEST}")),
        None => Ok(()),
    }
}

pub(super) fn check_eps(name: &str, eps: f64) -> Result<(), String> {
    if eps > 0.0 && eps < 1.0 { Ok(()) } else { Err(format!("{name} must lie in 0..1")) }
}

/// A cap of scores or logits, if there is one.
pub(super) fn checked_cap(name: &str, cap: Option<f64>) -> Result<Option<f64>, String> {
    match cap {
        Some(cap) if !(cap > 0.0 && cap < 1e6) => Err(format!("{name} must lie in 0..1000000")),
        cap => Ok(cap),
    }
}

/// A window of positions, if there is one.
pub(super) fn checked_window(window: Option<usize>) -> Result<Option<usize>, String> {
    if window == Some(0) { Err("sliding_window must be at least 1".to_owned()) } else { Ok(window) }
}

/// The window of the families that have one without saying so.
#[allow(clippy::unnecessary_wraps)] // the type of the field
pub(super) fn usual_window() -> Option<usize> {
    Some(4096)
}

/// A size as a number; sizes are below 2^24.
pub(super) fn real(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
