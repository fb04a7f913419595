//! Against arkworks' multi-scalar multiplication, and each part against its definition.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Projective};
use ark_ec::{
    AffineRepr, PrimeGroup, VariableBaseMSM,
    short_weierstrass::{Affine, Projective, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, Field, PrimeField};
use proptest::prelude::*;

use super::{Signed, Windows, list_sums, msm, signed, weighted_sum};

/// Scalars as a witness has them: mostly short, of either sign, some of full length, and those next to r/2.
fn scalar() -> impl Strategy<Value = Fr> {
    let half = Fr::from(2u64).inverse().unwrap();
    let signed = |value: Fr, negative: bool| if negative { -value } else { value };
    prop_oneof![
        2 => (0u64..3, any::<bool>()).prop_map(move |(v, n)| signed(Fr::from(v), n)),
        2 => (any::<u64>(), 0u32..64, any::<bool>()).prop_map(move |(v, shift, n)| signed(Fr::from(v >> shift), n)),
        2 => any::<[u8; 32]>().prop_map(|bytes| Fr::from_le_bytes_mod_order(&bytes)),
        1 => (0u64..4, any::<bool>()).prop_map(move |(v, n)| signed(half + Fr::from(v), n)),
    ]
}

/// Few distinct points, so that equal ones, opposite ones and the identity meet.
fn point<P: SWCurveConfig>(choice: i8) -> Affine<P> {
    let multiple = Projective::<P>::generator() * P::ScalarField::from(choice.unsigned_abs());
    Affine::from(if choice < 0 { -multiple } else { multiple })
}

fn naive<P: SWCurveConfig>(points: &[Affine<P>]) -> Projective<P> {
    points.iter().fold(Projective::ZERO, |sum, point| sum + point)
}

fn agrees<P: SWCurveConfig<ScalarField = Fr>>(terms: &[(i8, Fr)])
where
    Projective<P>: VariableBaseMSM<MulBase = Affine<P>, ScalarField = Fr>,
{
    let (bases, scalars): (Vec<Affine<P>>, Vec<Fr>) = terms.iter().map(|&(p, s)| (point(p), s)).unzip();
    let expected: Projective<P> = VariableBaseMSM::msm(&bases, &scalars).unwrap();
    assert_eq!(msm(&bases, &signed(&scalars)), expected);
}

/// 0 ≤ digit ≤ 2^(width−1), and all together are the scalar.
fn recompose(windows: Windows, scalar: Fr) -> Fr {
    let signed = Signed::from(&scalar);
    let carrier = windows.carrier(&signed);
    let shift = Fr::from(1u64 << windows.width());
    let value = (0..windows.count()).rev().fold(Fr::ZERO, |value, window| {
        let (negative, digit) = windows.digit(&carrier, window);
        assert!(digit <= windows.buckets());
        let digit = Fr::from(u64::try_from(digit).unwrap());
        value * shift + if negative { -digit } else { digit }
    });
    if signed.negative { -value } else { value }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equals_that_of_arkworks(terms in proptest::collection::vec((-3i8..=3, scalar()), 0..200)) {
        agrees::<ark_bn254::g1::Config>(&terms);
        agrees::<ark_bn254::g2::Config>(&terms);
    }

    #[test]
    fn digits_recompose_to_the_scalar(scalar in scalar(), width in 3usize..=16) {
        let bits = Signed::from(&scalar).bits();
        for bits in [bits, 253] {
            prop_assert_eq!(recompose(Windows::new(width, bits), scalar), scalar);
        }
    }

    #[test]
    fn lists_are_summed_each_by_itself(lists in proptest::collection::vec(proptest::collection::vec(-3i8..=3, 0..40), 0..80)) {
        let lists: Vec<Vec<G1Affine>> = lists.into_iter().map(|l| l.into_iter().map(point).collect()).collect();
        let lengths: Vec<usize> = lists.iter().map(Vec::len).collect();
        let sums = list_sums(lists.concat(), &lengths);
        prop_assert_eq!(sums, lists.iter().map(|list| naive(list).into()).collect::<Vec<G1Affine>>());
    }
}

#[test]
fn a_long_list_takes_several_batches() {
    let points: Vec<G1Affine> = (1..3000u64).map(|i| (G1Projective::generator() * Fr::from(i * i)).into()).collect();
    assert_eq!(
        list_sums(points.clone(), &[2000, 999]),
        [naive(&points[..2000]), naive(&points[2000..])].map(Affine::from)
    );
}

#[test]
fn buckets_are_weighted_by_their_digit() {
    for log in 2..8 {
        let buckets: Vec<G1Affine> = (0..1i8 << (log - 1)).map(|i| point(i % 7 - 3)).collect();
        let expected = buckets.iter().zip(1u64..).fold(G1Projective::ZERO, |sum, (b, w)| sum + *b * Fr::from(w));
        assert_eq!(weighted_sum(&buckets), expected);
    }
}

#[test]
fn nothing_sums_to_the_identity() {
    assert_eq!(msm::<ark_bn254::g2::Config>(&[], &[]), G2Projective::ZERO);
    assert_eq!(
        msm(&[G1Affine::generator(), G1Affine::identity()], &signed(&[Fr::ZERO, Fr::from(5u64)])),
        G1Projective::ZERO
    );
}
