use ark_bn254::G1Affine;
use ark_ec::AffineRepr;
use proptest::prelude::*;

use super::{super::hermez::FILES, CIRCUIT, g2, g2_outside_the_subgroup, inputs, key, points, proof};
use crate::{
    digest::Digest,
    keys::{
        Ceremony, HERMEZ_ALPHA_G1, HERMEZ_BETA_G2, KeyError, KeyId, KeyPoints, Phase1Source, PointError, Provenance,
        RawVerifyingKey, VerifyingKey,
    },
    rule::Capacity,
};

/// Bytes of the file that hold the circuit id: the only ones that no check of the file itself can judge.
const CIRCUIT_BYTES: std::ops::Range<usize> = 10..42;

fn make(points: &KeyPoints) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Development, points)
}

#[test]
fn a_key_comes_back_from_its_file() {
    let key = key();
    let bytes = key.to_bytes();
    // 47 bytes of header, then the points.
    assert_eq!((bytes.len(), RawVerifyingKey::POINTS_LEN, RawVerifyingKey::MAX_LEN), (431, 431 - 47, 531));
    let read = VerifyingKey::from_bytes(&bytes).unwrap();
    assert_eq!((read.id(), read.circuit(), read.capacity()), (key.id(), CIRCUIT, Capacity::C128));
    assert_eq!((read.points(), read.provenance()), (&points(), Provenance::Development));
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.verify(&proof().decode().unwrap(), &inputs()), Ok(()));
}

#[test]
fn the_id_is_the_plain_sha256_and_prints_as_hex() {
    let (key, bytes) = (key(), key().to_bytes());
    assert_eq!(key.id(), KeyId(Digest::of(&bytes).0));
    let text = key.id().to_string();
    assert_eq!((text.len(), text.parse()), (64, Ok(key.id())));
    assert!(text[1..].parse::<KeyId>().is_err() && format!("{text}0").parse::<KeyId>().is_err());
    assert_eq!(serde_json::from_str::<KeyId>(&serde_json::to_string(&key.id()).unwrap()).unwrap(), key.id());
}

#[test]
fn every_field_of_the_header_is_checked() {
    let good = key().to_bytes();
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        VerifyingKey::from_bytes(&bytes).map(|key| key.id())
    };
    assert_eq!(changed(0, b'Q'), Err(KeyError::Magic));
    assert_eq!(changed(9, 2), Err(KeyError::Length { found: 431, expected: 531 }));
    assert_eq!(changed(9, 3), Err(KeyError::Version(3)));
    assert_eq!(changed(8, 1), Err(KeyError::Version(257)));
    assert!(matches!(changed(45, 129), Err(KeyError::Capacity(_))));
    assert_eq!(changed(46, 2), Err(KeyError::Provenance { version: 1, code: 2 }));
    assert_eq!(changed(46, 0), Err(KeyError::Provenance { version: 1, code: 0 }));
    assert_ne!(changed(CIRCUIT_BYTES.start, 1).unwrap(), key().id());
    for length in 0..good.len() {
        assert!(VerifyingKey::from_bytes(&good[..length]).is_err(), "{length}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert_eq!(VerifyingKey::from_bytes(&longer).unwrap_err(), KeyError::Length { found: 432, expected: 431 });
}

/// The sum of the public file of power 8.
fn public_sum() -> [u8; 64] {
    hex::decode(FILES[0].1).unwrap().try_into().unwrap()
}

fn ceremony() -> Ceremony {
    Ceremony {
        phase1: Phase1Source::PublicHermez,
        phase1_blake2b: public_sum(),
        contributions: 0x0103,
        beacon: true,
        zkey: Digest([8; 32]),
    }
}

/// Points over the public powers of tau.
fn public_points() -> KeyPoints {
    KeyPoints { alpha_g1: HERMEZ_ALPHA_G1, beta_g2: HERMEZ_BETA_G2, ..points() }
}

fn ceremony_key(ceremony: Ceremony) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Ceremony(ceremony), &public_points())
}

#[test]
fn the_public_powers_of_tau_are_not_claimed_with_another_alpha_or_beta() {
    let (good, own) = (public_points(), points());
    for bent in [
        KeyPoints { alpha_g1: -good.alpha_g1, beta_g2: -good.beta_g2, ..own.clone() },
        KeyPoints { alpha_g1: own.alpha_g1, ..good.clone() },
        KeyPoints { beta_g2: own.beta_g2, ..good.clone() },
    ] {
        let refused = VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Ceremony(ceremony()), &bent).unwrap_err();
        assert!(refused.to_string().contains("its alpha and beta are not theirs"), "{refused}");
        let private = Ceremony { phase1: Phase1Source::Private, ..ceremony() };
        VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Ceremony(private), &bent).unwrap();
    }
}

#[test]
fn a_ceremony_key_has_its_own_version_and_comes_back() {
    let mut ids = std::collections::BTreeSet::from([key().id()]);
    let (source, single) = (Phase1Source::Private, 1);
    for given in [
        ceremony(),
        Ceremony { phase1: source, ..ceremony() },
        Ceremony { contributions: single, ..ceremony() },
        Ceremony { beacon: false, ..ceremony() },
        Ceremony { phase1_blake2b: [1; 64], phase1: source, ..ceremony() },
        Ceremony { zkey: Digest([1; 32]), ..ceremony() },
    ] {
        let bytes = ceremony_key(given).unwrap().to_bytes();
        let read = VerifyingKey::from_bytes(&bytes).unwrap();
        assert_eq!((bytes.len(), RawVerifyingKey::length(&bytes), &bytes[8..10]), (531, Ok(531), [0, 2].as_slice()));
        assert_eq!((read.provenance(), read.points()), (Provenance::Ceremony(given), &public_points()));
        assert_eq!((read.to_bytes(), read.id()), (bytes.clone(), KeyId(Digest::of(&bytes).0)));
        assert!(ids.insert(read.id()), "a part of the ceremony is not in the id");
    }
}

#[test]
fn what_a_ceremony_says_of_itself_has_one_encoding() {
    let good = ceremony_key(ceremony()).unwrap().to_bytes();
    let changed = |edits: &[(usize, u8)]| {
        let mut bytes = good.clone();
        for &(at, byte) in edits {
            bytes[at] = byte;
        }
        VerifyingKey::from_bytes(&bytes).map(|key| key.provenance())
    };
    // Magic 8, version 2, circuit 32, capacity 4, provenance at 46, source 47, BLAKE2b 48, contributions 112, beacon 114.
    assert_eq!(changed(&[(46, 1)]), Err(KeyError::Provenance { version: 2, code: 1 }));
    assert!(matches!(changed(&[(47, 2)]), Err(KeyError::Ceremony(why)) if why.contains("source 2")));
    assert!(matches!(changed(&[(114, 2)]), Err(KeyError::Ceremony(why)) if why.contains("beacon flag 2")));
    assert!(matches!(changed(&[(112, 0), (113, 0)]), Err(KeyError::Ceremony(why)) if why.contains("no contribution")));
    assert_eq!(changed(&[(9, 1)]), Err(KeyError::Length { found: 531, expected: 431 }));
    let none = Ceremony { contributions: 0, ..ceremony() };
    assert!(matches!(ceremony_key(none), Err(KeyError::Ceremony(_))));
    for length in 0..good.len() {
        assert!(VerifyingKey::from_bytes(&good[..length]).is_err(), "{length}");
    }
    assert!(VerifyingKey::from_bytes(&[good.as_slice(), &[0]].concat()).is_err());
    // A development key with a ceremony written into it, and a ceremony key with its ceremony cut out.
    let cut = [&good[..9], &[1], &good[10..46], &[1], &good[147..]].concat();
    assert_eq!(VerifyingKey::from_bytes(&cut).unwrap().provenance(), Provenance::Development);
    assert_ne!(VerifyingKey::from_bytes(&cut).unwrap().id(), ceremony_key(ceremony()).unwrap().id());
}

#[test]
fn only_with_one_of_their_sums_does_a_key_claim_the_public_powers_of_tau() {
    let refused = |key: Result<VerifyingKey, KeyError>| matches!(key, Err(KeyError::Ceremony(why)) if why.contains("none of their 21 files"));
    let good = ceremony_key(ceremony()).unwrap().to_bytes();
    for at in 0..64 {
        let mut sum = public_sum();
        sum[at] ^= 1;
        assert!(refused(ceremony_key(Ceremony { phase1_blake2b: sum, ..ceremony() })), "{at}");
        let mut bytes = good.clone();
        bytes[48 + at] ^= 1;
        assert!(refused(VerifyingKey::from_bytes(&bytes)), "{at}");
        // As a private one any sum will do.
        bytes[47] = 0;
        assert!(VerifyingKey::from_bytes(&bytes).is_ok(), "{at}");
    }
    for (_, sum) in FILES {
        let phase1_blake2b = hex::decode(sum).unwrap().try_into().unwrap();
        assert!(ceremony_key(Ceremony { phase1_blake2b, ..ceremony() }).is_ok());
    }
}

#[test]
fn a_provenance_says_what_it_is() {
    assert_eq!(Provenance::Development.to_string(), "development");
    let text = |ceremony| Provenance::Ceremony(ceremony).to_string();
    assert_eq!(
        text(ceremony()),
        "ceremony: 259 contributions and a beacon over the public powers-of-tau file (BLAKE2b d6a8fb3a…)"
    );
    let private = Ceremony { phase1: Phase1Source::Private, contributions: 1, beacon: false, ..ceremony() };
    assert_eq!(text(private), "ceremony: 1 contribution and no beacon over a private phase 1 (BLAKE2b d6a8fb3a…)");
}

#[test]
fn gamma_equal_to_delta_is_refused_with_either_sign() {
    for delta_g2 in [points().gamma_g2, -points().gamma_g2] {
        let broken = KeyPoints { delta_g2, ..points() };
        assert_eq!(make(&broken).unwrap_err(), KeyError::GammaIsDelta);
    }
    let mut bytes = key().to_bytes();
    let gamma: [u8; 64] = bytes[143..207].try_into().unwrap();
    bytes[207..271].copy_from_slice(&gamma);
    assert_eq!(VerifyingKey::from_bytes(&bytes).unwrap_err(), KeyError::GammaIsDelta);
}

#[test]
fn points_off_the_curve_outside_the_subgroup_or_infinite_are_refused() {
    let stray = g2_outside_the_subgroup();
    for (name, broken) in [
        ("beta", KeyPoints { beta_g2: stray, ..points() }),
        ("gamma", KeyPoints { gamma_g2: stray, ..points() }),
        ("delta", KeyPoints { delta_g2: stray, ..points() }),
    ] {
        assert_eq!(make(&broken).unwrap_err(), KeyError::Point(name, PointError::OutsideSubgroup));
    }
    for at in 0..5 {
        let mut broken = points();
        broken.ic[at] = G1Affine::zero();
        assert!(matches!(make(&broken), Err(KeyError::Point(_, PointError::Infinity))), "IC[{at}]");
    }
    let alpha_g1 = G1Affine::zero();
    assert_eq!(make(&KeyPoints { alpha_g1, ..points() }).unwrap_err(), KeyError::Point("alpha", PointError::Infinity));
    // (1, 3) has the x of a point and another y: compression would turn it into that point.
    let alpha_g1 = G1Affine::new_unchecked(1u64.into(), 3u64.into());
    assert!(make(&KeyPoints { alpha_g1, ..points() }).is_err());
}

#[test]
fn a_proof_under_one_key_fails_under_another() {
    for other in [
        KeyPoints { beta_g2: g2(77u64.into()), ..points() },
        KeyPoints { gamma_g2: g2(77u64.into()), ..points() },
        KeyPoints { delta_g2: g2(77u64.into()), ..points() },
        KeyPoints { alpha_g1: -points().alpha_g1, ..points() },
    ] {
        assert!(make(&other).unwrap().verify(&proof().decode().unwrap(), &inputs()).is_err());
    }
}

#[test]
fn every_single_bit_flip_is_refused_or_changes_the_id_and_the_equation() {
    let (good, id) = (key().to_bytes(), key().id());
    let points = proof().decode().unwrap();
    for bit in 0..8 * good.len() {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // Another x can be that of another point, and the sign bit gives the negative: such a key is well formed.
        let Ok(other) = VerifyingKey::from_bytes(&bytes) else { continue };
        assert_ne!(other.id(), id, "bit {bit}");
        assert_eq!(other.verify(&points, &inputs()).is_ok(), CIRCUIT_BYTES.contains(&(bit / 8)), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2 * RawVerifyingKey::MAX_LEN)) {
        prop_assert!(VerifyingKey::from_bytes(&bytes).is_err());
    }

    #[test]
    fn random_points_behind_a_good_header_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = key().to_bytes();
        let start = bytes.len().saturating_sub(tail.len());
        for (at, byte) in (start..).zip(&tail).take(bytes.len() - start) {
            bytes[at] = *byte;
        }
        if let Ok(read) = VerifyingKey::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }
}
