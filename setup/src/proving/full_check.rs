//! What can be checked of a key without the powers of tau that it was made from.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, pairing::Pairing};
use ark_ff::UniformRand;

use super::{ProvingKey, coefficients};
use crate::{
    SetupError,
    formats::r1cs::R1cs,
    msm::{Signed, msm, signed},
    randomness,
};

impl ProvingKey {
    /// Checks that the key's single points agree with each other, that B is the same in both groups, and that the
    /// coefficients are those of `circuit`. With [`ProvingKey::checked`] before it that is everything that a key shows by
    /// itself. Whether A, B, L and H are the circuit's polynomials at one secret point needs the powers of tau.
    ///
    /// # Errors
    /// [`SetupError::Format`] with what does not hold; [`SetupError::Randomness`].
    pub fn check(&self, circuit: &R1cs) -> Result<(), SetupError> {
        let bad = |reason: &str| SetupError::format("key", reason.to_owned());
        let p = self.parameters.points();
        if self.parameters.coefficients() != coefficients(circuit)? {
            return Err(bad("its coefficients (section 4) are not those of its circuit"));
        }
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        if p.vk.gamma_g2 != g2 {
            return Err(bad("its gamma is not the generator, as in every key of a ceremony"));
        }
        let same = |in_g1: G1Affine, in_g2: G2Affine| Bn254::pairing(in_g1, g2) == Bn254::pairing(g1, in_g2);
        if !same(p.beta_g1, p.vk.beta_g2) {
            return Err(bad("its beta is another one in G1 than in G2"));
        }
        if !same(p.delta_g1, p.vk.delta_g2) {
            return Err(bad("its delta is another one in G1 than in G2"));
        }
        // Equal for random factors of 253 bits: equal point by point but for a chance of 2^-253.
        let mut rng = randomness::from_os()?;
        let factors: Vec<Fr> = (0..p.b_g1_query.len()).map(|_| Fr::rand(&mut rng)).collect();
        let factors: Vec<Signed> = signed(&factors);
        let (b1, b2): (G1Projective, G2Projective) =
            rayon::join(|| msm(&p.b_g1_query, &factors), || msm(&p.b_g2_query, &factors));
        if same(b1.into_affine(), b2.into_affine()) { Ok(()) } else { Err(bad("its B differs between G1 and G2")) }
    }
}
