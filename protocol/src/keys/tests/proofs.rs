use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::Field;
use proptest::prelude::*;

use super::{g1, g2_outside_the_subgroup, inputs, key, proof, trapdoor_proof};
use crate::keys::{PointError, ProofBytes, ProofError, ProofPoints};

fn check(proof: &ProofBytes, inputs: &[Fr; 4]) -> Result<(), ProofError> {
    key().verify(&proof.decode()?, inputs)
}

#[test]
fn an_honest_proof_holds_and_only_for_its_own_inputs() {
    assert_eq!(check(&proof(), &inputs()), Ok(()));
    for at in 0..4 {
        for change in [Fr::from(1u64), -Fr::from(1u64), Fr::from(1u64 << 40)] {
            let mut other = inputs();
            other[at] += change;
            assert_eq!(check(&proof(), &other), Err(ProofError::Equation), "input {at}");
        }
    }
    let [d, rho, pi, v] = inputs();
    assert_eq!(check(&proof(), &[rho, d, pi, v]), Err(ProofError::Equation));
}

#[test]
fn every_single_bit_flip_is_refused() {
    let key = key();
    for bit in 0..8 * ProofBytes::LEN {
        let mut bytes = proof();
        bytes.0[bit / 8] ^= 1 << (bit % 8);
        let outcome = bytes.decode().and_then(|points| key.verify(&points, &inputs()));
        assert!(outcome.is_err(), "bit {bit}");
    }
}

#[test]
fn negating_both_a_and_b_is_the_known_second_proof_and_negating_one_is_none() {
    let points = proof().decode().unwrap();
    let encoded = |a: G1Affine, b: G2Affine, c: G1Affine| ProofPoints::encode(&a, &b, &c);
    assert_eq!(check(&encoded(-points.a, -points.b, points.c), &inputs()), Ok(()));
    assert_eq!(check(&encoded(-points.a, points.b, points.c), &inputs()), Err(ProofError::Equation));
    assert_eq!(check(&encoded(points.a, -points.b, points.c), &inputs()), Err(ProofError::Equation));
    assert_eq!(check(&encoded(points.a, points.b, -points.c), &inputs()), Err(ProofError::Equation));
}

#[test]
fn bad_points_are_named() {
    let points = proof().decode().unwrap();
    let bad_b = ProofPoints::encode(&points.a, &g2_outside_the_subgroup(), &points.c);
    assert_eq!(bad_b.decode(), Err(ProofError::Point("B", PointError::OutsideSubgroup)));
    let no_a = ProofPoints::encode(&G1Affine::zero(), &points.b, &points.c);
    assert_eq!(no_a.decode(), Err(ProofError::Point("A", PointError::Infinity)));
    let no_c = ProofPoints::encode(&points.a, &points.b, &G1Affine::zero());
    assert_eq!(no_c.decode(), Err(ProofError::Point("C", PointError::Infinity)));
    // A point of order r for every coordinate, and no more than that, still proves nothing.
    let unrelated = ProofPoints::encode(&g1(9u64.into()), &points.b, &points.c);
    assert_eq!(check(&unrelated, &inputs()), Err(ProofError::Equation));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_never_panic_and_never_prove(bytes in proptest::collection::vec(any::<u8>(), ProofBytes::LEN)) {
        let proof = ProofBytes(bytes.try_into().unwrap());
        prop_assert!(check(&proof, &inputs()).is_err());
    }

    #[test]
    fn the_equation_holds_for_all_inputs(x in any::<[u64; 4]>(), a in 1u64.., b in 1u64..) {
        let x = x.map(|limb| Fr::from(limb).pow([0x9e37_79b9_7f4a_7c15]));
        prop_assert_eq!(check(&trapdoor_proof(&x, a.into(), b.into()), &x), Ok(()));
    }
}
