use ark_bn254::{Bn254, Fr};
use ark_ec::pairing::Pairing;
use pot_protocol::keys::{KeyId, VerifyingKey};

use super::{Parameters, ProvingKey};
use crate::{
    SetupError,
    formats::{r1cs::R1cs, zkey::Zkey},
    toy,
};

fn same(a: &Parameters, b: &Parameters) -> bool {
    a.points() == b.points() && a.coefficients() == b.coefficients() && a.domain == b.domain
}

fn read(bytes: &[u8], verifying: &VerifyingKey) -> Result<ProvingKey, SetupError> {
    Zkey::parse("t.zkey", bytes).and_then(|zkey| ProvingKey::checked(&zkey, verifying.clone()))
}

#[test]
fn a_key_comes_back_from_its_zkey() {
    let key = toy::key();
    let bytes = key.parameters().to_zkey().unwrap();
    let zkey = Zkey::parse("t.zkey", &bytes).unwrap();
    for back in
        [ProvingKey::trusted(&zkey, key.verifying().clone()), ProvingKey::checked(&zkey, key.verifying().clone())]
    {
        let back = back.unwrap();
        assert!(same(back.parameters(), key.parameters()) && back.id() == key.id());
    }
    assert!(zkey.mpc.contributions.is_empty());
    assert_eq!((zkey.header.n_vars, zkey.header.n_public, zkey.header.domain_size), (6, 4, 16));
}

#[test]
fn two_keys_of_one_circuit_share_nothing() {
    let (one, two) = (toy::key(), toy::key());
    assert_ne!(one.id(), two.id());
    assert_ne!(one.parameters().points().delta_g1, two.parameters().points().delta_g1);
    assert_ne!(one.parameters().points().vk.alpha_g1, two.parameters().points().vk.alpha_g1);
}

#[test]
fn the_zkey_of_another_verifying_key_is_refused() {
    let (one, two) = (toy::key(), toy::key());
    let error = read(&one.parameters().to_zkey().unwrap(), two.verifying()).unwrap_err();
    assert!(error.to_string().contains("not the proving key of this verifying key"), "{error}");
}

#[test]
fn no_bit_flip_panics_and_none_goes_unseen() {
    let key = toy::key();
    let bytes = key.parameters().to_zkey().unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        if let Ok(read) = read(&flipped, key.verifying()) {
            // The circuit's hash and nothing else is no part of the key in memory.
            assert!(!same(read.parameters(), key.parameters()) || at >= bytes.len() - 68, "byte {at}");
        }
    }
}

#[test]
fn a_point_off_its_curve_passes_only_where_the_hash_is_pinned() {
    let key = toy::key();
    let mut changed = key.parameters().clone();
    changed.points.h_query[3].y.0.0[0] ^= 1;
    let bytes = changed.to_zkey().unwrap();
    let zkey = Zkey::parse("t.zkey", &bytes).unwrap();
    assert!(ProvingKey::trusted(&zkey, key.verifying().clone()).is_ok());
    let error = read(&bytes, key.verifying()).unwrap_err().to_string();
    assert!(error.contains("section 9, point 3 is not on the curve"), "{error}");
}

#[test]
fn the_full_check_takes_a_good_key_and_names_each_wrong_part() {
    let (key, circuit) = (toy::key(), R1cs::of(toy::Powers(None)).unwrap());
    key.check(&circuit).unwrap();
    let refused = |change: &dyn Fn(&mut Parameters), what: &str| {
        let mut key = key.clone();
        change(&mut key.parameters);
        let error = key.check(&circuit).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    refused(&|p| p.coefficients[2].value += Fr::from(1u64), "coefficients");
    refused(&|p| p.points.vk.gamma_g2 = p.points.vk.beta_g2, "gamma");
    refused(&|p| p.points.beta_g1 = p.points.delta_g1, "beta");
    refused(&|p| p.points.delta_g1 = p.points.beta_g1, "delta");
    refused(&|p| p.points.b_g1_query.swap(4, 5), "B differs");
    refused(&|p| p.points.b_g2_query.swap(4, 5), "B differs");
}

#[test]
fn the_points_of_a_key_are_those_of_the_format() {
    // L holds (beta·A + alpha·B + C)/delta: for x, wire 5, e(L, delta) is the product of the three pairings. C is 0 there.
    let key = toy::key();
    let p = key.parameters().points();
    let right = Bn254::multi_pairing([p.a_query[5], p.vk.alpha_g1], [p.vk.beta_g2, p.b_g2_query[5]]);
    assert_eq!(Bn254::pairing(p.l_query[0], p.vk.delta_g2), right);
    assert_ne!(key.id(), KeyId([0; 32]));
}
