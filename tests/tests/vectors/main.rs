//! The files of `test-vectors/v1`: bundles that every implementation accepts, and ones that every implementation refuses,
//! each with its reason and exit code. They are generated from four runs that were really made, by one named change each;
//! `POT_WRITE_VECTORS=1 cargo test -p pot-tests --test vectors` writes them anew.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod container;
mod forgeable;
#[path = "../forged/mod.rs"]
mod forged;
mod honest;
mod index;
mod keys;
mod layout;
mod opened;
mod points;
mod proofs;
mod run;
mod set;
mod stated;
mod stored;
mod transcripts;
mod trust_files;

use set::Set;

/// Every vector, in the order of the index. The same on every machine.
fn all() -> Set {
    let mut set = Set::new();
    honest::add(&mut set);
    forgeable::add_valid(&mut set);
    container::add(&mut set);
    stated::add(&mut set);
    proofs::add(&mut set);
    keys::add(&mut set);
    trust_files::add(&mut set);
    opened::add(&mut set);
    transcripts::add(&mut set);
    forgeable::add(&mut set);
    honest::add_unmet(&mut set);
    set
}
