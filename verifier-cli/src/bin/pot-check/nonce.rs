//! `pot-check nonce`: the counterparty's part of a registration.

use std::path::PathBuf;

use pot_attestation::{SigningKey, sign_nonce};
use pot_protocol::{digest::Digest, registration::Registration};
use zeroize::Zeroizing;

use crate::{
    args::Nonce,
    exit::{Exit, Stop},
    files, output,
};

/// Largest registration that is read, in bytes.
const MAX_REGISTRATION: u64 = 48 * 1024;
/// Largest key that is read, in bytes.
const MAX_KEY: u64 = 4096;

pub(crate) fn run(args: &Nonce) -> Exit {
    match answer(args) {
        Ok(()) => Exit::Accepted,
        Err(Stop(exit, message)) => {
            output::error(&message);
            exit
        }
    }
}

fn answer(args: &Nonce) -> Result<(), Stop> {
    let malformed = |message: String| Stop(Exit::Malformed, message);
    let bytes = files::small_file(&args.registration, MAX_REGISTRATION).map_err(malformed)?;
    let registration =
        Registration::from_bytes(&bytes).map_err(|e| malformed(format!("{}: {e}", args.registration.display())))?;
    let bad_key = |message: String| Stop(Exit::Trust, format!("--key {}: {message}", args.key.display()));
    let pem = Zeroizing::new(files::small_file(&args.key, MAX_KEY).map_err(bad_key)?);
    let key = SigningKey::from_pem(str::from_utf8(&pem).unwrap_or_default()).map_err(|e| bad_key(e.to_string()))?;
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).map_err(|e| Stop(Exit::Usage, format!("the system gives no randomness: {e}")))?;
    let signed = sign_nonce(&registration, Digest(nonce), &key).map_err(|e| Stop(Exit::Trust, e.to_string()))?;
    files::write_new(&PathBuf::new(), &[(args.out.clone(), &signed)]).map_err(|e| Stop(Exit::Usage, e))?;
    let fields = registration.fields();
    output::error(&format!(
        "signed a nonce for registration {}: {} against {}, number {} of this pair by the auditor's count; send {} back, and \
         sign no second one for it",
        registration.digest(),
        fields.candidate.name(),
        fields.reference.name(),
        fields.sequence,
        args.out.display()
    ));
    Ok(())
}
