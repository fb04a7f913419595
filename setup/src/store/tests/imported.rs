//! Importing the key of a real ceremony, the one in `params/`, and what was altered in it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::{Duration, Instant},
};

use pot_protocol::{
    digest::Digest,
    keys::{Ceremony, Provenance, VerifyingKey},
};
use serde_json::{Value, json};

use super::{import, store};
use crate::{
    SetupError,
    formats::zkey::{Kind, MpcParams, Zkey},
    phase2::{Circuit, USUAL_ITERATIONS_EXP},
    store::{MANIFEST, VERIFYING, check, read_packed},
};

struct Key {
    zkey: Vec<u8>,
    verifying: VerifyingKey,
    manifest: PathBuf,
}

static KEY: LazyLock<Key> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../params/rehearsal-2026-11/c128");
    let verifying = VerifyingKey::from_bytes(&fs::read(folder.join(VERIFYING)).unwrap()).unwrap();
    Key { zkey: read_packed(&folder, &verifying).unwrap(), verifying, manifest: folder.join(MANIFEST) }
});

#[test]
fn the_record_of_its_ceremony_stays_with_a_key() {
    let (_folder, store) = store();
    let checked = store.import("k", &KEY.zkey, &KEY.verifying, Some(&KEY.manifest), USUAL_ITERATIONS_EXP).unwrap();
    assert_eq!((checked.id, checked.contributions), (KEY.verifying.id(), 4));
    let kept = fs::read_to_string(store.key_folder(checked.id).join(MANIFEST)).unwrap();
    assert_eq!(kept, fs::read_to_string(&KEY.manifest).unwrap());
}

#[test]
fn a_record_that_says_something_else_than_the_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.json");
    let (_, circuit, verified) = import::check_and_show("k", &KEY.zkey, &KEY.verifying, USUAL_ITERATIONS_EXP).unwrap();
    let circuit = Circuit::new(circuit).unwrap();
    let good: Value = serde_json::from_slice(&fs::read(&KEY.manifest).unwrap()).unwrap();
    let read = |manifest: &Value| {
        fs::write(&path, manifest.to_string()).unwrap();
        import::recorded(&path, &KEY.zkey, &KEY.verifying, &circuit, &verified)
    };
    assert!(read(&good).unwrap().is_some());
    let zeros = json!("00".repeat(64));
    for (place, value) in [
        ("/key", json!("11".repeat(32))),
        ("/zkey_sha256", json!("11".repeat(32))),
        ("/provenance", json!("ceremony: 9 contributions")),
        ("/ceremony/constraints", json!(1)),
        ("/ceremony/public_inputs", json!(3)),
        ("/ceremony/r1cs_sha256", json!("11".repeat(32))),
        ("/ceremony/circuit_hash", zeros.clone()),
        ("/ceremony/powers_of_tau/blake2b", zeros.clone()),
        ("/ceremony/contributions/0/name", json!("somebody else")),
        ("/ceremony/contributions/1/hash", zeros),
        ("/ceremony/contributions/2/beacon", json!("00")),
        ("/ceremony/contributions/3/iterations_exp", json!(21)),
        ("/ceremony/contributions", json!([])),
    ] {
        let mut altered = good.clone();
        match altered.pointer_mut(place) {
            Some(there) => *there = value,
            // A person's contribution that is called a beacon.
            None => altered["ceremony"]["contributions"][2]["beacon"] = value,
        }
        let error = read(&altered).unwrap_err();
        assert!(matches!(&error, SetupError::Format { file, .. } if file.ends_with("m.json")), "{place}: {error}");
    }
    // Whose the powers of tau are is not taken from a manifest.
    let mut claims = good.clone();
    claims["ceremony"]["powers_of_tau"]["source"] = json!("powersOfTau28_hez_final_16.ptau");
    assert_eq!(read(&claims).unwrap().unwrap().powers_of_tau.source, "no public file known to this program");
    let mut none = good;
    none["ceremony"].take();
    assert!(read(&none).unwrap().is_none());
}

/// What [`check`] says of the key with another section 10, to which its verifying key agrees.
fn with_chain(alter: impl FnOnce(&mut MpcParams)) -> Result<(), SetupError> {
    let mut zkey = Zkey::parse("k", &KEY.zkey).unwrap();
    alter(&mut zkey.mpc);
    let bytes = zkey.write_to(Vec::new()).unwrap();
    let Provenance::Ceremony(ceremony) = KEY.verifying.provenance() else { unreachable!() };
    let people = zkey.mpc.contributions.iter().filter(|link| link.kind == Kind::Contribution).count();
    let ceremony = Ceremony {
        zkey: Digest::of(&bytes),
        contributions: u16::try_from(people).unwrap(),
        beacon: zkey.mpc.contributions.last().is_some_and(|link| link.kind != Kind::Contribution),
        ..ceremony
    };
    let of = &KEY.verifying;
    let verifying =
        VerifyingKey::new(of.circuit(), of.capacity(), Provenance::Ceremony(ceremony), of.points()).unwrap();
    check("k", &bytes, &verifying, USUAL_ITERATIONS_EXP).map(|_| ())
}

#[test]
fn a_key_whose_chain_of_contributions_was_altered_is_refused() {
    let refused = |part: &str, alter: &dyn Fn(&mut MpcParams)| {
        let error = with_chain(alter).unwrap_err();
        assert!(matches!(&error, SetupError::Ceremony { reason, .. } if reason.contains(part)), "{part}: {error}");
    };
    refused("contribution 1 ('rehearsal, process 1')", &|mpc| mpc.cs_hash[0] ^= 1);
    refused("contribution 1 ('rehearsal, process 2')", &|mpc| mpc.contributions.swap(0, 1));
    refused("contribution 2 ('rehearsal, process 3')", &|mpc| drop(mpc.contributions.remove(1)));
    refused("contribution 3 ('rehearsal, process 2')", &|mpc| mpc.contributions[2] = mpc.contributions[1].clone());
    refused("contribution 2", &|mpc| mpc.contributions[1].transcript[9] ^= 1);
    refused("proof of knowledge", &|mpc| mpc.contributions[2].g2_spx = -mpc.contributions[2].g2_spx);
    refused("contribution 3", &|mpc| mpc.contributions[2].delta_after = -mpc.contributions[2].delta_after);
    refused("its delta is not the one after contribution 3", &|mpc| drop(mpc.contributions.pop()));
    refused("not the beacon that its public value gives", &|mpc| {
        let Kind::Beacon { beacon_hash, .. } = &mut mpc.contributions[3].kind else { unreachable!() };
        beacon_hash[0] ^= 1;
    });
    with_chain(|_| ()).unwrap();
}

#[test]
fn one_byte_does_not_make_a_check_run_for_hours() {
    let started = Instant::now();
    let with_exponent = |exponent| {
        let error = with_chain(|mpc| {
            let Kind::Beacon { iterations_exp, .. } = &mut mpc.contributions[3].kind else { unreachable!() };
            *iterations_exp = exponent;
        });
        error.unwrap_err().to_string()
    };
    for exponent in [31, 40] {
        let error = with_exponent(exponent);
        assert!(error.contains("contribution 4 (") && error.contains(&format!("a beacon of 2^{exponent}")), "{error}");
        assert!(error.contains(&format!("--max-beacon-iterations allows it (here {exponent};")), "{error}");
    }
    assert!(with_exponent(41).contains("exponent of iterations outside 10 to 40"));
    // Hours if they were computed; the margin is for a debug build on a busy machine.
    assert!(started.elapsed() < Duration::from_secs(120));
}
