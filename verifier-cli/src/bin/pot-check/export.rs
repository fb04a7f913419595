//! `pot-check export`: a checked proof in the formats of other verifiers.

use std::path::Path;

use pot_verifier::{Evidence, Exported, export};

use crate::{
    args::{Calldata, Export},
    exit::{Exit, Stop},
    files, output, trust,
};

pub(crate) fn run(args: &Export) -> Exit {
    match export_bundle(args) {
        Ok(()) => Exit::Accepted,
        Err(Stop(exit, message)) => {
            output::error(&message);
            exit
        }
    }
}

fn export_bundle(args: &Export) -> Result<(), Stop> {
    let malformed = |message| Stop(Exit::Malformed, message);
    let bytes = files::bundle(&args.bundle).map_err(malformed)?;
    let trust = trust::store(&args.trust, Some(&bytes))?;
    let policy = args.policy.as_deref().map(files::file).transpose().map_err(malformed)?;
    let evidence = Evidence { policy: policy.as_deref(), ..Evidence::default() };
    let (report, exported) = export(&bytes, &trust, &evidence)?;
    if let Some(folder) = &args.snarkjs {
        write_snarkjs(folder, &exported)?;
    }
    if let Some(form) = args.calldata {
        let bytes = match form {
            Calldata::Words => &exported.words,
            Calldata::Call => &exported.call,
        };
        output::hex(bytes).map_err(|e| Stop(Exit::Usage, format!("cannot write to standard output: {e}")))?;
    }
    output::error(&format!(
        "the proof holds under a {}; field elements alone say nothing: whoever checks them must compute d from statement \
         {} and accept only policy digests that he knows",
        report.trusted_key.provenance, report.statement_digest
    ));
    Ok(())
}

fn write_snarkjs(folder: &Path, exported: &Exported) -> Result<(), Stop> {
    let failed = |message| Stop(Exit::Usage, message);
    let parts = [
        ("verification_key.json", &exported.verification_key),
        ("public.json", &exported.public),
        ("proof.json", &exported.proof),
    ];
    let files = parts.map(|(name, text)| (folder.join(name), text.as_bytes()));
    files::write_new(folder, &files).map_err(failed)
}
