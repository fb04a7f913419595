//! Proving keys in memory.

mod full_check;
mod parameters;

#[cfg(test)]
mod tests;

use ark_bn254::Bn254;
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, KeyPoints, Provenance, VerifyingKey},
    rule::Capacity,
};

pub use parameters::{Parameters, coefficients};

use crate::{SetupError, formats::zkey::Zkey};

/// A proving key of a verdict circuit together with its validated verifying key.
///
/// Its many points need not have been checked one by one: they come from a setup in this process, or from a file whose hash
/// is pinned. A prover checks its own proof before it lets go of it, so bad points never lead to a false proof, nor to one
/// that is not blinded: delta is the header's and never infinity, so A and B stay uniform, and C follows from them. They can cost
/// zero knowledge all the same: under a key with one point exchanged, a proof verifies only when the wire that the point
/// belongs to is 0, so whether there is a proof at all tells something of the witness. Take proving keys only from a setup of
/// your own or from one that was verified in full.
#[derive(Clone, Debug)]
pub struct ProvingKey {
    verifying: VerifyingKey,
    parameters: Parameters,
}

impl ProvingKey {
    /// A key out of what a setup computed.
    ///
    /// # Errors
    /// [`SetupError::PublicInputs`] for a circuit of another shape, [`SetupError::Key`] for a verifying key that would
    /// be refused when read.
    pub fn new(
        parameters: Parameters,
        circuit: Digest,
        capacity: Capacity,
        provenance: Provenance,
    ) -> Result<Self, SetupError> {
        let points = key_points(&parameters.points().vk)?;
        Ok(Self { verifying: VerifyingKey::new(circuit, capacity, provenance, &points)?, parameters })
    }

    /// The key in a zkey whose hash was found to be the pinned one: its points are taken as they are.
    ///
    /// # Errors
    /// [`SetupError::Format`] when the zkey is not that of `verifying` or something in it is out of range.
    pub fn trusted(zkey: &Zkey<'_>, verifying: VerifyingKey) -> Result<Self, SetupError> {
        Self::joined(zkey, verifying, Parameters::trusted(zkey)?)
    }

    /// The key in a zkey of unknown origin: every point is checked. See also [`ProvingKey::check`].
    ///
    /// # Errors
    /// As of [`ProvingKey::trusted`], or with the first bad point.
    pub fn checked(zkey: &Zkey<'_>, verifying: VerifyingKey) -> Result<Self, SetupError> {
        Self::joined(zkey, verifying, Parameters::checked(zkey)?)
    }

    fn joined(zkey: &Zkey<'_>, verifying: VerifyingKey, parameters: Parameters) -> Result<Self, SetupError> {
        if key_points(&parameters.points().vk)? == *verifying.points() {
            Ok(Self { verifying, parameters })
        } else {
            Err(zkey.bad("it is not the proving key of this verifying key"))
        }
    }

    /// The verifying key.
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The id, which is that of the verifying key.
    pub fn id(&self) -> KeyId {
        self.verifying.id()
    }

    /// Points and coefficients, for the prover.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}

fn key_points(vk: &ark_groth16::VerifyingKey<Bn254>) -> Result<KeyPoints, SetupError> {
    let ic = vk.gamma_abc_g1.as_slice().try_into();
    Ok(KeyPoints {
        alpha_g1: vk.alpha_g1,
        beta_g2: vk.beta_g2,
        gamma_g2: vk.gamma_g2,
        delta_g2: vk.delta_g2,
        ic: ic.map_err(|_| SetupError::PublicInputs(vk.gamma_abc_g1.len().saturating_sub(1)))?,
    })
}
