//! What each command does.

use pot_circuits::VerdictCircuit;
use pot_protocol::rule::Capacity;
use pot_setup::{
    KeyStore, SetupError,
    circuits::{self, CircuitFigures},
    development::{Step, find_or_make},
    store::Listed,
};

use crate::{
    args::{Circuits, Dev, Folder, ListKeys},
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
        "{} in {}: a development key, for trying things out (its maker can forge)",
        if made { "made" } else { "there is one already" },
        store.key_folder(id).display()
    ));
    output::data(&id.to_string())?;
    Ok(Exit::Done)
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

/// `pot-setup keys list`: one line a key; damaged ones are named on stderr and change the exit code.
pub(crate) fn list_keys(args: &ListKeys) -> anyhow::Result<Exit> {
    let store = open(&args.folder)?;
    let keys = store.list()?;
    if keys.is_empty() {
        output::say(&format!("no keys in {}: `pot-setup dev --capacity 128` makes one", store.folder().display()));
    }
    let mut exit = Exit::Done;
    for Listed { id, manifest } in keys {
        match manifest {
            Ok(manifest) => {
                let current = manifest.circuit == circuits::id(manifest.capacity);
                output::data(&format!(
                    "{id}  capacity {:>4}  {}  {} bytes{}",
                    manifest.capacity.scores(),
                    manifest.provenance,
                    manifest.proving_key_bytes,
                    if current { "" } else { "  (for another version's circuit)" }
                ))?;
            }
            Err(error) => {
                output::say(&format!("pot-setup: {error}"));
                exit = Exit::Malformed;
            }
        }
    }
    Ok(exit)
}

fn open(folder: &Folder) -> Result<KeyStore, SetupError> {
    match &folder.key_dir {
        Some(folder) => KeyStore::open(folder),
        None => KeyStore::open_default(),
    }
}
