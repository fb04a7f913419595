//! `pot-setup export`: what other verifiers need.

use std::{fs::File, io::Write, path::Path};

use anyhow::{Context, anyhow};
use pot_protocol::{
    keys::{KeyId, RawVerifyingKey, VerifyingKey},
    policy::{Policy, Preset},
};
use pot_setup::{KeyStore, SetupError, solidity::contract};

use crate::{
    args::Solidity,
    commands::{read_at_most, refuse_mistyped_id},
    exit::Exit,
    output,
};

/// Larger files are no policy documents.
const MAX_POLICY_BYTES: u64 = 1 << 20;

/// `pot-setup export solidity`.
pub(crate) fn solidity(args: &Solidity) -> anyhow::Result<Exit> {
    let key = key(args)?;
    let mut policies: Vec<_> = args.policy.iter().copied().map(Preset::policy).collect();
    for path in &args.policy_file {
        let bytes = read_at_most(path, MAX_POLICY_BYTES)?;
        let malformed = |reason| SetupError::Format { file: path.display().to_string(), reason };
        let text = String::from_utf8(bytes).map_err(|e| malformed(e.to_string()))?;
        policies.push(Policy::from_json(&text).map_err(|e| malformed(e.to_string()))?);
    }
    let source = contract(&key, &policies)?;
    let mut file = File::create_new(&args.out).map_err(|e| anyhow!("cannot create {}: {e}", args.out.display()))?;
    file.write_all(source.as_bytes()).with_context(|| format!("cannot write {}", args.out.display()))?;
    if let Some(forger) = key.standing().forger() {
        output::say(&format!(
            "note: this is a {} key: {forger}; this contract accepts them all the same",
            key.standing()
        ));
    }
    output::say(&format!("{} accepts verdicts under key {}", args.out.display(), key.id()));
    Ok(Exit::Done)
}

fn key(args: &Solidity) -> anyhow::Result<VerifyingKey> {
    if let Ok(id) = args.key.parse::<KeyId>() {
        let store = match &args.key_dir {
            Some(folder) => KeyStore::open(folder)?,
            None => KeyStore::open_default()?,
        };
        return Ok(store.load_verifying(id)?);
    }
    refuse_mistyped_id(&args.key)?;
    let bytes = read_at_most(Path::new(&args.key), RawVerifyingKey::MAX_LEN as u64)?;
    Ok(VerifyingKey::from_bytes(&bytes).map_err(SetupError::Key)?)
}
