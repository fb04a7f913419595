use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;
use proptest::prelude::*;

use super::{ProvingKey, coordinates::Coordinates};
use crate::{SetupError, toy};

fn same(a: &ProvingKey, b: &ProvingKey) -> bool {
    a.parameters() == b.parameters() && a.id() == b.id()
}

#[test]
fn a_key_comes_back_from_its_file() {
    let key = toy::key();
    assert!(same(&ProvingKey::from_trusted_bytes(&key.to_bytes()).unwrap(), &key));
}

#[test]
fn two_keys_of_one_circuit_share_nothing() {
    let (one, two) = (toy::key(), toy::key());
    assert_ne!(one.id(), two.id());
    assert_ne!(one.parameters().delta_g1, two.parameters().delta_g1);
    assert_ne!(one.parameters().vk.alpha_g1, two.parameters().vk.alpha_g1);
}

#[test]
fn points_are_written_as_in_a_zkey() {
    let mut out = Vec::new();
    G1Affine::generator().write(&mut out);
    // The Montgomery form of 1, R mod q, little-endian, as snarkjs writes it.
    assert_eq!(
        out[..32],
        [
            0x9d, 0x0d, 0x8f, 0xc5, 0x8d, 0x43, 0x5d, 0xd3, 0x3d, 0x0b, 0xc7, 0xf5, 0x28, 0xeb, 0x78, 0x0a, 0x2c, 0x46,
            0x79, 0x78, 0x6f, 0xa3, 0x6e, 0x66, 0x2f, 0xdf, 0x07, 0x9a, 0xc1, 0x77, 0x0a, 0x0e
        ]
    );
    for point in [G2Affine::generator(), -G2Affine::generator(), G2Affine::zero()] {
        let mut out = Vec::new();
        point.write(&mut out);
        assert_eq!(out.len(), G2Affine::LEN);
        assert_eq!(G2Affine::read(&mut out.as_slice()), Some(point));
        assert_eq!(G2Affine::read(&mut &out[1..]), None);
    }
}

#[test]
fn a_coordinate_above_the_modulus_is_refused() {
    let bytes: Vec<u8> = Fq::MODULUS.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    assert_eq!(Fq::read(&mut bytes.as_slice()), None);
}

#[test]
fn every_truncation_is_refused() {
    let bytes = toy::key().to_bytes();
    for length in (0..500).chain((500..bytes.len()).step_by(17)).chain([bytes.len() - 1]) {
        assert!(ProvingKey::from_trusted_bytes(&bytes[..length]).is_err(), "{length}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(matches!(ProvingKey::from_trusted_bytes(&longer), Err(SetupError::Layout(_))));
}

#[test]
fn a_forged_length_allocates_nothing() {
    let mut bytes = toy::key().to_bytes();
    for at in [42, 46, 50, 54, 58] {
        let good = bytes[at..at + 4].to_vec();
        bytes[at..at + 4].copy_from_slice(&[0xff; 4]);
        assert!(matches!(ProvingKey::from_trusted_bytes(&bytes), Err(SetupError::Layout(_))), "{at}");
        bytes[at..at + 4].copy_from_slice(&good);
    }
    assert!(ProvingKey::from_trusted_bytes(&bytes).is_ok());
}

#[test]
fn no_bit_flip_panics_and_none_goes_unseen() {
    let key = toy::key();
    let bytes = key.to_bytes();
    for at in (0..500).chain((500..bytes.len()).step_by(7)) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        if let Ok(read) = ProvingKey::from_trusted_bytes(&flipped) {
            assert!(!same(&read, &key), "byte {at}");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(ProvingKey::from_trusted_bytes(&bytes).is_err());
        let with_magic = [b"POTPKEY1\x00\x01".as_slice(), &bytes].concat();
        prop_assert!(ProvingKey::from_trusted_bytes(&with_magic).is_err());
    }
}
