//! `pot-check verify`.

use std::time::SystemTime;

use pot_verifier::{Evidence, PublicKey, Report, acceptance::Demand, check};
use serde_json::json;

use crate::{
    acceptance::{self, Demanded},
    args::Verify,
    exit::{Exit, Stop},
    files, output, release, screen, svr, trust,
};

/// Largest attestation that is read, in bytes: it repeats a registration as text.
const MAX_ATTESTATION: u64 = 1 << 20;
/// Version of the JSON report; `docs/schemas/report-v1.schema.json` describes it.
const FORMAT: &str = "pot-check report v1";

pub(crate) fn run(mut args: Verify) -> Exit {
    let json = args.json;
    match verify(&mut args) {
        Ok(exit) => exit,
        Err(Stop(exit, message)) => {
            output::error(&message);
            if json {
                let refused = json!({
                    "format": FORMAT, "accepted": false, "exit": exit as u8, "error": output::shown(&message)
                });
                let _ = output::json(&refused);
            }
            exit
        }
    }
}

fn verify(args: &mut Verify) -> Result<Exit, Stop> {
    let malformed = |message| Stop(Exit::Malformed, message);
    let files_of_release = release::complete(args)?;
    let bytes = files::bundle(&args.bundle).map_err(malformed)?;
    let trust = trust::store(&args.trust, Some(&bytes))?;
    let demanded = args.policy_file.as_deref().map(acceptance::read).transpose()?;
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
    let identities = identities(args, demanded.as_ref())?;
    let times = args.times.read()?;
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
        times: times.evidence(),
    };
    let mut report = check(&bytes, &trust, &evidence)?;
    if let Some(count) = files_of_release {
        report.verified.push(format!("release: all {count} files are the ones that {} lists", release::SUMS));
    }
    let demands = demanded.as_ref().map(|d| d.policy.judge(&report, &d.signers, now));
    let refused = refusal(args, &report, demands.as_deref());
    if refused.is_none() {
        svr::emit(&args.svr, &report, &bytes, demanded.map(|d| d.named))?;
    }
    let exit = if refused.is_none() { Exit::Accepted } else { Exit::RequireNotMet };
    print(args, &report, demands.as_deref(), exit)?;
    if let Some(why) = refused {
        output::error(&why);
    }
    Ok(exit)
}

/// The keys of those who are to have signed: named on the command line, or by the acceptance policy.
fn identities(args: &Verify, demanded: Option<&Demanded>) -> Result<Vec<PublicKey>, Stop> {
    let named = args.identities.iter().map(|path| acceptance::public_key(path, "--identity"));
    let mut identities = named.collect::<Result<Vec<_>, _>>()?;
    for (_, key) in demanded.iter().flat_map(|d| &d.signers) {
        if !identities.iter().any(|known| known.id() == key.id()) {
            identities.push(key.clone());
        }
    }
    Ok(identities)
}

/// Why a valid bundle is not accepted.
fn refusal(args: &Verify, report: &Report, demands: Option<&[Demand]>) -> Option<String> {
    if args.require.is_some_and(|required| !required.met_by(report.verdict)) {
        return Some("the bundle is valid, but it does not say what --require demands".to_owned());
    }
    let mut unmet = demands.unwrap_or_default().iter().filter(|demand| !demand.met);
    let first = unmet.next()?;
    let more = match unmet.count() {
        0 => String::new(),
        n => format!(", and {n} more"),
    };
    Some(format!(
        "the bundle is valid, but it does not meet the policy file: {}; there is: {}{more}",
        first.demanded, first.found
    ))
}

fn print(args: &Verify, report: &Report, demands: Option<&[Demand]>, exit: Exit) -> Result<(), Stop> {
    let printed = if args.json {
        let mut value = serde_json::to_value(report).unwrap_or_default();
        value["format"] = json!(FORMAT);
        value["accepted"] = json!(exit == Exit::Accepted);
        value["exit"] = json!(exit as u8);
        value["demands"] = json!(demands);
        output::json(&value)
    } else if args.quiet {
        Ok(())
    } else {
        screen::report(report, demands)
    };
    printed.map_err(|e| Stop(Exit::Usage, format!("cannot write the report: {e}")))
}
