//! Many proofs under one key, by one product of pairings: for coefficients r
//!
//! ```text
//! Π e(rᵢ·Aᵢ, Bᵢ)  =  e(α, β)^Σrᵢ · e(Σⱼ (Σᵢ rᵢ·xᵢⱼ)·ICⱼ, γ) · e(Σ rᵢ·Cᵢ, δ)        (xᵢ₀ = 1)
//! ```
//!
//! One proof costs a Miller loop and two short multiplications instead of three loops, the multiplications of all its inputs
//! and a final exponentiation. `coefficients.rs` says why a batch with a false proof does not pass.
//!
//! The equation is one in groups of prime order r alone: with a B outside the subgroup, an error of small order would pass
//! with a probability of one in that order. So only [`ProofPoints`] come in, which are decoded with that check, and inputs are
//! reduced by their type.

mod coefficients;

use std::num::NonZeroUsize;

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective};
use ark_ec::{
    AffineRepr, CurveGroup, VariableBaseMSM,
    pairing::{MillerLoopOutput, Pairing},
};
use ark_ff::{AdditiveGroup, Field, PrimeField, Zero};

pub(super) use self::coefficients::Coefficients;
use super::{
    ProofError, ProofPoints, VerifyingKey,
    pairing::{PreparedG1, PreparedG2},
    raw::{IC_LEN, INPUTS},
};
use crate::parallel;

/// A proof and the public inputs that it is to hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The points of the proof.
    pub proof: ProofPoints,
    /// The public inputs.
    pub inputs: [Fr; INPUTS],
}

/// How many proofs are told apart by a batch of their own, where a larger one does not hold.
const FEW: usize = 16;
/// How many Miller loops are under way at a time: their lines take 17 kB each.
const LOOPS: usize = 32;

impl VerifyingKey {
    /// Checks many proofs, each for its own inputs, on up to `threads` threads, and says of each what
    /// [`VerifyingKey::verify`] says of it. That a false proof passes takes luck of 2^-128 for every batch that its maker
    /// tries.
    ///
    /// Where all hold, this takes a third of the time of single checks or less. Where some do not, they are looked for in small
    /// batches and then one by one; when all are false this takes up to twice the time of single checks.
    pub fn verify_each(&self, claims: &[Claimed], threads: NonZeroUsize) -> Vec<Result<(), ProofError>> {
        if self.all_hold(claims, threads) {
            return vec![Ok(()); claims.len()];
        }
        let few: Vec<_> = claims.chunks(FEW).collect();
        let told = parallel::map(&few, threads, |few| {
            if few.len() < claims.len() && self.all_hold(few, NonZeroUsize::MIN) {
                return vec![Ok(()); few.len()];
            }
            few.iter().map(|claim| self.verify(&claim.proof, &claim.inputs)).collect()
        });
        told.into_iter().flatten().collect()
    }

    /// Whether all proofs hold.
    pub(super) fn all_hold(&self, claims: &[Claimed], threads: NonZeroUsize) -> bool {
        if let [claim] = claims {
            return self.verify(&claim.proof, &claim.inputs).is_ok();
        }
        let coefficients = Coefficients::new(self.id(), claims);
        let sums = parallel::in_runs(claims, threads, |first, run| Sums::of(first, run, &coefficients));
        let Sums { product, c, inputs } = sums.iter().fold(Sums::none(), Sums::plus);
        let public = self.points().ic.iter().zip(inputs).map(|(point, x)| *point * x).sum::<G1Projective>();
        let [public, c] = [public, c].map(|sum| PreparedG1::from(sum.into_affine()));
        let fixed = Bn254::multi_miller_loop(
            [public, c],
            [self.prepared.minus_gamma.clone(), self.prepared.minus_delta.clone()],
        );
        let [all, ..] = inputs;
        // The error of a product of zero is none: a Miller loop over points of the groups is never zero.
        Bn254::final_exponentiation(MillerLoopOutput(product * fixed.0))
            .is_some_and(|value| value == self.prepared.alpha_beta * all)
    }
}

/// What a run of the proofs adds to the equation.
struct Sums {
    /// Π of the Miller loops of (rᵢ·Aᵢ, Bᵢ).
    product: <Bn254 as Pairing>::TargetField,
    /// Σ rᵢ·Cᵢ.
    c: G1Projective,
    /// Σ rᵢ, then Σ rᵢ·xᵢⱼ.
    inputs: [Fr; IC_LEN],
}

impl Sums {
    fn none() -> Self {
        Self { product: Field::ONE, c: G1Projective::zero(), inputs: [Fr::ZERO; IC_LEN] }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.product *= other.product;
        self.c += other.c;
        self.inputs.iter_mut().zip(other.inputs).for_each(|(sum, x)| *sum += x);
        self
    }

    /// Of the proofs from number `first` on.
    fn of(first: usize, claims: &[Claimed], coefficients: &Coefficients) -> Self {
        let factors: Vec<Fr> = (first..).map(|number| coefficients.of(number)).take(claims.len()).collect();
        let numbers: Vec<_> = factors.iter().map(|factor| factor.into_bigint()).collect();
        let mut sums = Self::none();
        for (claims, numbers) in claims.chunks(LOOPS).zip(numbers.chunks(LOOPS)) {
            let scaled: Vec<_> = claims.iter().zip(numbers).map(|(claim, r)| claim.proof.a.mul_bigint(r)).collect();
            let loops = Bn254::multi_miller_loop(
                G1Projective::normalize_batch(&scaled).into_iter().map(PreparedG1::from),
                claims.iter().map(|claim| PreparedG2::from(claim.proof.b)),
            );
            sums.product *= loops.0;
        }
        for (claim, factor) in claims.iter().zip(&factors) {
            let [all, inputs @ ..] = &mut sums.inputs;
            *all += factor;
            inputs.iter_mut().zip(claim.inputs).for_each(|(sum, x)| *sum += x * factor);
        }
        let points: Vec<G1Affine> = claims.iter().map(|claim| claim.proof.c).collect();
        sums.c = G1Projective::msm_bigint(&points, &numbers);
        sums
    }
}
