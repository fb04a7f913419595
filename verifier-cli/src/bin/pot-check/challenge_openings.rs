//! `pot-check challenge-openings`: draws the sample that an auditor is to open.

use std::path::Path;

use pot_protocol::{bundle::Bundle, digest::Digest, spot::Request};

use crate::{
    args::ChallengeOpenings,
    exit::{Exit, Stop},
    files, output,
};

pub(crate) fn run(args: &ChallengeOpenings) -> Exit {
    match draw(args) {
        Ok(()) => Exit::Accepted,
        Err(Stop(exit, message)) => {
            output::error(&message);
            exit
        }
    }
}

fn draw(args: &ChallengeOpenings) -> Result<(), Stop> {
    let malformed = |message: String| Stop(Exit::Malformed, message);
    let bytes = files::bundle(&args.bundle).map_err(malformed)?;
    let bundle = Bundle::from_bytes(&bytes).map_err(|e| malformed(e.to_string()))?;
    let seed = args.seed.map_or_else(fresh, Ok)?;
    let request = Request { statement: bundle.statement.digest(), seed, count: args.count };
    let json = serde_json::to_vec_pretty(&request).map_err(|e| Stop(Exit::Usage, e.to_string()))?;
    files::write_new(Path::new(""), &[(args.out.clone(), &json)]).map_err(|e| Stop(Exit::Usage, e))?;
    output::error(&format!(
        "challenges {:?} of {}: send {} to the auditor, who answers with `pot-prove open`; keep it, and check with --openings and \
         --request. Nothing of the bundle was checked here",
        request.indices(bundle.statement.outcome().n),
        bundle.statement.outcome().n,
        args.out.display()
    ));
    Ok(())
}

fn fresh() -> Result<Digest, Stop> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| Stop(Exit::Usage, format!("the system gives no randomness: {e}")))?;
    Ok(Digest(seed))
}
