//! `pot-prove register`: fixes everything before any query. Needs the models' identities, and so inference.

use std::path::Path;

use pot_attestation::QUICKNET;
use pot_protocol::registration::{NonceSource, Registration};
use pot_protocol::{
    challenge::Family,
    score::{ScoreKind, UNITS_PER_NAT},
    transcript::Side,
};
use pot_prover::attest::sign_registration;
use pot_prover::error::ProverError;
use pot_prover::{
    query::{Models, TokenCounts, calibration::Calibration},
    register::{Nonce, Request, read_corpus, read_previous, register},
    run_folder::{RunFolder, Sources, read_file},
    signer::{self, read_public},
};

use crate::{
    args::{ApiKeys, Register, Setting},
    commands::find_policy,
    output,
};

/// Where a signed registration lies in a run folder.
const SIGNED: &str = "registration.sigstore.json";

/// Registers a run and says what to do next.
pub(crate) fn run(args: Register) -> anyhow::Result<()> {
    // A key that cannot be read is noticed before anything is registered.
    let key = args.sign_with.as_deref().map(signer::read).transpose()?;
    let (folder, registration) = in_folder(args.setting, &args.out)?;
    announce(&registration);
    if let Some(key) = key {
        let path = folder.write_new(SIGNED, &sign_registration(&registration, &key)?)?;
        output::say(&format!("signed by {} key {}: {}", key.public().algorithm(), key.public().id(), path.display()));
    }
    let flags = ApiKeys::flags(&folder.sources()?.settings);
    match &registration.fields().nonce {
        NonceSource::Counterparty { name } => output::say(&format!(
            "next: send this digest to '{name}'; they answer with a file {{\"registration\": \"{}\", \"nonce\": \"<64 hex \
             digits>\"}}; then `pot-prove run {} --nonce FILE{flags}`",
            registration.digest(),
            args.out.display()
        )),
        NonceSource::Signed { name, .. } => output::say(&format!(
            "next: send {}/registration.pot to '{name}'; they answer with the file that `pot-check nonce` makes of it; then \
             `pot-prove run {} --nonce FILE{flags}`",
            args.out.display(),
            args.out.display()
        )),
        NonceSource::Beacon { chain, round } => output::say(&format!(
            "next: from {} (Unix time) on, fetch https://api.drand.sh/{chain}/public/{round} into a file; then `pot-prove run \
             {} --nonce FILE{flags}`",
            QUICKNET.time_of(*round),
            args.out.display()
        )),
        _ => output::say(&format!("next: pot-prove run {}{flags}", args.out.display())),
    }
    Ok(())
}

/// Checks the whole setting, then makes the folder and registers in it.
pub(crate) fn in_folder(setting: Setting, out: &Path) -> anyhow::Result<(RunFolder, Registration)> {
    let policy = find_policy(&setting.policy)?;
    let calibration_bound = calibration_bound(&setting, policy.parameters().kind)?;
    let family = match &setting.corpus {
        Some(path) => read_corpus(path)?,
        None => Family::Grammar,
    };
    if setting.corpus.is_some() {
        output::say(&format!("the corpus makes {} distinct prompts", family.distinct_prompts()));
    }
    let nonce = match (setting.counterparty, setting.beacon_in) {
        (Some(name), _) => {
            let key = setting.counterparty_key.as_deref().map(read_public).transpose()?.map(Box::new);
            Nonce::Counterparty { name, key }
        }
        (None, Some(seconds)) => Nonce::Beacon { seconds },
        (None, None) => Nonce::Own,
    };
    let previous = setting.previous.as_deref().map(read_previous).transpose()?;
    let settings = setting.engines.settings();
    let sources =
        Sources { reference: setting.reference, candidate: setting.candidate, corpus: setting.corpus, settings };
    let models = open_models(&sources)?;
    let kind = policy.parameters().kind;
    models.check_kind(kind)?;
    let counts = TokenCounts::rehearse(&models, &family, kind, setting.positions)?;
    let largest_k = counts.largest_k(&family);
    let request = Request {
        sources,
        reference: models.identity(Side::Reference),
        candidate: models.identity(Side::Candidate),
        policy,
        family,
        positions: setting.positions,
        calibration_bound,
        nonce,
        previous,
        due_days: setting.due_days,
        largest_k,
        needed_positions: counts.positions(),
        longest_context: models.longest_context(),
    };
    Ok(register(out, request)?)
}

/// Says what was registered.
pub(crate) fn announce(registration: &Registration) {
    let fields = registration.fields();
    output::say(&format!(
        "registered {} against {} under policy {} ({} scores)",
        fields.candidate.name(),
        fields.reference.name(),
        fields.policy.name,
        fields.kind
    ));
    output::say(&format!("registration digest {}", registration.digest()));
    if fields.nonce.grindable() {
        output::say("nonce: chosen by yourself, so this run is grindable and every check will say so");
    }
}

/// Loads both models, showing the hashing of large files and what the probes of endpoints found.
pub(crate) fn open_models(sources: &Sources) -> anyhow::Result<Models> {
    let hashing = output::Hashing::begin();
    let models = Models::load(sources, &|side, done, all| hashing.show(side, done, all));
    hashing.end();
    let models = models?;
    for side in [Side::Reference, Side::Candidate] {
        if let Some(found) = models.probed(side) {
            output::say(&format!("{side}: {found}"));
        }
    }
    Ok(models)
}

/// A bound from the command line: a number of nats, or a file that `pot-prove calibrate` wrote about these models, this kind
/// of score and this K.
fn calibration_bound(setting: &Setting, kind: ScoreKind) -> Result<u32, ProverError> {
    let text = &setting.calibration_bound;
    if let Ok(nats) = text.parse::<f64>() {
        return units_rounded_up(nats);
    }
    let path = Path::new(text);
    if !path.is_file() {
        return Err(ProverError::Usage(format!(
            "--calibration-bound {text}: neither a number of nats nor a file made by `pot-prove calibrate`"
        )));
    }
    let calibration: Calibration =
        serde_json::from_slice(&read_file(path)?).map_err(|e| ProverError::input(path, e))?;
    let positions = if kind == ScoreKind::DeltaCe { 0 } else { setting.positions };
    for (what, measured, asked) in [
        ("score kind", calibration.kind.to_string(), kind.to_string()),
        ("K", calibration.positions.to_string(), positions.to_string()),
        ("reference", calibration.reference, setting.reference.clone()),
        ("served model", calibration.served, setting.candidate.clone()),
    ] {
        if measured != asked {
            return Err(ProverError::input(
                path,
                format!(
                    "was measured with the {what} {measured}, and this run has {asked}: calibrate as this run is set, or \
                     give a number of nats that you answer for"
                ),
            ));
        }
    }
    units_rounded_up(calibration.bound)
}

/// A bound in nats as score units, rounded up so that it stays a bound.
fn units_rounded_up(nats: f64) -> Result<u32, ProverError> {
    if !(0.0..=4.5).contains(&nats) {
        return Err(ProverError::Usage(format!("--calibration-bound {nats}: a bound lies between 0 and 4.5 nats")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 0..=4608 by the check above")]
    let units = (nats * f64::from(UNITS_PER_NAT)).ceil() as u32;
    Ok(units)
}
