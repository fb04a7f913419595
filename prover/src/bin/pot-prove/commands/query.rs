//! `pot-prove run`: queries both models until the rule stops.

use std::fs;

use pot_attestation::read_nonce;
use pot_protocol::{policy::Policy, registration::Registration, rule::Outcome, score::ScoreKind, transcript::Side};
use pot_prover::{
    decide::mean_nats,
    error::ProverError,
    query::{Progress, Session, check_names},
    register::open_family,
    run_folder::{NONCE, RunFolder, read_file},
};

use crate::{
    args::{ApiKeys, Run},
    output,
};

pub(crate) fn run(args: &Run) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    let registration = folder.registration()?;
    if let Some(path) = &args.nonce {
        take_nonce(&folder, &registration, path)?;
    }
    let outcome = in_folder(&folder, &registration, args.resume, &args.keys)?;
    output::say(&format!(
        "{}: next: pot-prove prove {}",
        headline(outcome, registration.fields().kind),
        args.folder.display()
    ));
    Ok(())
}

/// Checks the counterparty's nonce file and keeps it in the run folder.
fn take_nonce(folder: &RunFolder, registration: &Registration, path: &std::path::Path) -> anyhow::Result<()> {
    let bytes = read_file(path)?;
    let nonce = read_nonce(&bytes, registration).map_err(|e| ProverError::input(path, e))?;
    registration.nonce(Some(&nonce)).map_err(ProverError::from)?;
    let kept = folder.path(NONCE);
    if kept.exists() {
        let same = fs::read(&kept).is_ok_and(|old| old == bytes);
        return if same {
            Ok(())
        } else {
            Err(ProverError::Usage("this run has another nonce already; it cannot be exchanged".to_owned()).into())
        };
    }
    folder.write_new(NONCE, &bytes)?;
    Ok(())
}

/// Queries in an open folder.
pub(crate) fn in_folder(
    folder: &RunFolder,
    registration: &Registration,
    resume: bool,
    keys: &ApiKeys,
) -> anyhow::Result<Outcome> {
    let policy = folder.policy(registration)?;
    let sources = folder.sources()?;
    // Before anything is opened or asked.
    check_names(&sources, registration.fields())?;
    keys.allow(&sources)?;
    let family = open_family(&registration.fields().family, sources.corpus.as_ref())?;
    let models = super::register::open_models(&sources)?;
    let session = Session::start(folder, registration, &policy, &family, &models, resume)?;
    let mut steps = output::Steps::begin("querying");
    let outcome = session.run(&mut |progress| {
        let at_look = pot_protocol::rule::LOOKS.contains(&progress.standing.n) || progress.outcome.is_some();
        steps.show(&progress_line(progress, &policy), at_look);
    })?;
    steps.end(&headline(outcome, registration.fields().kind));
    for side in [Side::Reference, Side::Candidate] {
        if let Some(bytes) = models.peak_weight_bytes(side).filter(|&bytes| bytes > 1 << 26) {
            output::say(&format!("{side}: at most {} MiB of weights were in memory at once", bytes >> 20));
        }
    }
    Ok(outcome)
}

/// n, mean, and how far each claim is.
fn progress_line(progress: &Progress, policy: &Policy) -> String {
    let standing = &progress.standing;
    let percent = |per_mille: u16| f64::from(per_mille) / 10.0;
    format!(
        "n {:>4} of at most {}  mean {:.4} nat  SAME {:>5.1} %  DIFFERENT {:>5.1} % of the evidence needed",
        standing.n,
        policy.coefficients().n_max,
        mean_nats(standing.sum, standing.n),
        percent(standing.same.per_mille),
        percent(standing.different.per_mille),
    )
}

/// The outcome in one line.
pub(crate) fn headline(outcome: Outcome, kind: ScoreKind) -> String {
    let grade = outcome.grade_word().map(|g| format!(" ({g})")).unwrap_or_default();
    format!("{}{grade} after {} challenges", outcome.verdict.word_for(kind), outcome.n)
}
