//! What each command does.

use std::path::Path;

use pot_circuits::VerdictCircuit;
use pot_protocol::{keys::VerifyingKey, rule::Capacity};
use pot_setup::{
    KeyStore, SetupError,
    circuits::{self, CircuitFigures},
    development::{Step, find_or_make},
};

use crate::{
    args::{Circuits, Dev, Folder},
    exit::Exit,
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
