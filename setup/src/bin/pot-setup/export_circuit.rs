//! `pot-setup export r1cs` and `export verification-key`: files for snarkjs.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::anyhow;
use pot_circuits::VerdictCircuit;
use pot_protocol::keys::{
    KeyId,
    snarkjs::{GenericKey, verification_key as render},
};
use pot_setup::{
    formats::{r1cs::R1cs, zkey::Zkey},
    mapped::FileBytes,
};

use crate::{
    args::{ExportR1cs, ExportVerificationKey},
    commands::{open_folder, refuse_mistyped_id},
    exit::Exit,
    output,
};

/// `pot-setup export r1cs`.
pub(crate) fn r1cs(args: &ExportR1cs) -> anyhow::Result<Exit> {
    let r1cs = R1cs::of(VerdictCircuit::shape(args.capacity))?;
    r1cs.write_to(BufWriter::new(create(&args.out)?))?;
    output::say(&format!(
        "{}: {} constraints, {} signals, of which {} public",
        args.out.display(),
        r1cs.constraints(),
        r1cs.wires,
        r1cs.public()
    ));
    Ok(Exit::Done)
}

/// `pot-setup export verification-key`.
pub(crate) fn verification_key(args: &ExportVerificationKey) -> anyhow::Result<Exit> {
    let key = if let Ok(id) = args.key.parse::<KeyId>() {
        let key = open_folder(args.key_dir.as_deref())?.load_verifying(id)?;
        if let Some(forger) = key.standing().forger() {
            output::say(&format!("note: this is a {} key: {forger}", key.standing()));
        }
        GenericKey::from(key.points())
    } else {
        refuse_mistyped_id(&args.key)?;
        let bytes = FileBytes::map(Path::new(&args.key))?;
        let zkey = Zkey::parse(&args.key, &bytes)?;
        GenericKey {
            alpha_g1: zkey.header.alpha_g1,
            beta_g2: zkey.header.beta_g2,
            gamma_g2: zkey.header.gamma_g2,
            delta_g2: zkey.header.delta_g2,
            ic: zkey.checked_points(3, zkey.sections.ic)?,
        }
    };
    create(&args.out)?.write_all(render(&key).as_bytes())?;
    if key.gamma_g2.x == key.delta_g2.x {
        output::say("warning: gamma = delta in this key: nobody has contributed to it, and anyone can forge under it");
    }
    Ok(Exit::Done)
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create_new(path).map_err(|e| anyhow!("cannot create {}: {e}", path.display()))
}
