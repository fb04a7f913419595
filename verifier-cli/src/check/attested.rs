//! What was signed about the bundle, its registration or its models, and by whom.

use pot_attestation::{
    ANSWERS, Countersigned, IDENTITY, IN_TOTO, MODEL_SIGNING, PublicKey, REGISTRATION, SignedAnswers, SignedModel,
    SigstoreBundle, Statement, StatementError, VERDICT, Verdict, is_about, predicate_type,
};
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::Policy,
    registration::RawRegistration,
    transcript::{Record, Side},
};

use crate::{
    error::CheckError,
    report::{Piece, Report, Said, Signed},
};

/// What the signatures are compared with.
pub(super) struct About<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) policy: &'a Policy,
    pub(super) transcript: Option<&'a [u8]>,
    /// Records that hold: all of the transcript, or those that were opened.
    pub(super) records: Vec<&'a Record>,
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
                None => report.not_given.push(format!("--transcript: whether it is the signed one, {transcript}")),
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
                (Ok(count), Ok(_)) => {
                    (Said::Both, format!("all files that the models were read from are among {count}"))
                }
                (Ok(count), _) => {
                    (Said::Reference, format!("all files that the reference was read from are among {count}"))
                }
                (_, Ok(count)) => {
                    (Said::Candidate, format!("all files that the candidate was read from are among {count}"))
                }
                (Err(reference), Err(candidate)) => {
                    return Err(invalid(format!("as reference: {reference}; as candidate: {candidate}")));
                }
            }
        }
        IDENTITY => {
            let statement = Statement::<Countersigned>::from_json(payload, IDENTITY).map_err(unread)?;
            let fields = registration.fields();
            let about = |identity| Countersigned::is_about(&statement, identity);
            match (about(&fields.reference), about(&fields.candidate)) {
                (true, true) => (Said::Both, "the registered identity of both models is".to_owned()),
                (true, _) => {
                    (Said::Identity { side: Side::Reference }, "the reference's registered identity is".to_owned())
                }
                (_, true) => {
                    (Said::Identity { side: Side::Candidate }, "the candidate's registered identity is".to_owned())
                }
                _ => return Err(invalid("it is about another model than either that is registered".to_owned())),
            }
        }
        ANSWERS => {
            let statement = Statement::<SignedAnswers>::from_json(payload, ANSWERS).map_err(unread)?;
            let (side, records) = (statement.predicate.side, about.records.len());
            if records == 0 {
                report.not_given.push(format!(
                    "--transcript or --openings: the records that the {side}'s signed answers are about"
                ));
                return Ok(());
            }
            SignedAnswers::covers(&statement, registration, &about.records).map_err(invalid)?;
            let figures = statement.predicate.has_figures();
            let what = if figures { "answers and figures" } else { "answers, not the figures," };
            (Said::Answers { side, records, figures }, format!("the {side}'s {what} in {records} records are"))
        }
        other => return Err(malformed(format!("a predicate of type '{}' is not known here", other.escape_debug()))),
    };
    let key = signer.id();
    if report.nonce_key == Some(key) && matches!(said, Said::Verdict { .. } | Said::Registration) {
        report.pieces.remove(&Piece::Nonce);
        report
            .warnings
            .push(format!("the nonce and what the auditor says are signed by one key, {key}: this run is grindable"));
    }
    report.verified.push(format!("attestation: {what} signed by {} key {key}", signer.algorithm()));
    report.signed.push(Signed { key, said });
    Ok(())
}

/// Says what nobody signed, and who signed nothing.
pub(super) fn missing(identities: &[PublicKey], report: &mut Report) {
    if !report.signed.iter().any(|signed| matches!(signed.said, Said::Verdict { .. })) {
        report.not_given.push("--attestation: what the auditor signed (who says all this)".to_owned());
    }
    for id in identities.iter().map(PublicKey::id) {
        if report.nonce_key != Some(id) && !report.signed.iter().any(|signed| signed.key == id) {
            report.warnings.push(format!("nothing that was given is signed by key {id}, which you named"));
        }
    }
}
