//! `pot-prove countersign`: what a publisher or a server signs about a model in somebody's audit.

use pot_protocol::{
    registration::Registration,
    transcript::{Side, Transcript},
};
use pot_prover::{
    attest::{countersign_answers, countersign_identity},
    error::ProverError,
    run_folder::{read_file, write_new},
    signer,
};

use crate::{
    args::{Countersign, SideName},
    output,
};

pub(crate) fn run(args: &Countersign) -> anyhow::Result<()> {
    let path = &args.registration;
    let registration = Registration::from_bytes(&read_file(path)?).map_err(|e| ProverError::input(path, e))?;
    let side = match args.side {
        SideName::Reference => Side::Reference,
        SideName::Candidate => Side::Candidate,
    };
    let key = signer::read(&args.key)?;
    let (signed, what) = match &args.transcript {
        None => (countersign_identity(&registration, side, &key)?, format!("the identity of the {side}")),
        Some(path) => {
            let transcript = Transcript::replay(&read_file(path)?).map_err(|e| ProverError::input(path, e))?;
            let signed = countersign_answers(&registration, side, &transcript, &key)?;
            (signed, format!("the {side}'s answers in {} records", transcript.records().len()))
        }
    };
    write_new(&args.out, &signed)?;
    let (algorithm, id) = (key.public().algorithm(), key.public().id());
    output::say(&format!("{what}: signed by {algorithm} key {id}: {}", args.out.display()));
    Ok(())
}
