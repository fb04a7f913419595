//! `pot-prove rerun`: asks models again about the records that were opened.

use pot_inference::LanguageModel;
use pot_protocol::{bundle::Bundle, registration::ModelIdentity, spot::Openings, transcript::Side};
use pot_prover::{
    error::ProverError,
    open::read_request,
    query::{Compared, Rerun, Standing, identity_of, open_one, rerun, standing},
    run_folder::read_file,
};
use serde_json::json;

use crate::{args::Rerun as Args, output};

/// Figures in one nat.
const NAT: i64 = 1 << 20;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let path = if args.bundle.is_dir() { args.bundle.join("bundle.pot") } else { args.bundle.clone() };
    let bundle = Bundle::from_bytes(&read_file(&path)?).map_err(|e| ProverError::input(&path, e))?;
    let openings =
        Openings::from_json(&read_file(&args.openings)?).map_err(|e| ProverError::input(&args.openings, e))?;
    let request = args.request.as_deref().map(read_request).transpose()?;
    if request.is_some_and(|request| request != openings.request) {
        return Err(ProverError::input(&args.openings, "answers another request than yours").into());
    }
    let mut models: Vec<(Side, Box<dyn LanguageModel>)> = vec![];
    for (side, name) in [(Side::Reference, &args.reference), (Side::Candidate, &args.candidate)] {
        let Some(name) = name else { continue };
        let hashing = output::Hashing::begin();
        let model = open_one(name, &args.settings(), &|done, all| hashing.show(side, done, all));
        hashing.end();
        let model = model?;
        if matches!(identity_of(&*model), ModelIdentity::Endpoint { .. }) {
            let message = format!("{name} is an endpoint: a rerun takes weights at hand, which nobody else can change");
            return Err(ProverError::Usage(message).into());
        }
        models.push((side, model));
    }
    let models: Vec<Rerun<'_>> = models.iter().map(|(side, model)| Rerun { side: *side, model: &**model }).collect();
    let registration = bundle.statement.registration();
    let standings = models.iter().map(|model| standing(registration, model)).collect::<Result<Vec<_>, _>>()?;
    let compared = rerun(&bundle.statement, &openings, &models)?;

    let tolerance = args.tolerance;
    let differing: Vec<&Compared> = compared.iter().filter(|c| !c.holds(tolerance)).collect();
    // Both registered models, and records that the auditor could not choose.
    let sampled = models.len() == 2 && standings.iter().all(|s| *s == Standing::Registered) && request.is_some();
    let assurance = if sampled && differing.is_empty() { "rerun-sampled" } else { "unchanged" };
    if args.json {
        output::json(&json!({
            "format": "pot-prove rerun v1",
            "statement": bundle.statement.digest(),
            "assurance": assurance,
            "tolerance_units": tolerance,
            "models": models.iter().zip(&standings).map(|(m, s)| json!({ "side": m.side, "standing": s })).collect::<Vec<_>>(),
            "records": compared,
            "differing": differing.iter().map(|c| c.index).collect::<Vec<_>>(),
        }))?;
    } else {
        for one in &compared {
            output::data(line(one).as_bytes())?;
        }
        output::data(format!("assurance: {assurance}\n").as_bytes())?;
    }
    for (model, standing) in models.iter().zip(&standings) {
        if *standing == Standing::StandsIn {
            output::say(&format!(
                "the {} is registered as an endpoint: this compares it with weights that you chose",
                model.side
            ));
        }
    }
    if request.is_none() {
        output::say("without --request the auditor may have chosen these records: nothing follows for the others");
    }
    output::say(&format!("the proof was not looked at: pot-check verify {}", args.bundle.display()));
    match differing.first() {
        None => Ok(()),
        Some(first) => Err(ProverError::Rerun(format!(
            "{} of {} records are not what these models answer, record {} first: {}",
            differing.len(),
            compared.len(),
            first.index,
            line(first).trim_end()
        ))
        .into()),
    }
}

fn line(one: &Compared) -> String {
    let figures = match one.largest_difference {
        None | Some(0) if one.bit_for_bit => "the same answers, bit for bit".to_owned(),
        Some(i64::MAX) => "another number of figures".to_owned(),
        Some(units) => {
            let millionths = units.saturating_mul(1_000_000).div_euclid(NAT);
            format!("figures at most {}.{:06} nat apart", millionths / 1_000_000, millionths % 1_000_000)
        }
        None => "other answers, and no figure follows from this model alone".to_owned(),
    };
    let scores =
        one.scores.map(|[recorded, now]| format!(", score {recorded} recorded, {now} now")).unwrap_or_default();
    format!("record {}: {figures}{scores}\n", one.index)
}
