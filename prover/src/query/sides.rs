//! The two models of a run, checked against the registration before they are asked anything.

use pot_inference::{LanguageModel, LocalModel, load};
use pot_protocol::{
    digest::Digest,
    registration::{ModelIdentity, RawRegistration},
    score::ScoreKind,
    transcript::Side,
};

use crate::{error::ProverError, run_folder::Sources};

/// The engine behind both models, as records name it.
pub(super) const ENGINE: &str = concat!("pot ", env!("CARGO_PKG_VERSION"), ", candle, cpu");

/// Both models of a run.
pub struct Models {
    reference: LocalModel,
    candidate: LocalModel,
}

impl Models {
    /// Loads both models.
    ///
    /// # Errors
    /// [`ProverError::Model`] naming the side and what is wrong with it.
    pub fn load(sources: &Sources) -> Result<Self, ProverError> {
        let open = |side: Side, spec: &str| load(spec).map_err(|e| ProverError::Model(format!("{side} model: {e}")));
        Ok(Self {
            reference: open(Side::Reference, &sources.reference)?,
            candidate: open(Side::Candidate, &sources.candidate)?,
        })
    }

    /// One of the two.
    pub fn side(&self, side: Side) -> &dyn LanguageModel {
        match side {
            Side::Reference => &self.reference,
            Side::Candidate => &self.candidate,
        }
    }

    /// Both identities, the reference's first.
    pub fn identities(&self) -> [ModelIdentity; 2] {
        [Side::Reference, Side::Candidate].map(|side| identity_of(self.side(side)))
    }

    /// The most tokens that both models take.
    pub fn longest_context(&self) -> u32 {
        let least = self.reference.max_positions().min(self.candidate.max_positions());
        u32::try_from(least).unwrap_or(u32::MAX)
    }

    /// Checks before registration that the score kind is possible with these two models.
    ///
    /// # Errors
    /// [`ProverError::Model`] when `kind` compares token by token and the tokenizers differ.
    pub fn check_kind(&self, kind: ScoreKind) -> Result<(), ProverError> {
        if kind != ScoreKind::DeltaCe && self.reference.tokenizer_id() != self.candidate.tokenizer_id() {
            return Err(ProverError::Model(format!(
                "the models have different tokenizers, so {kind} cannot compare them: use a delta-ce policy"
            )));
        }
        Ok(())
    }

    /// Checks that these are the registered models, byte for byte.
    ///
    /// # Errors
    /// [`ProverError::Model`] naming the side that differs.
    pub fn check_registered(&self, registered: &RawRegistration) -> Result<(), ProverError> {
        for (side, identity) in [(Side::Reference, &registered.reference), (Side::Candidate, &registered.candidate)] {
            if identity_of(self.side(side)) != *identity {
                return Err(ProverError::Model(format!(
                    "the {side} model is not the registered one ({}): its weights or settings changed since",
                    identity.name()
                )));
            }
        }
        Ok(())
    }
}

/// A model's identity as it is registered.
pub fn identity_of(model: &dyn LanguageModel) -> ModelIdentity {
    let identity = model.identity();
    ModelIdentity::Weights {
        name: identity.name.clone(),
        architecture: identity.architecture.clone(),
        parameters: identity.parameters,
        weights: Digest(identity.weights_sha256),
        config: Digest(identity.config_sha256),
        tokenizer: Digest(identity.tokenizer),
        dtype: identity.dtype.clone(),
    }
}
