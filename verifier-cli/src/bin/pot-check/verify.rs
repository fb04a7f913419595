//! `pot-check verify`.

use std::{path::Path, time::SystemTime};

use pot_verifier::{Evidence, PublicKey, check};
use serde_json::json;

use crate::{
    args::Verify,
    exit::{Exit, Stop},
    files, output, trust,
};

/// Largest attestation that is read, in bytes: it repeats a registration as text.
const MAX_ATTESTATION: u64 = 1 << 20;
/// Largest public key that is read, in bytes.
const MAX_KEY: u64 = 4096;

pub(crate) fn run(args: &Verify) -> Exit {
    match verify(args) {
        Ok(exit) => exit,
        Err(Stop(exit, message)) => {
            output::error(&message);
            if args.json {
                let _ =
                    output::json(&json!({ "accepted": false, "exit": exit as u8, "error": output::shown(&message) }));
            }
            exit
        }
    }
}

fn verify(args: &Verify) -> Result<Exit, Stop> {
    let malformed = |message| Stop(Exit::Malformed, message);
    let bytes = files::bundle(&args.bundle).map_err(malformed)?;
    let trust = trust::store(&args.trust, Some(&bytes))?;
    let read = |path: &Option<std::path::PathBuf>| path.as_deref().map(files::file).transpose().map_err(malformed);
    let policy = read(&args.policy)?;
    let scores =
        args.scores.as_deref().map(|p| files::file_or_inside(p, "scores.json")).transpose().map_err(malformed)?;
    let reveal = read(&args.reveal)?;
    let corpus = read(&args.corpus)?;
    let transcript = args
        .transcript
        .as_deref()
        .map(|p| files::file_or_inside(p, "transcript.ndjson"))
        .transpose()
        .map_err(malformed)?;
    let nonce = args.nonce.as_deref().map(|p| files::small_file(p, MAX_ATTESTATION)).transpose().map_err(malformed)?;
    let attestations = args.attestations.iter().map(|path| files::small_file(path, MAX_ATTESTATION).map_err(malformed));
    let attestations = attestations.collect::<Result<Vec<_>, _>>()?;
    if attestations.is_empty() && args.nonce.is_none() && !args.identities.is_empty() {
        return Err(Stop(Exit::Usage, "--identity goes with --attestation or --nonce".to_owned()));
    }
    let identities = args.identities.iter().map(|path| identity(path)).collect::<Result<Vec<_>, _>>()?;
    let registry = args.registry.as_deref().map(files::registry).transpose().map_err(malformed)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (openings, request) = (read(&args.openings)?, read(&args.request)?);
    let evidence = Evidence {
        policy: policy.as_deref(),
        scores: scores.as_deref(),
        transcript: transcript.as_deref(),
        reveal: reveal.as_deref(),
        corpus: corpus.as_deref(),
        openings: openings.as_deref(),
        request: request.as_deref(),
        nonce: nonce.as_deref(),
        registry: registry.as_deref().map(|files| (files, now)),
        attestations: &attestations,
        identities: &identities,
    };
    let report = check(&bytes, &trust, &evidence)?;
    let met = args.require.is_none_or(|r| r.met_by(report.verdict));
    let printed = if args.json {
        let mut value = serde_json::to_value(&report).unwrap_or_default();
        value["accepted"] = json!(met);
        value["exit"] = json!(if met { Exit::Accepted as u8 } else { Exit::RequireNotMet as u8 });
        output::json(&value)
    } else {
        output::report(&report)
    };
    printed.map_err(|e| Stop(Exit::Usage, format!("cannot write the report: {e}")))?;
    if met {
        return Ok(Exit::Accepted);
    }
    output::error("the bundle is valid, but it does not say what --require demands");
    Ok(Exit::RequireNotMet)
}

/// Reads a public key.
fn identity(path: &Path) -> Result<PublicKey, Stop> {
    let refuse = |message: String| Stop(Exit::Trust, format!("--identity {}: {message}", path.display()));
    let bytes = files::small_file(path, MAX_KEY).map_err(refuse)?;
    let pem = String::from_utf8(bytes).map_err(|_| refuse("is no text".to_owned()))?;
    PublicKey::from_pem(&pem).map_err(|e| refuse(e.to_string()))
}
