//! The Groth16 equation: e(A, B) = e(α, β) · e(IC(x), γ) · e(C, δ).

use ark_bn254::{Bn254, Fr, G2Affine};
use ark_ec::{
    AffineRepr, CurveGroup,
    pairing::{Pairing, PairingOutput},
};

use super::{KeyPoints, ProofError, ProofPoints, VerifyingKey, raw::INPUTS};

pub(super) type PreparedG1 = <Bn254 as Pairing>::G1Prepared;
pub(super) type PreparedG2 = <Bn254 as Pairing>::G2Prepared;

/// The part of the equation that no proof changes.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) alpha_beta: PairingOutput<Bn254>,
    pub(super) minus_gamma: PreparedG2,
    pub(super) minus_delta: PreparedG2,
}

impl Prepared {
    pub(super) fn new(points: &KeyPoints) -> Self {
        let minus = |point: G2Affine| PreparedG2::from(-point);
        Self {
            alpha_beta: Bn254::pairing(points.alpha_g1, points.beta_g2),
            minus_gamma: minus(points.gamma_g2),
            minus_delta: minus(points.delta_g2),
        }
    }
}

impl VerifyingKey {
    /// Checks a proof for these public inputs. Needs no randomness; takes under a millisecond.
    ///
    /// # Errors
    /// [`ProofError::Equation`] when the proof does not hold.
    pub fn verify(&self, proof: &ProofPoints, inputs: &[Fr; INPUTS]) -> Result<(), ProofError> {
        let [constant, ic @ ..] = &self.points().ic;
        let ic = ic.iter().zip(inputs).fold(constant.into_group(), |sum, (point, x)| sum + *point * x);
        let product = Bn254::multi_miller_loop(
            [proof.a, ic.into_affine(), proof.c].map(PreparedG1::from),
            [PreparedG2::from(proof.b), self.prepared.minus_gamma.clone(), self.prepared.minus_delta.clone()],
        );
        match Bn254::final_exponentiation(product) {
            Some(value) if value == self.prepared.alpha_beta => Ok(()),
            _ => Err(ProofError::Equation),
        }
    }
}
