//! `pot-prove inspect`: what lies in a run folder or a bundle, without checking it.

use pot_protocol::{bundle::Bundle, registration::Registration, transcript::Transcript};
use pot_prover::{
    decide::decide,
    error::ProverError,
    run_folder::{read_file, read_policy},
};
use serde_json::{Value, json};

use crate::{args::Inspect, output};

pub(crate) fn run(args: &Inspect) -> anyhow::Result<()> {
    if args.path.is_dir() {
        return output::json(&folder(&args.path)?);
    }
    let bundle = Bundle::from_bytes(&read_file(&args.path)?).map_err(|e| ProverError::input(&args.path, e))?;
    output::json(&bundle.view())
}

/// Registration, standing of the run, and which files are there. Works beside a running `pot-prove`.
fn folder(root: &std::path::Path) -> Result<Value, ProverError> {
    let path = root.join("registration.pot");
    if !path.is_file() {
        return Err(ProverError::Usage(format!("{} is no run folder: it holds no registration.pot", root.display())));
    }
    let registration = Registration::from_bytes(&read_file(&path)?).map_err(|e| ProverError::input(&path, e))?;
    let policy = read_policy(&root.join("policy.json"))?;
    let path = root.join("transcript.ndjson");
    let (records, decision, precision) = if path.is_file() {
        let mut bytes = read_file(&path)?;
        // The last line may just be being written.
        bytes.truncate(bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1));
        let transcript = Transcript::replay(&bytes).map_err(|e| ProverError::input(&path, e))?;
        let scores = transcript.scores();
        let precision = relative_standard_error(&scores);
        (scores.len(), Some(decide(&policy, &scores)), precision)
    } else {
        (0, None, None)
    };
    Ok(json!({
        "registration_digest": registration.digest(),
        "registration": registration.fields(),
        "records": records,
        "decision": decision,
        "precision_unproved": { "relative_standard_error": precision, "target": policy.parameters().epsilon },
        "proved": root.join("bundle.pot").is_file(),
    }))
}

/// Standard error of the mean over the mean: a report of precision that nothing proves.
fn relative_standard_error(scores: &[pot_protocol::score::Score]) -> Option<f64> {
    let n = f64::from(u32::try_from(scores.len()).ok()?);
    let values = || scores.iter().map(|s| f64::from(s.units()));
    let mean = values().sum::<f64>() / n;
    if n < 2.0 || mean <= 0.0 {
        return None;
    }
    let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some((variance / n).sqrt() / mean)
}
