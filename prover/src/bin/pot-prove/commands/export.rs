//! `pot-prove export`: constraints and witness of a run, for another prover.

use pot_prover::{
    error::ProverError,
    prove::Prepared,
    run_folder::{RunFolder, write_new, write_new_secret},
};

use crate::{args::Export, output};

pub(crate) fn run(args: &Export) -> anyhow::Result<()> {
    let (r1cs, witness) = Prepared::from_folder(&RunFolder::open(&args.folder)?)?.files()?;
    write_new(&args.r1cs, &r1cs.write_to(Vec::new()).map_err(ProverError::setup)?)?;
    write_new_secret(&args.wtns, &witness.write_to(Vec::new()).map_err(ProverError::setup)?)?;
    output::say(&format!(
        "{}: {} constraints, {} signals, of which {} public",
        args.r1cs.display(),
        r1cs.constraints(),
        r1cs.wires,
        r1cs.public()
    ));
    output::say(&format!("{}: the witness. It opens every score: keep it secret", args.wtns.display()));
    Ok(())
}
