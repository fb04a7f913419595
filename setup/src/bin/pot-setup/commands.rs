//! What each command does.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use clap::CommandFactory;
use pot_circuits::VerdictCircuit;
use pot_pages::{Made, Pages};
use pot_protocol::{keys::VerifyingKey, rule::Capacity};
use pot_setup::{
    KeyStore, SetupError,
    circuits::{self, CircuitFigures},
    development::{Step, find_or_make},
};

use crate::{
    args::{Arguments, Circuits, Dev, Folder},
    exit::{Exit, Usage},
    output::{self, Steps},
};

/// `pot-setup dev`: prints the key's id.
pub(crate) fn dev(args: &Dev) -> anyhow::Result<Exit> {
    let store = open(&args.folder)?;
    let (circuit, mut made) = (circuits::id(args.capacity), false);
    let steps = Steps::begin();
    let id = find_or_make(&store, VerdictCircuit::shape(args.capacity), circuit, args.capacity, |step| match step {
        Step::PassedOver(_, why) => steps.show(&format!("a key is passed over: {why}")),
        Step::Waiting => steps.show("waiting for another process that makes a key"),
        Step::Computing => {
            made = true;
            steps.show("making a development key: seconds");
        }
        Step::Saving => steps.show("saving the key"),
    })?;
    drop(steps);
    output::say(&format!(
        "{} in {}: {}",
        if made { "made" } else { "there is a key already" },
        store.key_folder(id).display(),
        described(&store.load_verifying(id)?)
    ));
    output::data(&id.to_string())?;
    Ok(Exit::Done)
}

/// Where a key comes from, and who alone can forge under it.
pub(crate) fn described(key: &VerifyingKey) -> String {
    match key.standing().forger() {
        Some(forger) => format!("{} ({forger})", key.origin()),
        None => key.origin(),
    }
}

/// `pot-setup circuits`.
pub(crate) fn circuits(args: &Circuits) -> anyhow::Result<Exit> {
    let all = Capacity::ALL.map(circuits::figures);
    if args.json {
        output::data(&serde_json::to_string(&all)?)?;
        return Ok(Exit::Done);
    }
    output::data(&format!(
        "{:<64}  {:>8}  {:>11}  {:>13}  {:>6}",
        "id", "capacity", "constraints", "public inputs", "domain"
    ))?;
    for CircuitFigures { id, capacity, constraints, public_inputs, domain } in all {
        let capacity = capacity.scores();
        output::data(&format!("{id}  {capacity:>8}  {constraints:>11}  {public_inputs:>13}  {domain:>6}"))?;
    }
    Ok(Exit::Done)
}

/// The key folder that was named, or the user's own.
pub(crate) fn open(folder: &Folder) -> Result<KeyStore, SetupError> {
    open_folder(folder.key_dir.as_deref())
}

/// As [`open`].
pub(crate) fn open_folder(folder: Option<&Path>) -> Result<KeyStore, SetupError> {
    folder.map_or_else(KeyStore::open_default, KeyStore::open)
}

/// Refuses what was given for a key's id or file, and is no id, when it looks like one and there is no such file.
pub(crate) fn refuse_mistyped_id(key: &str) -> Result<(), Usage> {
    if key.chars().all(|c| c.is_ascii_hexdigit()) && !Path::new(key).exists() {
        return Err(Usage(format!(
            "'{key}' is no key's id, which has 64 hexadecimal digits, and no file of that name is there"
        )));
    }
    Ok(())
}

/// Reads a regular file, which is refused when it has more than `limit` bytes.
pub(crate) fn read_at_most(path: &Path, limit: u64) -> Result<Vec<u8>, SetupError> {
    let failed = |action| move |source: io::Error| SetupError::Io { action, path: path.to_owned(), source };
    let refused = |reason: String| Err(SetupError::Format { file: path.display().to_string(), reason });
    if !fs::metadata(path).map_err(failed("open"))?.is_file() {
        return refused("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed("open"))?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed("read"))?;
    if bytes.len() as u64 > limit { refused(format!("it has more than {limit} bytes")) } else { Ok(bytes) }
}

/// `pot-setup completions` and `pot-setup man`.
pub(crate) fn pages(pages: &Pages) -> anyhow::Result<Exit> {
    match pages.make(Arguments::command())? {
        Made::Script(script) => output::data(String::from_utf8(script)?.trim_end())?,
        Made::Pages(folder) => output::say(&format!("the man pages are in {}", folder.display())),
    }
    Ok(Exit::Done)
}
