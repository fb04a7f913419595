//! Proving keys in memory.

mod coordinates;
mod file;

#[cfg(test)]
mod tests;

use ark_bn254::Bn254;
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, KeyPoints, Provenance, VerifyingKey},
    rule::Capacity,
};

use crate::SetupError;

/// A proving key together with its validated verifying key.
///
/// Its many points are not checked one by one: they come from a setup in this process, or from a file whose hash is
/// pinned. A prover checks its own proof before it lets go of it, so bad points never lead to a false proof. They
/// can cost its zero knowledge: a key whose points leave the blinding out still gives proofs that verify. Take proving
/// keys only from a setup of your own or from one that was verified in full.
#[derive(Clone, Debug)]
pub struct ProvingKey {
    verifying: VerifyingKey,
    parameters: ark_groth16::ProvingKey<Bn254>,
}

impl ProvingKey {
    /// A key out of what a setup computed.
    ///
    /// # Errors
    /// [`SetupError::PublicInputs`] for a circuit of another shape, [`SetupError::Key`] for a verifying key that would
    /// be refused when read.
    pub fn new(
        parameters: ark_groth16::ProvingKey<Bn254>,
        circuit: Digest,
        capacity: Capacity,
        provenance: Provenance,
    ) -> Result<Self, SetupError> {
        let vk = &parameters.vk;
        let ic = vk.gamma_abc_g1.as_slice().try_into();
        let points = KeyPoints {
            alpha_g1: vk.alpha_g1,
            beta_g2: vk.beta_g2,
            gamma_g2: vk.gamma_g2,
            delta_g2: vk.delta_g2,
            ic: ic.map_err(|_| SetupError::PublicInputs(vk.gamma_abc_g1.len().saturating_sub(1)))?,
        };
        Ok(Self { verifying: VerifyingKey::new(circuit, capacity, provenance, &points)?, parameters })
    }

    /// The verifying key.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The id, which is that of the verifying key.
    pub fn id(&self) -> KeyId {
        self.verifying.id()
    }

    /// The points, for the prover.
    pub fn parameters(&self) -> &ark_groth16::ProvingKey<Bn254> {
        &self.parameters
    }
}
