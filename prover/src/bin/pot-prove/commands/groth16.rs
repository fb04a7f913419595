//! `pot-prove groth16`: a proof for any circuit, in snarkjs' files.

use pot_protocol::keys::snarkjs;
use pot_prover::{
    error::ProverError,
    groth16::prove_witness,
    run_folder::{read_file, write_new},
};
use pot_setup::{
    formats::{r1cs::R1cs, wtns::Witness, zkey::Zkey},
    mapped::FileBytes,
    new_file,
    proving::Parameters,
};
use zeroize::Zeroizing;

use crate::{args::Groth16, output};

pub(crate) fn run(args: &Groth16) -> anyhow::Result<()> {
    let name = |path: &std::path::Path| path.display().to_string();
    let file = Zeroizing::new(read_file(&args.wtns)?);
    let witness = Witness::parse(&name(&args.wtns), &file).map_err(ProverError::setup)?;
    let witness = &witness.0;
    let bytes = FileBytes::map(&args.zkey).map_err(ProverError::setup)?;
    let zkey = Zkey::parse(&name(&args.zkey), &bytes).map_err(ProverError::setup)?;
    if witness.len() != zkey.header.n_vars as usize {
        let message = format!("it has {} values, the key's circuit {} signals", witness.len(), zkey.header.n_vars);
        return Err(ProverError::input(&args.wtns, message).into());
    }
    if let Some(path) = &args.r1cs {
        let r1cs = R1cs::parse(&name(path), &read_file(path)?).map_err(ProverError::setup)?;
        if (r1cs.wires, r1cs.public()) != (zkey.header.n_vars, zkey.header.n_public) {
            return Err(ProverError::input(path, "it is another circuit than the key's").into());
        }
        r1cs.satisfied_by(witness).map_err(|e| ProverError::input(&args.wtns, e))?;
    }
    for path in [&args.proof, &args.public] {
        new_file::refuse_existing(path).map_err(ProverError::setup)?;
    }
    let key = Parameters::trusted(&zkey).map_err(ProverError::setup)?;
    let proof = prove_witness(&key, witness)?.decode().map_err(|e| ProverError::Proof(e.to_string()))?;
    write_new(&args.proof, snarkjs::proof(&proof).as_bytes())?;
    write_new(&args.public, snarkjs::public(&witness[1..=key.public()]).as_bytes())?;
    output::say(&format!("{}, for {}: proved, and the proof verifies", args.proof.display(), args.public.display()));
    Ok(())
}
