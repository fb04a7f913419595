//! `pot-prove attest`: signs what the bundle of a proved run says.

use pot_prover::{
    attest::checked,
    run_folder::{RunFolder, write_new},
    signer,
};

use crate::{args::Attest, output};

/// Where the attestation lies in a run folder.
const ATTESTATION: &str = "attestation.sigstore.json";

pub(crate) fn run(args: &Attest) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    let key = signer::read(&args.key)?;
    let signed = checked(&folder)?.sign(&key)?;
    let out = args.out.clone().unwrap_or_else(|| folder.path(ATTESTATION));
    write_new(&out, &signed)?;
    output::say(&format!("signed by {} key {}: {}", key.public().algorithm(), key.public().id(), out.display()));
    output::say(&format!(
        "check: pot-check verify {} --attestation {} --identity PUBLIC-KEY",
        args.folder.display(),
        out.display()
    ));
    Ok(())
}
