//! `pot-check verify`.

use std::{path::PathBuf, time::SystemTime};

use pot_attestation::{EnvelopeError, IN_TOTO, SigstoreBundle};
use pot_verifier::{
    Evidence, PublicKey, Report,
    acceptance::{Demand, Roles},
    check,
};
use serde_json::json;

use crate::{
    acceptance::{self, Demanded},
    args::Verify,
    exit::{Exit, Stop},
    files, output, release, screen, svr, trust,
};

/// Largest attestation that is read, in bytes: signed answers repeat the figures of a whole run as text.
const MAX_ATTESTATION: u64 = 1 << 24;
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
    let release = release::complete(args)?;
    let bytes = files::bundle(&args.bundle).map_err(malformed)?;
    let trust = trust::store(&args.trust, Some(&bytes))?;
    let demanded = args.policy_file.as_deref().map(acceptance::read).transpose()?;
    let read = |path: &Option<PathBuf>| path.as_deref().map(files::file).transpose().map_err(malformed);
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
    let in_release = release.as_ref().map(|r| r.attestations.as_slice()).unwrap_or_default();
    if attestations.is_empty() && in_release.is_empty() && args.nonce.is_none() && !args.identities.is_empty() {
        return Err(Stop(Exit::Usage, "--identity goes with --attestation or --nonce".to_owned()));
    }
    let identities = identities(args, demanded.as_ref())?;
    let (theirs, by_others) = of_the_named(in_release, &identities)?;
    let attestations = [attestations, theirs].concat();
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
    if let Some(release) = &release {
        release.compare(&bytes, &mut report)?;
    }
    report.not_given.extend(by_others.into_iter().map(|name| format!("{name}: signed by nobody whom you named")));
    let roles = demanded.as_ref().map_or_else(Roles::default, |d| Roles::new(&d.signers));
    report.assurance = roles.assurance(&report);
    let demands = demanded.as_ref().map(|d| d.policy.judge(&report, &d.signers, now));
    let refused = refusal(args, &report, demands.as_deref());
    if refused.is_none() {
        svr::emit(&args.svr, &report, &bytes, demanded.as_ref().map(|d| d.named.clone()), roles)?;
    }
    let exit = if refused.is_none() { Exit::Accepted } else { Exit::RequireNotMet };
    print(args, &report, demands.as_deref(), exit)?;
    if let Some(why) = refused {
        output::error(&why);
    }
    Ok(exit)
}

/// The signatures of a release that are by somebody named, and the names of the others: a release may hold what others than
/// this checker look at.
fn of_the_named(paths: &[PathBuf], identities: &[PublicKey]) -> Result<(Vec<Vec<u8>>, Vec<String>), Stop> {
    let (mut theirs, mut by_others) = (vec![], vec![]);
    for path in paths {
        let malformed = |message: String| Stop(Exit::Malformed, message);
        let bytes = files::small_file(path, MAX_ATTESTATION).map_err(malformed)?;
        match SigstoreBundle::from_json(&bytes).and_then(|signed| signed.verify(IN_TOTO, identities).map(|_| ())) {
            Err(EnvelopeError::Signature { .. }) => {
                by_others.push(path.file_name().unwrap_or_default().to_string_lossy().escape_debug().to_string());
            }
            // What cannot be read is for the check to say.
            _ => theirs.push(bytes),
        }
    }
    Ok((theirs, by_others))
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
