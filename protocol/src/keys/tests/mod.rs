//! Keys and proofs made with a known trapdoor: whoever knows α, β, γ, δ can write down a proof for any inputs, which
//! tests the equation without a circuit.

mod batches;
mod files;
mod points;
mod proofs;
mod standing;

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;

use super::{KeyPoints, ProofBytes, ProofPoints, Provenance, VerifyingKey};
use crate::{digest::Digest, rule::Capacity};

const CIRCUIT: Digest = Digest([7; 32]);
const ALPHA: u64 = 1009;
const BETA: u64 = 2003;
const GAMMA: u64 = 3001;
const DELTA: u64 = 4001;
const IC: [u64; 5] = [11, 22, 33, 44, 55];

pub(super) fn g1(scalar: Fr) -> G1Affine {
    (G1Projective::generator() * scalar).into_affine()
}

pub(super) fn g2(scalar: Fr) -> G2Affine {
    (G2Projective::generator() * scalar).into_affine()
}

pub(super) fn points() -> KeyPoints {
    KeyPoints {
        alpha_g1: g1(ALPHA.into()),
        beta_g2: g2(BETA.into()),
        gamma_g2: g2(GAMMA.into()),
        delta_g2: g2(DELTA.into()),
        ic: IC.map(|k| g1(k.into())),
    }
}

pub(super) fn key() -> VerifyingKey {
    VerifyingKey::new(CIRCUIT, Capacity::C128, Provenance::Development, &points()).unwrap()
}

pub(super) fn inputs() -> [Fr; 4] {
    [5u64, 6, 7, 8].map(Fr::from)
}

/// A proof for `inputs` out of the trapdoor and two free scalars.
fn trapdoor_proof(inputs: &[Fr; 4], a: Fr, b: Fr) -> ProofBytes {
    let ic = IC[1..].iter().zip(inputs).fold(Fr::from(IC[0]), |sum, (&k, x)| sum + Fr::from(k) * x);
    let c = (a * b - Fr::from(ALPHA) * Fr::from(BETA) - ic * Fr::from(GAMMA)) * Fr::from(DELTA).inverse().unwrap();
    ProofPoints::encode(&g1(a), &g2(b), &g1(c))
}

pub(super) fn proof() -> ProofBytes {
    trapdoor_proof(&inputs(), 123_456_789u64.into(), 987_654_321u64.into())
}

/// A point that satisfies G2's curve equation and lies outside the prime-order subgroup.
pub(super) fn g2_outside_the_subgroup() -> G2Affine {
    (1u64..1000)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(1u64)), false))
        .find(|point| point.is_on_curve() && !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap()
}
