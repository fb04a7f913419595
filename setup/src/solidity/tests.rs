use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use pot_protocol::{
    digest::Digest,
    keys::{BUILT_IN, Ceremony, KeyPoints, Phase1Source, Provenance, VerifyingKey},
    policy::{Policy, Preset},
    rule::Capacity,
};

use super::contract;
use crate::circuits;

fn key(circuit: Digest, capacity: Capacity, provenance: Provenance) -> VerifyingKey {
    let g1 = |k: u64| (G1Affine::generator() * Fr::from(k)).into_affine();
    let g2 = |k: u64| (G2Affine::generator() * Fr::from(k)).into_affine();
    let points =
        KeyPoints { alpha_g1: g1(2), beta_g2: g2(3), gamma_g2: g2(1), delta_g2: g2(5), ic: [7, 8, 9, 10, 11].map(g1) };
    VerifyingKey::new(circuit, capacity, provenance, &points).unwrap()
}

fn small() -> VerifyingKey {
    key(circuits::id(Capacity::C128), Capacity::C128, Provenance::Development)
}

#[track_caller]
fn refused(key: &VerifyingKey, policies: &[Policy], part: &str) {
    let error = contract(key, policies).unwrap_err().to_string();
    assert!(error.contains(part), "{error}");
}

#[test]
fn a_contract_says_what_it_is_for_and_has_no_gap() {
    let policies = [Preset::Quick.policy(), Preset::QuickTopk.policy()];
    let source = contract(&small(), &policies).unwrap();
    assert!(!source.contains("{{") && source.starts_with("// SPDX-License-Identifier: MIT"));
    for part in [
        small().id().to_string(),
        small().circuit().to_string(),
        "DEVELOPMENT KEY".to_owned(),
        "Policies: QUICK, QUICK-TOPK.".to_owned(),
        policies[1].document_digest().to_string(),
    ] {
        assert!(source.contains(&part), "{part}");
    }
    let ceremony = Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [1; 64],
        contributions: 2,
        beacon: true,
        zkey: Digest([1; 32]),
    });
    let large = key(circuits::id(Capacity::C1024), Capacity::C1024, ceremony);
    let source = contract(&large, &[Preset::Audit.policy()]).unwrap();
    assert!(source.contains("a ceremony key: 2 contributions and a beacon over a private phase 1"));
    let rehearsal = BUILT_IN.iter().find(|key| key.rehearsal).unwrap();
    let rehearsal = VerifyingKey::from_bytes(rehearsal.bytes).unwrap();
    let text = contract(&rehearsal, &policies).unwrap();
    assert!(text.contains("a REHEARSAL KEY: whoever held the rehearsal can forge"), "{text}");
    assert!(source.contains("CAPACITY = 1024;") && source.contains("CAPACITY_CODE = 1;"));
}

#[test]
fn what_would_accept_nothing_or_too_much_is_not_written() {
    refused(&small(), &[], "no policy");
    refused(&small(), &[Preset::Quick.policy(), Preset::Quick.policy()], "listed twice");
    refused(&small(), &[Preset::Audit.policy()], "up to 400");
    let strange = key(Digest([9; 32]), Capacity::C128, Provenance::Development);
    refused(&strange, &[Preset::Quick.policy()], "another circuit");
    let crossed = key(circuits::id(Capacity::C128), Capacity::C1024, Provenance::Development);
    refused(&crossed, &[Preset::Quick.policy()], "another circuit");
}

#[test]
fn the_numbers_of_the_enums_in_a_statement_are_those_of_the_contract() {
    use pot_protocol::{codec::encode, rule::Verdict, score::ScoreKind};
    let first = |bytes: Vec<u8>| u32::from_be_bytes(bytes.try_into().unwrap());
    assert_eq!([Capacity::C128, Capacity::C1024].map(|c| first(encode(&c))), [0, 1]);
    assert_eq!([Verdict::Same, Verdict::Different, Verdict::Undecided].map(|v| first(encode(&v))), [0, 1, 2]);
    for kind in [ScoreKind::Kl, ScoreKind::DeltaLogprob, ScoreKind::DeltaCe, ScoreKind::KlTopk] {
        assert_eq!(first(encode(&kind)), kind as u32);
    }
    assert_eq!(ScoreKind::KlTopk as u32, 3);
}
