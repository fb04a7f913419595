//! What is checked before the equation of a proof: all that makes a bundle and a trusted key a question for it.

use pot_protocol::{
    bundle::Bundle,
    keys::{Claimed, ProofError},
    policy::Policy,
    registration::RegistrationError,
    statement::{Statement, StatementError},
};

use crate::{
    error::CheckError,
    trust::{TrustStore, Trusted},
};

/// A bundle whose statement, policy and key are in order, and whose proof is three points of the right groups. Whether the
/// proof holds, the equation has to say.
pub(super) struct Claim<'a> {
    pub(super) bundle: Bundle,
    pub(super) policy: Policy,
    pub(super) trusted: Trusted<'a>,
    proof: Claimed,
}

impl<'a> Claim<'a> {
    pub(super) fn read(
        bundle: &[u8],
        trust: &'a TrustStore,
        policy_of: impl FnOnce(&Statement) -> Result<Policy, CheckError>,
    ) -> Result<Self, CheckError> {
        let bundle = Bundle::from_bytes(bundle)?;
        let statement = &bundle.statement;
        let policy = policy_of(statement)?;
        statement.bind_policy(&policy).map_err(|e| match e {
            StatementError::Registration(e @ RegistrationError::Policy { .. }) => CheckError::Trust(e.to_string()),
            other => CheckError::Invalid(other.to_string()),
        })?;
        let trusted = trust.key(&bundle.key, statement)?;
        let proof = bundle.proof.decode().map_err(refused)?;
        let proof = Claimed { proof, inputs: statement.public_inputs().to_elements() };
        Ok(Self { bundle, policy, trusted, proof })
    }

    /// What the equation is about.
    pub(super) fn proof(&self) -> &Claimed {
        &self.proof
    }

    /// Checks the equation.
    pub(super) fn verify(&self) -> Result<(), CheckError> {
        self.trusted.key().verify(&self.proof.proof, &self.proof.inputs).map_err(refused)
    }
}

pub(super) fn refused(e: ProofError) -> CheckError {
    CheckError::Invalid(format!("the proof does not hold: {e}"))
}
