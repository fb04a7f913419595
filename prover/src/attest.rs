//! Signs what a bundle says, for those who ask who says it.

use pot_attestation::{
    Countersigned, IN_TOTO, SignedAnswers, SigningKey, SigstoreBundle, Statement, VERDICT, Verdict,
    registration_statement,
};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::VerifyingKey,
    policy::Policy,
    registration::Registration,
    transcript::{Side, Transcript},
};

use crate::{error::ProverError, prove::Prepared, run_folder::RunFolder};

/// A proved run whose files belong together.
#[derive(Debug)]
pub struct Checked {
    /// The published file.
    pub bundle: Bundle,
    /// The run's policy.
    pub policy: Policy,
    /// The key that the proof holds under.
    pub verifying: VerifyingKey,
    /// SHA-256 of the transcript.
    pub transcript: Digest,
}

/// The proved run in `folder`: nobody should sign or publish what he has not checked, so the statement has to be the one that
/// this run's records lead to, and the proof has to hold under the verifying key that lies beside it.
///
/// # Errors
/// [`ProverError::Usage`] when the run is not proved; another error when its files do not belong together.
pub fn checked(folder: &RunFolder) -> Result<Checked, ProverError> {
    let path = folder.path("bundle.pot");
    if !path.exists() {
        return Err(ProverError::Usage(format!(
            "{} is not there yet: prove the run first, with `pot-prove prove {}`",
            path.display(),
            folder.root().display()
        )));
    }
    let bundle = Bundle::from_bytes(&folder.read("bundle.pot")?).map_err(|e| ProverError::input(&path, e))?;
    let prepared = Prepared::from_folder(folder)?;
    if *prepared.statement() != bundle.statement {
        return Err(ProverError::input(&path, "does not state what the records in this folder lead to"));
    }
    let beside = folder.path("verifying.key");
    let verifying =
        VerifyingKey::from_bytes(&folder.read("verifying.key")?).map_err(|e| ProverError::input(&beside, e))?;
    if verifying.id() != bundle.key {
        return Err(ProverError::input(&beside, format!("is not the key {} of the bundle", bundle.key)));
    }
    let proof = bundle.proof.decode();
    proof
        .and_then(|points| verifying.verify(&points, &bundle.statement.public_inputs().to_elements()))
        .map_err(|e| ProverError::input(&path, format!("the proof does not hold: {e}")))?;
    let policy = folder.policy(bundle.statement.registration())?;
    let transcript = Digest::of(&folder.read("transcript.ndjson")?);
    Ok(Checked { bundle, policy, verifying, transcript })
}

impl Checked {
    /// A Sigstore bundle (v0.3, JSON) around an in-toto statement with our predicate about this run.
    ///
    /// # Errors
    /// None that happen: a predicate has a JSON.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, ProverError> {
        sign(&Verdict::statement(&self.bundle, &self.policy, self.transcript), key)
    }

    /// Whether an attestation says of this run what the bundle says. Whose signature it is, is not looked at: nobody is named
    /// here.
    ///
    /// # Errors
    /// In words, what it says instead.
    pub fn is_about(&self, attestation: &[u8]) -> Result<(), String> {
        let signed = SigstoreBundle::from_json(attestation).map_err(|e| e.to_string())?;
        let statement =
            Statement::<Verdict>::from_json(&signed.dsse_envelope.payload, VERDICT).map_err(|e| e.to_string())?;
        let transcript = Verdict::compare(&statement, &self.bundle, &self.policy)?;
        if transcript != self.transcript {
            return Err(format!("it names transcript {transcript}, the one in this folder is {}", self.transcript));
        }
        Ok(())
    }
}

/// A Sigstore bundle around an in-toto statement about a model's registered identity, for its publisher to sign.
///
/// # Errors
/// None that happen: an identity has a JSON.
pub fn countersign_identity(registration: &Registration, side: Side, key: &SigningKey) -> Result<Vec<u8>, ProverError> {
    sign(&Countersigned::statement(registration, side), key)
}

/// A Sigstore bundle around an in-toto statement about what one side answered, for whoever serves it to sign.
///
/// # Errors
/// [`ProverError::Usage`] when the transcript belongs to another registration.
pub fn countersign_answers(
    registration: &Registration,
    side: Side,
    transcript: &Transcript,
    key: &SigningKey,
) -> Result<Vec<u8>, ProverError> {
    if transcript.registration() != registration.digest() {
        return Err(ProverError::Usage("the transcript belongs to another registration".to_owned()));
    }
    sign(&SignedAnswers::statement(registration, side, transcript.records()), key)
}

/// A Sigstore bundle around an in-toto statement with our predicate about a registration.
///
/// # Errors
/// None that happen: a registration has a JSON.
pub fn sign_registration(registration: &Registration, key: &SigningKey) -> Result<Vec<u8>, ProverError> {
    sign(&registration_statement(registration), key)
}

fn sign(statement: &Statement<impl serde::Serialize>, key: &SigningKey) -> Result<Vec<u8>, ProverError> {
    let json = statement.to_json().map_err(|e| ProverError::Sealed(e.to_string()))?;
    SigstoreBundle::sign(IN_TOTO, json, key).to_json().map_err(|e| ProverError::Sealed(e.to_string()))
}
