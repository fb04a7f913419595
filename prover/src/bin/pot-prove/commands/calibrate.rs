//! `pot-prove calibrate`: how much a served model differs from itself.

use pot_protocol::score::ScoreKind;
use pot_prover::{
    error::ProverError,
    query::calibration::{Calibration, bound, calibrate},
    run_folder::{Sources, write_new},
};

use super::{find_policy, register::open_models};
use crate::{args::Calibrate, output};

pub(crate) fn run(args: &Calibrate) -> anyhow::Result<()> {
    if args.out.exists() {
        return Err(ProverError::Usage(format!("{} exists and is not overwritten", args.out.display())).into());
    }
    let policy = find_policy(&args.policy)?;
    let kind = policy.parameters().kind;
    let k = if kind == ScoreKind::DeltaCe { 0 } else { args.positions };
    let sources = Sources {
        reference: args.reference.clone(),
        candidate: args.served.clone(),
        corpus: None,
        settings: args.engines.settings(),
    };
    let models = open_models(&sources)?;
    models.check_kind(kind)?;
    let mut steps = output::Steps::begin("calibrating");
    let scores = calibrate(&models, kind, k, args.count, &mut |done| {
        steps.show(&format!("calibrating: {done} of {} prompts", args.count), done % 25 == 0);
    })?;
    let (mean, largest, bound) = bound(&scores);
    let calibration = Calibration {
        reference: sources.reference,
        served: sources.candidate,
        kind,
        positions: k,
        count: args.count,
        mean,
        largest,
        bound,
    };
    let mut bytes = serde_json::to_vec_pretty(&calibration)?;
    bytes.push(b'\n');
    write_new(&args.out, &bytes)?;
    steps.end(&format!(
        "with probability 0.99 the served model differs from itself by at most {bound:.4} nat on average"
    ));
    let needed = 2.0 * bound;
    #[expect(clippy::cast_precision_loss, reason = "at most 4.5 million")]
    let gamma = policy.gamma_micro() as f64 / 1e6;
    output::say(&if gamma < needed {
        format!(
            "policy {} has a gamma of {gamma}, less than twice that: under it neither SAME nor DIFFERENT could be told from \
             noise, and registering it with this bound is refused; take more prompts, a policy with a larger gamma, or \
             quieter serving conditions",
            policy.parameters().name
        )
    } else {
        format!(
            "policy {} (gamma {gamma}) can be used: pass --calibration-bound {}",
            policy.parameters().name,
            args.out.display()
        )
    });
    output::json(&calibration)
}
