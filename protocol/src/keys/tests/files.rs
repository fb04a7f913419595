use ark_bn254::G1Affine;
use ark_ec::AffineRepr;
use proptest::prelude::*;

use super::{CIRCUIT, g2, g2_outside_the_subgroup, inputs, key, points, proof};
use crate::{
    digest::Digest,
    keys::{KeyError, KeyId, KeyPoints, PointError, Provenance, RawVerifyingKey, VerifyingKey},
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
    assert_eq!(bytes.len(), RawVerifyingKey::LEN);
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
    assert_eq!(changed(9, 2), Err(KeyError::Version(2)));
    assert!(matches!(changed(45, 129), Err(KeyError::Capacity(_))));
    assert_eq!(changed(46, 2), Err(KeyError::Provenance(2)));
    assert_eq!(changed(46, 0), Err(KeyError::Provenance(0)));
    assert_ne!(changed(CIRCUIT_BYTES.start, 1).unwrap(), key().id());
    for length in 0..good.len() {
        assert!(VerifyingKey::from_bytes(&good[..length]).is_err(), "{length}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert_eq!(VerifyingKey::from_bytes(&longer).unwrap_err(), KeyError::Length(good.len() + 1));
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
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2 * RawVerifyingKey::LEN)) {
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
