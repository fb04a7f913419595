//! What the store accepts and says of a key.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use pot_protocol::{
    digest::Digest,
    keys::{Ceremony, HERMEZ_ALPHA_G1, HERMEZ_BETA_G2, KeyId, KeyPoints, Phase1Source, Provenance, VerifyingKey},
    rule::Capacity,
};

use super::{BUILT_IN, BuiltInKey, KeyBytes, ListedKey, TrustStore, Trusted, known_circuit, parse_trust_file};
use crate::{CheckError, Class};

/// BLAKE2b-512 of `powersOfTau28_hez_final_16.ptau`.
const PUBLIC_16: &str = "6a6277a2f74e1073601b4f9fed6e1e55226917efb0f0db8a07d98ab01df1ccf43eb0e8c3159432acd4960e2f29fe84a4198501fa54c8dad9e43297453efec125";

fn points() -> KeyPoints {
    let g1 = |k: u64| (G1Affine::generator() * ark_bn254::Fr::from(k)).into_affine();
    let g2 = |k: u64| (G2Affine::generator() * ark_bn254::Fr::from(k)).into_affine();
    KeyPoints {
        alpha_g1: g1(2),
        beta_g2: g2(3),
        gamma_g2: g2(1),
        delta_g2: g2(5),
        ic: [g1(7), g1(8), g1(9), g1(10), g1(11)],
    }
}

fn ceremony() -> Provenance {
    Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [0xab; 64],
        contributions: 3,
        beacon: true,
        zkey: Digest([0xcd; 32]),
    })
}

fn key(provenance: Provenance) -> VerifyingKey {
    VerifyingKey::new(known_circuit(Capacity::C128), Capacity::C128, provenance, &points()).unwrap()
}

/// A key over the public powers of tau.
fn public_key(ceremony: Ceremony) -> VerifyingKey {
    let phase1_blake2b = hex::decode(PUBLIC_16).unwrap().try_into().unwrap();
    let ceremony = Ceremony { phase1: Phase1Source::PublicHermez, phase1_blake2b, ..ceremony };
    let points = KeyPoints { alpha_g1: HERMEZ_ALPHA_G1, beta_g2: HERMEZ_BETA_G2, ..points() };
    let provenance = Provenance::Ceremony(ceremony);
    VerifyingKey::new(known_circuit(Capacity::C128), Capacity::C128, provenance, &points).unwrap()
}

fn leaked(key: &VerifyingKey) -> BuiltInKey {
    BuiltInKey { label: "a ceremony", id: key.id().to_string().leak(), bytes: key.to_bytes().leak(), rehearsal: false }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, CheckError>, part: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.class(), Class::Trust);
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn the_keys_of_this_program_are_those_that_are_pinned_and_for_its_circuits() {
    let mut store = TrustStore::new(false);
    store.add_built_in(BUILT_IN).unwrap();
    let keys = store.list();
    assert_eq!(keys.len(), BUILT_IN.len());
    assert!(keys.iter().all(|key| key.known_circuit && key.ceremony.is_some()), "{keys:?}");
}

#[test]
fn a_rehearsal_is_worth_a_development_key_whoever_names_it() {
    for known in BUILT_IN.iter().filter(|key| key.rehearsal) {
        let mut built_in = TrustStore::new(false);
        built_in.add_built_in(BUILT_IN).unwrap();
        let (mut named, mut again) = (TrustStore::new(false), TrustStore::new(false));
        let id = named.add(known.bytes).unwrap();
        // With other words about itself it has another id.
        let points = VerifyingKey::from_bytes(known.bytes).unwrap().points().clone();
        let renamed = VerifyingKey::new(known_circuit(Capacity::C128), Capacity::C128, ceremony(), &points).unwrap();
        let other = again.add(&renamed.to_bytes()).unwrap();
        assert_ne!(id, other);
        for (store, id) in [(built_in, id), (named, id), (again, other)] {
            let trusted = Trusted(&store.keys[&id]);
            assert!(trusted.is_development() && trusted.kind() == "rehearsal");
            let report = store.list().into_iter().find(|report| report.id.0 == id.0).unwrap();
            assert!(report.provenance.starts_with("rehearsal key: 3 contributions"), "{}", report.provenance);
            assert!(report.trust.contains("can forge"), "{}", report.trust);
        }
    }
}

#[test]
fn a_built_in_key_has_its_pinned_id_and_says_where_it_comes_from() {
    let key = key(ceremony());
    let mut store = TrustStore::new(false);
    store.add_built_in(&[leaked(&key)]).unwrap();
    let [report] = store.list().try_into().unwrap();
    assert_eq!((report.id.0, report.label.as_deref()), (key.id().0, Some("a ceremony")));
    assert_eq!(
        report.provenance,
        "ceremony key: 3 contributions and a beacon over a private phase 1 (BLAKE2b abababab…)"
    );
    assert!(report.trust.contains("all 3 contributors to phase 2"), "{}", report.trust);
    assert!(report.trust.contains("all who made its private powers of tau"), "{}", report.trust);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["ceremony"]["contributions"], 3);
    assert_eq!((&json["ceremony"]["phase1"], &json["source"]), (&"private".into(), &"built-in".into()));
    assert_eq!(json["ceremony"]["phase1_blake2b"], "ab".repeat(64));

    let other = BuiltInKey { id: KeyId([0; 32]).to_string().leak(), ..leaked(&key) };
    refused(TrustStore::new(false).add_built_in(&[other]), "pinned");
    let broken = BuiltInKey { bytes: &[1, 2, 3], ..leaked(&key) };
    refused(TrustStore::new(false).add_built_in(&[broken]), "pinned");
}

#[test]
fn the_kind_of_a_key_is_said_and_never_more_than_the_key_says() {
    let report = |key: VerifyingKey| {
        let mut store = TrustStore::new(true);
        store.add(&key.to_bytes()).unwrap();
        store.list().remove(0)
    };
    let development = report(key(Provenance::Development));
    assert_eq!((development.provenance.as_str(), development.ceremony.is_none()), ("development key", true));
    assert!(development.trust.contains("can forge"));
    let Provenance::Ceremony(private) = ceremony() else { unreachable!() };
    let public = report(public_key(Ceremony { contributions: 1, beacon: false, ..private }));
    assert!(public.provenance.contains("1 contribution and no beacon over the public powers-of-tau file"));
    assert!(public.trust.contains("the one contributor to phase 2, or of all 54"), "{}", public.trust);
    // In the user's own folder nobody has vouched for any of this.
    let mut store = TrustStore::new(true);
    store.add_own(&public_key(private).to_bytes()).unwrap();
    let own = store.list().remove(0);
    assert!(own.provenance.ends_with(", as it says itself in your own key folder"), "{}", own.provenance);
    assert!(own.trust.starts_with("it counts as a development key") && !own.trust.contains("54"), "{}", own.trust);
}

#[test]
fn the_public_powers_of_tau_are_not_claimed_with_another_sum() {
    // Phase-1 source and sum stand at 47 and 48.
    let Provenance::Ceremony(private) = ceremony() else { unreachable!() };
    let good = public_key(private).to_bytes();
    TrustStore::new(false).add(&good).unwrap();
    let mut other_sum = good;
    other_sum[48] ^= 1;
    refused(TrustStore::new(true).add(&other_sum), "none of their 21 files");
    let mut other_powers = key(ceremony()).to_bytes();
    other_powers[47] = 1;
    other_powers[48..112].copy_from_slice(&hex::decode(PUBLIC_16).unwrap());
    refused(TrustStore::new(true).add(&other_powers), "alpha and beta are not theirs");
}

#[test]
fn gamma_equal_to_delta_is_refused_whatever_lists_it() {
    // The constructor refuses such a key, so its bytes are written by hand: delta lies behind gamma.
    let mut bytes = key(ceremony()).to_bytes();
    let gamma = 147 + 32 + 64..147 + 32 + 128;
    bytes.copy_within(gamma.clone(), gamma.end);
    let id = KeyId::of(&bytes);
    refused(TrustStore::new(true).add(&bytes), "gamma = delta");
    let listed = ListedKey { id, label: "x".to_owned(), bytes: KeyBytes::Here(bytes.clone()) };
    refused(TrustStore::new(true).add_listed(&listed, &bytes), "gamma = delta");
    let built_in = BuiltInKey { label: "x", id: id.to_string().leak(), bytes: bytes.leak(), rehearsal: false };
    refused(TrustStore::new(true).add_built_in(&[built_in]), "gamma = delta");
}

#[test]
fn a_trust_file_gives_each_key_by_id_and_bytes() {
    let key = key(ceremony());
    let (id, hex) = (key.id(), hex::encode(key.to_bytes()));
    let text = format!(
        r#"{{"format":"pot trust v1","keys":[{{"id":"{id}","label":"ours","key":"{hex}"}},
            {{"id":"{}","label":"theirs","file":"keys/a.key"}}]}}"#,
        KeyId([1; 32])
    );
    let listed = parse_trust_file(text.as_bytes()).unwrap();
    assert_eq!(listed[0].bytes, KeyBytes::Here(key.to_bytes()));
    assert_eq!(listed[1].bytes, KeyBytes::File("keys/a.key".into()));
    let mut store = TrustStore::new(false);
    store.add_listed(&listed[0], &key.to_bytes()).unwrap();
    refused(store.add_listed(&listed[1], &key.to_bytes()), "pinned as 0101");
    assert_eq!(store.list()[0].label.as_deref(), Some("ours"));
}

#[test]
fn other_trust_files_are_refused() {
    let id = KeyId([1; 32]);
    let one = |rest: &str| format!(r#"{{"format":"pot trust v1","keys":[{{"id":"{id}",{rest}}}]}}"#);
    for (text, part) in [
        (r#"{"format":"pot trust v1","keys":[]}"#.to_owned(), "lists 0 keys"),
        (r#"{"format":"pot trust v2","keys":[]}"#.to_owned(), "its format is"),
        ("[]".to_owned(), "trust file"),
        (one(r#""label":"x""#), "either 'key' or 'file'"),
        (one(r#""label":"x","key":"00","file":"a""#), "either 'key' or 'file'"),
        (one(r#""label":"x","key":"0g""#), "not hexadecimal"),
        (one(&format!(r#""label":"x","key":"{}""#, "0".repeat(1064))), "longer than any"),
        (one(r#""label":"","key":"00""#), "a label"),
        (one(r#""label":"a\u0007","key":"00""#), "a label"),
        (one(r#""label":"x","file":"../a""#), "in the folder"),
        (one(r#""label":"x","file":"/a""#), "in the folder"),
        (one(r#""label":"x","file":"""#), "in the folder"),
        (one(r#""label":"x","key":"00","more":1"#), "unknown field"),
        (
            format!(
                r#"{{"format":"pot trust v1","keys":[{{"id":"{id}","label":"x","key":"00"}},{{"id":"{id}","label":"y","key":"00"}}]}}"#
            ),
            "twice",
        ),
    ] {
        refused(parse_trust_file(text.as_bytes()), part);
    }
}

#[test]
fn a_trust_file_lists_up_to_256_keys_with_labels_of_up_to_200_bytes() {
    let file = |keys: u32, label: usize| {
        let one = |i: u32| format!(r#"{{"id":"{i:064x}","label":"{}","key":"00"}}"#, "x".repeat(label));
        let keys: Vec<_> = (0..keys).map(one).collect();
        parse_trust_file(format!(r#"{{"format":"pot trust v1","keys":[{}]}}"#, keys.join(",")).as_bytes())
    };
    assert_eq!(file(256, 200).unwrap().len(), 256);
    refused(file(257, 1), "lists 257 keys");
    refused(file(1, 201), "a label");
}
