//! Keys of ceremonies in the folder: checked against their zkeys, and preferred by what they are worth.

use std::{cmp::Reverse, fs};

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use pot_protocol::{
    digest::Digest,
    keys::{BUILT_IN, Ceremony, Phase1Source, Provenance, VerifyingKey},
    rule::Capacity,
};

use super::*;

fn ceremony_of(zkey: &[u8]) -> Provenance {
    Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [1; 64],
        contributions: 1,
        beacon: false,
        zkey: Digest::of(zkey),
    })
}

/// The toy key as a ceremony's, with what its zkey records.
fn with_contribution(key: &ProvingKey) -> (Vec<u8>, VerifyingKey) {
    let bytes = key.parameters().to_zkey().unwrap();
    let mut zkey = Zkey::parse("t", &bytes).unwrap();
    let g = G1Affine::generator();
    zkey.mpc.contributions.push(Contribution {
        delta_after: zkey.header.delta_g1,
        g1_s: g,
        g1_sx: g,
        g2_spx: G2Affine::generator(),
        transcript: [0; 64],
        kind: Kind::Contribution,
        name: Some("Ana".to_owned()),
    });
    let bytes = zkey.write_to(Vec::new()).unwrap();
    let of = key.verifying();
    let verifying = VerifyingKey::new(of.circuit(), of.capacity(), ceremony_of(&bytes), of.points()).unwrap();
    (bytes, verifying)
}

#[test]
fn a_full_check_ties_zkey_circuit_and_verifying_key_together() {
    let (key, circuit) = (toy::key(), R1cs::of(toy::Powers(None)).unwrap());
    let check = |zkey: &[u8], verifying: &VerifyingKey| import::check_for("t.zkey", zkey, verifying, &circuit);
    let development = key.parameters().to_zkey().unwrap();
    let checked = check(&development, key.verifying()).unwrap();
    // 6 signals in A, B1 and B2, one of them in L, 16 in H, 5 in IC, 6 in the header.
    assert_eq!((checked.points, checked.contributions), (3 * 6 + 1 + 16 + 5 + 6, 0));
    let (zkey, verifying) = with_contribution(&key);
    assert_eq!(check(&zkey, &verifying).unwrap().contributions, 1);
    let refused = |zkey: &[u8], verifying: &VerifyingKey, what: &str| {
        let error = check(zkey, verifying).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    refused(&development, toy::key().verifying(), "not the proving key of this verifying key");
    refused(&development, &verifying, "SHA-256");
    let of = key.verifying();
    let none = VerifyingKey::new(of.circuit(), of.capacity(), ceremony_of(&development), of.points()).unwrap();
    refused(&development, &none, "another number of contributions");
    let mut off = development.clone();
    // Within the last point of H, which ends before the 16 + 68 bytes of sections 10's head and content.
    let last = off.len() - 12 - 68 - 10;
    off[last] ^= 1;
    refused(&off, key.verifying(), "section 9, point 15 is not on the curve");
    // No circuit of this version has the toy's id.
    assert!(
        matches!(super::super::check("t.zkey", &development, key.verifying(), 30), Err(SetupError::Circuit(id)) if id == toy::ID)
    );
}

#[test]
fn a_key_of_a_ceremony_is_preferred_and_bound_to_its_zkey() {
    let (_folder, store, key) = stored();
    let (zkey, verifying) = with_contribution(&key);
    store.add(&verifying, &zkey).unwrap();
    assert_eq!(store.find(toy::ID).unwrap(), Some(verifying.id()));
    assert!(store.load_proving(verifying.id()).is_ok());
    // The development key's zkey has the same points but is another file.
    let id = toy::key();
    let development = id.parameters().to_zkey().unwrap();
    let of = id.verifying();
    let claimed = VerifyingKey::new(of.circuit(), of.capacity(), ceremony_of(b"other"), of.points()).unwrap();
    store.add(&claimed, &development).unwrap();
    let error = store.load_proving(claimed.id()).unwrap_err().to_string();
    assert!(error.contains("not the one in the verifying key"), "{error}");
}

#[test]
fn of_several_keys_the_one_worth_most_is_found() {
    let (_folder, store) = store();
    let rehearsal = VerifyingKey::from_bytes(BUILT_IN.iter().find(|key| key.rehearsal).unwrap().bytes).unwrap();
    let toy = toy::key();
    let key = |number: u8, points| VerifyingKey::new(toy::ID, Capacity::C128, ceremony_of(&[number]), points).unwrap();
    let mut rehearsals = [1, 2, 3].map(|number| key(number, rehearsal.points()));
    let mut ceremonies = [4, 5].map(|number| key(number, toy.verifying().points()));
    let found_after = |key: &VerifyingKey, zkey: &[u8]| {
        store.add(key, zkey).unwrap();
        store.find(toy::ID).unwrap().unwrap()
    };
    assert_eq!(found_after(toy.verifying(), b"z"), toy.id());
    // Of equals the one with the smallest id, in whatever order they come.
    rehearsals.sort_by_key(|key| Reverse(key.id()));
    ceremonies.sort_by_key(|key| Reverse(key.id()));
    for better in rehearsals.iter().chain(&ceremonies) {
        assert_eq!(found_after(better, b"z"), better.id());
    }
    // One whose verifying key cannot be read is worth nothing, and is still found when there is no other.
    let damage = |keys: &[VerifyingKey]| {
        for key in keys {
            fs::write(store.key_folder(key.id()).join(VERIFYING), b"x").unwrap();
        }
    };
    damage(&ceremonies);
    assert_eq!(store.find(toy::ID).unwrap(), Some(rehearsals[2].id()));
    damage(&rehearsals);
    assert_eq!(store.find(toy::ID).unwrap(), Some(toy.id()));
    damage(&[toy.verifying().clone()]);
    assert!(store.find(toy::ID).unwrap().is_some());
}
