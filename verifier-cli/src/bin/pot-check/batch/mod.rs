//! `pot-check batch`: many bundles in one call.

mod args;
mod outcome;
mod paths;

use std::collections::BTreeSet;

use self::paths::Found;
pub(crate) use self::{args::Batch, outcome::Outcomes};
use pot_protocol::{bundle::Bundle, keys::KeyId, parallel, registration::Registration};
use pot_verifier::{check_batch, trust::TrustStore};
use serde_json::json;

use crate::{
    args::Trust,
    exit::{Exit, Stop},
    files, output, trust,
};

/// The version of the JSON document.
const FORMAT: &str = "pot-check batch v1";
/// Bundles that are read and checked at a time: at most 64 MiB of files.
const AT_A_TIME: usize = 1024;

pub(crate) fn run(args: &Batch) -> Exit {
    match batch(args) {
        Ok(exit) => exit,
        Err(Stop(exit, message)) => {
            output::error(&message);
            if args.json {
                let error = output::shown(&message);
                let _ =
                    output::json(&json!({ "format": FORMAT, "accepted": false, "exit": exit as u8, "error": error }));
            }
            exit
        }
    }
}

fn batch(args: &Batch) -> Result<Exit, Stop> {
    let paths = paths::named(&args.paths)?;
    let outcomes = check(args, &paths)?;
    if outcomes.bundles.is_empty() {
        let skipped = match outcomes.summary.registrations_skipped {
            0 => String::new(),
            n => format!(", only {n} registrations"),
        };
        return Err(Stop(Exit::Usage, format!("nothing to check: no bundle was found{skipped}")));
    }
    let exit = outcomes.summary.exit();
    let printed = if args.json {
        output::json(&json!({
            "format": FORMAT,
            "accepted": exit == Exit::Accepted,
            "exit": exit as u8,
            "summary": outcomes.summary,
            "bundles": outcomes.bundles,
        }))
    } else {
        output::batch(&outcomes)
    };
    printed.map_err(|e| Stop(Exit::Usage, format!("cannot write the report: {e}")))?;
    Ok(exit)
}

fn check(args: &Batch, paths: &[Found]) -> Result<Outcomes, Stop> {
    let cores = parallel::cores();
    let malformed = |message| Stop(Exit::Malformed, message);
    let mut own = Own { store: trust::store(&args.trust, None)?, looked_for: BTreeSet::new() };
    let policy = args.policy.as_deref().map(files::file).transpose().map_err(malformed)?;
    let mut outcomes = Outcomes::default();
    let mut progress = output::Progress::new("checked", paths.len());
    for paths in paths.chunks(AT_A_TIME) {
        let files = parallel::map(paths, cores, |found| files::bundle(&found.path));
        let is_bundle = |file: &&Result<Vec<u8>, String>| file.as_ref().is_ok_and(|bytes| !is_registration(bytes));
        let bundles: Vec<&[u8]> = files.iter().filter(is_bundle).flatten().map(Vec::as_slice).collect();
        own.add_keys(&bundles, &args.trust)?;
        let mut told = check_batch(&bundles, &own.store, policy.as_deref(), cores).into_iter();
        for (Found { path, named }, file) in paths.iter().zip(&files) {
            match file {
                Err(message) => outcomes.add(path, Err(malformed(message.clone())), None),
                Ok(bytes) if is_registration(bytes) && *named => {
                    let message = format!("{} is a registration and no bundle", path.display());
                    outcomes.add(path, Err(malformed(message)), None);
                }
                Ok(bytes) if is_registration(bytes) => outcomes.skip_registration(),
                Ok(_) => {
                    // One answer for each file that is read and no registration.
                    let Some(told) = told.next() else { break };
                    outcomes.add(path, told.map_err(Stop::from), args.require);
                }
            }
        }
        progress.add(paths.len());
    }
    progress.end();
    Ok(outcomes)
}

/// Registrations end in `.pot` too: in a folder they are passed over.
fn is_registration(bytes: &[u8]) -> bool {
    !bytes.starts_with(b"POTBUNDL") && Registration::from_bytes(bytes).is_ok()
}

/// The trusted keys, and which of the user's own were looked for.
struct Own {
    store: TrustStore,
    looked_for: BTreeSet<KeyId>,
}

impl Own {
    /// Adds the user's own development keys for these bundles, where those count.
    fn add_keys(&mut self, bundles: &[&[u8]], args: &Trust) -> Result<(), Stop> {
        if !trust::own_keys_count(args) {
            return Ok(());
        }
        for key in bundles.iter().filter_map(|bytes| Some(Bundle::from_bytes(bytes).ok()?.key)) {
            if self.looked_for.insert(key) {
                trust::add_own(&mut self.store, key)?;
            }
        }
        Ok(())
    }
}
