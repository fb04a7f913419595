//! `pot-prove register`: fixes everything before any query. Needs the models' identities, and so inference.

use std::path::Path;

use pot_protocol::registration::{NonceSource, Registration};
use pot_protocol::{challenge::Family, score::UNITS_PER_NAT};
use pot_prover::error::ProverError;
use pot_prover::{
    query::Models,
    register::{Request, read_corpus, read_previous, register},
    run_folder::{RunFolder, Sources},
};

use crate::{args::Register, output};
use crate::{args::Setting, commands::find_policy};

/// Registers a run and says what to do next.
pub(crate) fn run(args: Register) -> anyhow::Result<()> {
    let (_, registration) = in_folder(args.setting, &args.out)?;
    announce(&registration);
    match &registration.fields().nonce {
        NonceSource::Counterparty { name } => output::say(&format!(
            "next: send this digest to '{name}'; they answer with a file {{\"registration\": \"{}\", \"nonce\": \"<64 hex \
             digits>\"}}; then `pot-prove run {} --nonce FILE`",
            registration.digest(),
            args.out.display()
        )),
        _ => output::say(&format!("next: pot-prove run {}", args.out.display())),
    }
    Ok(())
}

/// Checks the whole setting, then makes the folder and registers in it.
pub(crate) fn in_folder(setting: Setting, out: &Path) -> anyhow::Result<(RunFolder, Registration)> {
    let policy = find_policy(&setting.policy)?;
    let calibration_bound = units_rounded_up(setting.calibration_bound)?;
    let family = match &setting.corpus {
        Some(path) => read_corpus(path)?,
        None => Family::Grammar,
    };
    if setting.corpus.is_some() {
        output::say(&format!("the corpus makes {} distinct prompts", family.distinct_prompts()));
    }
    let previous = setting.previous.as_deref().map(read_previous).transpose()?;
    let sources = Sources { reference: setting.reference, candidate: setting.candidate, corpus: setting.corpus };
    let models = Models::load(&sources)?;
    models.check_kind(policy.parameters().kind)?;
    let [reference, candidate] = models.identities();
    let request = Request {
        sources,
        reference,
        candidate,
        policy,
        family,
        positions: setting.positions,
        calibration_bound,
        counterparty: setting.counterparty,
        previous,
        due_days: setting.due_days,
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

/// A bound in nats as score units, rounded up so that it stays a bound.
fn units_rounded_up(nats: f64) -> Result<u32, ProverError> {
    if !(0.0..=4.5).contains(&nats) {
        return Err(ProverError::Usage(format!("--calibration-bound {nats}: a bound lies between 0 and 4.5 nats")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 0..=4608 by the check above")]
    let units = (nats * f64::from(UNITS_PER_NAT)).ceil() as u32;
    Ok(units)
}
