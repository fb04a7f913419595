//! Scores from outside: a JSON array of divergences in nats, or a transcript.

use std::path::Path;

use pot_protocol::{
    score::{Score, ScoreKind, UNITS_PER_NAT},
    transcript::{Record, Transcript},
};

use crate::{error::ProverError, run_folder::read_file};

/// Reads scores of `kind` from a JSON array of numbers in nats, or from a transcript (`.ndjson`, beginning with its
/// `open` event), whose scores are computed again from its figures.
///
/// # Errors
/// [`ProverError::Input`] naming the first entry that is no score: not a number, not finite, negative, or not what the
/// figures give.
pub fn read_scores(path: &Path, kind: ScoreKind) -> Result<Vec<Score>, ProverError> {
    let bytes = read_file(path)?;
    let refuse = |message: String| ProverError::input(path, message);
    if bytes.first() == Some(&b'{') {
        let transcript = Transcript::replay(&bytes)
            .map_err(|e| refuse(format!("neither an array of scores in nats nor a complete transcript: {e}")))?;
        let score = |record: &Record| {
            // Every kind but delta-ce has one figure for each of its K positions.
            let k = if kind == ScoreKind::DeltaCe { 0 } else { record.figures.reference.len() };
            let k = u32::try_from(k).unwrap_or(u32::MAX);
            record.check_score(kind, k).map_err(|e| refuse(format!("as {kind} scores, record {}: {e}", record.index)))
        };
        return transcript.records().iter().map(score).collect();
    }
    let values: Vec<serde_json::Value> = serde_json::from_slice(&bytes).map_err(|e| {
        refuse(format!("expected a JSON array of scores in nats, like [0.01, 0.3], or a transcript: {e}"))
    })?;
    values
        .iter()
        .enumerate()
        .map(|(at, value)| from_nats(value).map_err(|m| refuse(format!("entry {at}: {m}"))))
        .collect()
}

/// A score from a number of nats: rounded to the nearest unit of 2^-10 nat, ties to even, saturating.
fn from_nats(value: &serde_json::Value) -> Result<Score, String> {
    let nats = value.as_f64().ok_or_else(|| format!("{value} is not a number of nats"))?;
    if !nats.is_finite() || nats < 0.0 {
        return Err(format!("{value} is not a divergence: scores are finite and not negative"));
    }
    // Scaling by a power of two is exact, so this rounds once.
    let units = (nats * f64::from(UNITS_PER_NAT)).round_ties_even().min(f64::from(u16::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 0..=65535 by the lines above")]
    let units = units as u64;
    Ok(Score::saturating(units))
}

#[cfg(test)]
mod tests {
    use super::from_nats;

    fn units(json: &str) -> Result<u16, String> {
        from_nats(&serde_json::from_str(json).unwrap()).map(pot_protocol::score::Score::units)
    }

    #[test]
    fn rounds_to_even_and_saturates() {
        assert_eq!(units("0.00048828125"), Ok(0));
        assert_eq!(units("0.00146484375"), Ok(2));
        assert_eq!(units("0.6"), Ok(614));
        assert_eq!(units("0"), Ok(0));
        assert_eq!(units("1e300"), Ok(4607));
        assert_eq!(units("4.5"), Ok(4607));
    }

    #[test]
    fn what_is_no_divergence_is_refused() {
        for bad in ["-0.1", "\"0.1\"", "null", "[]", "true"] {
            assert!(units(bad).is_err(), "{bad}");
        }
    }
}
