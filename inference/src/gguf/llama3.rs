//! The frequency factors of Llama 3.1 and later, which GGUF files have as a tensor and `config.json` as a rule.

use serde_json::{Value, json};

/// What all published models of this kind have in common: the context they were first trained for, and between which
/// fractions of it wave lengths are scaled in part.
const CONTEXT: f64 = 8192.0;
const LOW: f64 = 1.0;
const HIGH: f64 = 4.0;

/// The factor of the pair `i` of a head of `width`, by the rule of Llama 3.1
/// (<https://arxiv.org/abs/2407.21783>; the published code of its rotary embedding).
fn factor(i: u32, width: f64, theta: f64, scale: f64) -> f64 {
    let wave = std::f64::consts::TAU * theta.powf(2.0 * f64::from(i) / width);
    if wave < CONTEXT / HIGH {
        return 1.0;
    }
    if wave > CONTEXT / LOW {
        return scale;
    }
    let smooth = (CONTEXT / wave - LOW) / (HIGH - LOW);
    1.0 / ((1.0 - smooth) / scale + smooth)
}

/// The rule that gives `factors`, as `config.json` has it; nothing when they are all 1.
///
/// # Errors
/// A sentence when the rule does not give them.
pub(super) fn rule(factors: &[f32], theta: f64) -> Result<Option<Value>, String> {
    let scale = f64::from(factors.iter().copied().fold(1.0, f32::max));
    if factors.iter().all(|&f| f.to_bits() == 1f32.to_bits()) {
        return Ok(None);
    }
    let pairs = u32::try_from(factors.len()).map_err(|e| e.to_string())?;
    let width = 2.0 * f64::from(pairs);
    let same = |(i, &found): (u32, &f32)| {
        let expected = factor(i, width, theta, scale);
        (f64::from(found) - expected).abs() <= 1e-4 * expected
    };
    if !(0..pairs).zip(factors).all(same) {
        return Err("rope_freqs.weight is not what Llama 3's scaling of rotary frequencies gives".to_owned());
    }
    Ok(Some(json!({
        "rope_type": "llama3",
        "factor": scale,
        "low_freq_factor": LOW,
        "high_freq_factor": HIGH,
        "original_max_position_embeddings": 8192,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::cast_possible_truncation)] // the values are near 1 to 32
    fn the_rule_is_found_and_nothing_else_is_taken_for_it() {
        let mut factors: Vec<f32> = (0..32).map(|i| factor(i, 64.0, 500_000.0, 32.0) as f32).collect();
        assert_eq!(factors.first(), Some(&1.0));
        assert_eq!(rule(&factors, 500_000.0).unwrap().unwrap()["factor"], 32.0);
        assert_eq!(rule(&[1.0; 32], 500_000.0).unwrap(), None);
        assert!(rule(&factors, 10_000.0).is_err());
        factors[16] *= 1.01;
        assert!(rule(&factors, 500_000.0).is_err());
    }
}
