use std::num::NonZeroUsize;

use ark_bn254::{Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, PrimeField};

use super::{g1, inputs, key, proof, trapdoor_proof};
use crate::keys::{Claimed, KeyId, ProofError, ProofPoints, batch::Coefficients};

/// A proof that holds, one of as many as are wanted.
fn valid(number: u64) -> Claimed {
    let inputs = [number, 7 * number, 8, u64::MAX - number].map(|x| Fr::from(x) * Fr::from(u64::MAX));
    let proof = trapdoor_proof(&inputs, (1000 + number).into(), (2_000_000 + number).into());
    Claimed { proof: proof.decode().unwrap(), inputs }
}

fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

fn one_by_one(claims: &[Claimed]) -> Vec<Result<(), ProofError>> {
    claims.iter().map(|claim| key().verify(&claim.proof, &claim.inputs)).collect()
}

/// The claims with `point` added to C of one, and subtracted from C of another.
fn with_moved(claims: &[Claimed], (one, plus): (usize, G1Affine), (other, minus): (usize, G1Affine)) -> Vec<Claimed> {
    let mut claims = claims.to_vec();
    claims[one].proof.c = (claims[one].proof.c + plus).into_affine();
    claims[other].proof.c = (claims[other].proof.c - minus).into_affine();
    claims
}

#[test]
fn a_batch_of_any_size_and_on_any_threads_holds_when_all_do() {
    let claims: Vec<Claimed> = (0..70).map(valid).collect();
    for length in [0, 1, 2, 3, 17, 32, 33, 70] {
        for n in [1, 2, 3, 8] {
            assert!(key().all_hold(&claims[..length], threads(n)), "{length} on {n}");
        }
        assert_eq!(key().verify_each(&claims[..length], threads(2)), vec![Ok(()); length]);
    }
    // The same proof twice is no error.
    assert!(key().all_hold(&[claims[0], claims[0]], threads(1)));
}

#[test]
fn the_culprits_are_named_wherever_they_are() {
    let good: Vec<Claimed> = (0..50).map(valid).collect();
    for bad in [vec![0], vec![49], vec![15, 16], vec![3, 31, 32, 47], (0..50).collect()] {
        let mut claims = good.clone();
        for &at in &bad {
            claims[at].inputs[at % 4] += Fr::from(1u64);
        }
        for n in [1, 3] {
            let told = key().verify_each(&claims, threads(n));
            let culprits: Vec<usize> = (0..50).filter(|&i| told[i] == Err(ProofError::Equation)).collect();
            assert_eq!(culprits, bad);
            assert_eq!(told, one_by_one(&claims));
        }
    }
}

#[test]
fn each_point_and_each_input_counts() {
    let good: Vec<Claimed> = (0..3).map(valid).collect();
    let other = valid(9).proof;
    let bends: [fn(&mut Claimed, &ProofPoints); 5] = [
        |claim, other| claim.proof.a = other.a,
        |claim, other| claim.proof.b = other.b,
        |claim, other| claim.proof.c = other.c,
        |claim, _| claim.proof.a = -claim.proof.a,
        |claim, _| claim.proof.b = -claim.proof.b,
    ];
    for (number, bend) in bends.into_iter().enumerate() {
        let mut claims = good.clone();
        bend(&mut claims[1], &other);
        assert!(!key().all_hold(&claims, threads(1)), "bend {number}");
    }
    for at in 0..4 {
        let mut claims = good.clone();
        claims[2].inputs[at] -= Fr::from(1u64);
        assert!(!key().all_hold(&claims, threads(1)), "input {at}");
    }
    let mut swapped = good.clone();
    (swapped[0].inputs, swapped[1].inputs) = (good[1].inputs, good[0].inputs);
    assert!(!key().all_hold(&swapped, threads(1)));
    // The second proof that everyone can make of a first one holds here too.
    let mut negated = good.clone();
    (negated[0].proof.a, negated[0].proof.b) = (-good[0].proof.a, -good[0].proof.b);
    assert!(key().all_hold(&negated, threads(1)));
}

#[test]
fn errors_do_not_cancel() {
    let good: Vec<Claimed> = (0..20).map(valid).collect();
    let error = g1(777u64.into());
    // With equal coefficients these two would pass: both stray by the same, one up and one down.
    for (one, other) in [(0, 1), (0, 19), (7, 8)] {
        let claims = with_moved(&good, (one, error), (other, error));
        let told = key().verify_each(&claims, threads(2));
        let culprits: Vec<usize> = (0..20).filter(|&i| told[i].is_err()).collect();
        assert_eq!(culprits, [one, other]);
    }
    // Nor do they against the coefficients of the batch without errors: those of a batch with them are others.
    let before = Coefficients::new(key().id(), &good);
    let (up, down) = ((error * before.of(1)).into(), (error * before.of(0)).into());
    let claims = with_moved(&good, (0, up), (1, down));
    assert!(!key().all_hold(&claims, threads(1)));
}

#[test]
fn coefficients_hang_on_everything_and_have_128_bits() {
    let claims: Vec<Claimed> = (0..3).map(valid).collect();
    let id = key().id();
    let all = |claims: &[Claimed], id| {
        let coefficients = Coefficients::new(id, claims);
        (0..3).map(|number| coefficients.of(number)).collect::<Vec<Fr>>()
    };
    let base = all(&claims, id);
    assert_eq!(all(&claims, id), base);
    let mut others = vec![all(&claims[..2], id), all(&claims, KeyId([1; 32]))];
    for at in 0..3 {
        for input in 0..4 {
            let mut changed = claims.clone();
            changed[at].inputs[input] += Fr::from(1u64);
            others.push(all(&changed, id));
        }
        for bend in [
            (|proof| proof.a = -proof.a) as fn(&mut ProofPoints),
            |proof| proof.b = -proof.b,
            |proof| proof.c = (proof.c + G1Affine::generator()).into_affine(),
        ] {
            let mut changed = claims.clone();
            bend(&mut changed[at].proof);
            others.push(all(&changed, id));
        }
    }
    others.push(all(&[claims[1], claims[0], claims[2]], id));
    for other in others {
        assert!(other.iter().zip(&base).all(|(one, two)| one != two));
    }
    let coefficients = Coefficients::new(id, &claims);
    let mut bits = [0u32; 256];
    for number in 0..400 {
        let bytes = coefficients.of(number).into_bigint().to_bits_le();
        bits.iter_mut().zip(bytes).for_each(|(sum, bit)| *sum += u32::from(bit));
    }
    // Each of the low 128 bits is set about every second time, none above them ever.
    assert!(bits[..128].iter().all(|sum| (120..280).contains(sum)), "{bits:?}");
    assert!(bits[128..].iter().all(|sum| *sum == 0), "{bits:?}");
}

/// Computed apart from this code, with Python's hashlib, from the bytes that `coefficients.rs` describes.
#[test]
fn the_coefficients_are_those_that_are_described() {
    let claim = Claimed { proof: proof().decode().unwrap(), inputs: inputs() };
    let coefficients = Coefficients::new(KeyId([9; 32]), &[claim, claim]);
    let hex = |number| hex::encode(&coefficients.of(number).into_bigint().to_bytes_be()[16..]);
    assert_eq!([hex(0), hex(1)], ["6b67daec318160d7b85ec844d48cec18", "07315fb366c53f5e32cf5e3be7517503"]);
}
