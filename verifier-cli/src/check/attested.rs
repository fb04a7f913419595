//! What was signed about the bundle, its registration or its models, and by whom.

use pot_attestation::{
    IN_TOTO, MODEL_SIGNING, PublicKey, REGISTRATION, SignedModel, SigstoreBundle, Statement, StatementError, VERDICT,
    Verdict, is_about, predicate_type,
};
use pot_protocol::{bundle::Bundle, digest::Digest, policy::Policy, registration::RawRegistration};

use crate::{
    error::CheckError,
    report::{Report, Said, Signed},
};

/// What the signatures are compared with.
pub(super) struct About<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) policy: &'a Policy,
    pub(super) transcript: Option<&'a [u8]>,
}

/// Checks one attestation: signed by one of `identities`, and saying what the bundle says.
pub(super) fn check(
    bytes: &[u8],
    identities: &[PublicKey],
    about: &About<'_>,
    report: &mut Report,
) -> Result<(), CheckError> {
    let malformed = |e: String| CheckError::Malformed { what: "attestation", message: e };
    let invalid = |what: String| CheckError::Invalid(format!("the attestation is not about this bundle: {what}"));
    if identities.is_empty() {
        let why = "an attestation says nothing without the key of the one who is to have signed it";
        return Err(CheckError::Trust(why.to_owned()));
    }
    let signed = SigstoreBundle::from_json(bytes).map_err(|e| malformed(e.to_string()))?;
    let (payload, signer) =
        signed.verify(IN_TOTO, identities).map_err(|e| CheckError::Invalid(format!("the attestation: {e}")))?;
    let unread = |e: StatementError| malformed(e.to_string());
    let registration = about.bundle.statement.registration();
    let (said, what) = match predicate_type(payload).map_err(unread)?.as_str() {
        VERDICT => {
            let statement = Statement::<Verdict>::from_json(payload, VERDICT).map_err(unread)?;
            let transcript = Verdict::compare(&statement, about.bundle, about.policy).map_err(invalid)?;
            match about.transcript.map(Digest::of) {
                Some(given) if given != transcript => {
                    return Err(invalid(format!("it names transcript {transcript}, given is {given}")));
                }
                Some(_) => report.verified.push("attestation: names the transcript that was given".to_owned()),
                None => {}
            }
            (Said::Verdict { transcript }, "all that the bundle says is".to_owned())
        }
        REGISTRATION => {
            let statement = Statement::<RawRegistration>::from_json(payload, REGISTRATION).map_err(unread)?;
            if !is_about(&statement, registration) {
                return Err(invalid("it is about another registration".to_owned()));
            }
            (Said::Registration, "the registration is".to_owned())
        }
        MODEL_SIGNING => {
            let statement = Statement::<SignedModel>::from_json(payload, MODEL_SIGNING).map_err(unread)?;
            let fields = registration.fields();
            let covers = |identity| SignedModel::covers(&statement, identity);
            match (covers(&fields.reference), covers(&fields.candidate)) {
                (Ok(count), Ok(_)) => (Said::Both, format!("the files of both models are, {count} in all,")),
                (Ok(count), _) => (Said::Reference, format!("the reference's files are, {count} in all,")),
                (_, Ok(count)) => (Said::Candidate, format!("the candidate's files are, {count} in all,")),
                (Err(reference), Err(candidate)) => {
                    return Err(invalid(format!("as reference: {reference}; as candidate: {candidate}")));
                }
            }
        }
        other => return Err(malformed(format!("a predicate of type '{}' is not known here", other.escape_debug()))),
    };
    let key = signer.id();
    report.verified.push(format!("attestation: {what} signed by {} key {key}", signer.algorithm()));
    report.signed.push(Signed { key, said });
    Ok(())
}
