//! `pot-prove policy`: list, show, check, compile.

use std::path::Path;

use pot_protocol::policy::{Micro, Parameters, Policy as Document, Preset};
use pot_prover::{
    compile::{Event, compile},
    error::ProverError,
    run_folder::{read_policy, write_new},
};
use serde_json::json;

use crate::{
    args::{Compile, Policy, PolicyCommand},
    commands::find_policy,
    output,
};

/// Attempts for one answer in a compiled policy; the presets have the same.
const MAX_ATTEMPTS: u32 = 8;

pub(crate) fn run(args: Policy) -> anyhow::Result<()> {
    match args.command {
        PolicyCommand::List => output::json(&Preset::all().map(|p| summary(&p.policy()))),
        PolicyCommand::Show { policy } => output::data(&pretty(&find_policy(&policy)?)?),
        PolicyCommand::Check { file } => {
            let policy = read_policy(&file)?;
            output::say("the certificate holds at every integer score");
            output::json(&summary(&policy))
        }
        PolicyCommand::Compile(args) => compile_to_file(&args),
    }
}

fn summary(policy: &Document) -> serde_json::Value {
    let p = policy.parameters();
    json!({
        "name": p.name, "kind": p.kind, "alpha": p.alpha, "gamma": p.gamma, "eta": p.eta, "delta": p.delta,
        "epsilon": p.epsilon, "n_min": p.n_min, "n_max": p.n_max, "max_attempts": p.max_attempts,
        "document_digest": policy.document_digest(), "coefficients_digest": policy.coefficients_digest(),
    })
}

fn pretty(policy: &Document) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(policy.document())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn compile_to_file(args: &Compile) -> anyhow::Result<()> {
    if args.out.exists() {
        return Err(ProverError::Usage(format!("{} exists and is not overwritten", args.out.display())).into());
    }
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(ProverError::Usage(format!("there is no folder {} to write to", folder.display())).into());
    }
    let parameters = parameters(args).map_err(ProverError::Usage)?;
    let mut steps = output::Steps::begin("searching bets");
    let policy = compile(parameters, &mut |event| {
        let (line, milestone) = describe(&event);
        steps.show(&line, milestone);
    })
    .map_err(|e| ProverError::Usage(format!("cannot compile this policy: {e}")))?;
    write_new(Path::new(&args.out), &pretty(&policy)?)?;
    steps.end(&format!("compiled and certified: {}", args.out.display()));
    output::json(&summary(&policy))
}

/// One line for an event, and whether it is worth a line off a terminal.
fn describe(event: &Event) -> (String, bool) {
    match event {
        Event::Searching { claim, done, total } => (format!("searching bets for {claim}: {done} of {total}"), false),
        Event::Cell { claim, label, stop, ideal } => {
            (format!("{claim}, {label}: stops after {:.1} on average (ideal {:.1})", stop.0, ideal.0), true)
        }
    }
}

fn parameters(args: &Compile) -> Result<Parameters, String> {
    let decimal = |flag: &str, text: &str| text.parse::<Micro>().map_err(|e| format!("{flag}: {e}"));
    Ok(Parameters {
        name: args.name.clone(),
        version: 1,
        kind: args.kind.parse()?,
        alpha: decimal("--alpha", &args.alpha)?,
        gamma: decimal("--gamma", &args.gamma)?,
        eta: decimal("--eta", &args.eta)?,
        delta: decimal("--delta", &args.delta)?,
        epsilon: decimal("--epsilon", &args.epsilon)?,
        n_min: args.n_min,
        n_max: args.n_max,
        max_attempts: MAX_ATTEMPTS,
    })
}
