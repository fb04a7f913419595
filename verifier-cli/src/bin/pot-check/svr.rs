//! `--emit-svr`: the result for those who rely on this verifier.

use std::{path::PathBuf, time::SystemTime};

use pot_attestation::{IN_TOTO, SigningKey, SigstoreBundle};
use pot_protocol::digest::Digest;
use pot_verifier::{Report, Verified, acceptance::Roles, svr};
use zeroize::Zeroizing;

use crate::{
    args::Svr,
    exit::{Exit, Stop},
    files,
};

/// Largest key that is read, in bytes.
const MAX_KEY: u64 = 4096;

/// Writes the result of an accepted bundle, where it was asked for.
pub(crate) fn emit(
    args: &Svr,
    report: &Report,
    bundle: &[u8],
    acceptance: Option<(String, Digest)>,
    roles: Roles<'_>,
) -> Result<(), Stop> {
    let Some(path) = &args.emit else { return Ok(()) };
    let failed = |e: String| Stop(Exit::Usage, format!("--emit-svr {}: {e}", path.display()));
    let time = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let statement = svr(report, bundle, Verified { verifier: args.verifier.clone(), acceptance, roles, time });
    let json = statement.to_json().map_err(|e| failed(e.to_string()))?;
    let bytes = match &args.key {
        None => json,
        Some(key) => {
            let bad_key = |message: String| Stop(Exit::Trust, format!("--svr-key {}: {message}", key.display()));
            let pem = Zeroizing::new(files::small_file(key, MAX_KEY).map_err(bad_key)?);
            let key =
                SigningKey::from_pem(str::from_utf8(&pem).unwrap_or_default()).map_err(|e| bad_key(e.to_string()))?;
            SigstoreBundle::sign(IN_TOTO, json, &key).to_json().map_err(|e| failed(e.to_string()))?
        }
    };
    files::write_new(&PathBuf::new(), &[(path.clone(), &bytes)]).map_err(failed)
}
