//! With the transcript every root is recomputed, every record's score, and the rule.

use pot_protocol::{policy::Policy, statement::Statement, transcript::Transcript};

use super::opened::rule_holds;
use crate::{error::CheckError, report::Report};

pub(super) fn check(
    transcript: &Transcript,
    statement: &Statement,
    policy: &Policy,
    report: &mut Report,
) -> Result<(), CheckError> {
    let registration = statement.registration();
    if transcript.registration() != registration.digest() {
        return Err(CheckError::differs("registration", registration.digest(), transcript.registration()));
    }
    if transcript.nonce() != statement.fields().nonce {
        return Err(CheckError::differs("nonce", statement.fields().nonce, transcript.nonce()));
    }
    let sealed = transcript.seal()?;
    if sealed.evidence_root != statement.fields().evidence_root {
        return Err(CheckError::differs("evidence root", statement.fields().evidence_root, sealed.evidence_root));
    }
    if sealed.attempts != statement.attempts() {
        return Err(CheckError::Invalid(format!(
            "the transcript counts {:?}, the bundle states {:?}",
            sealed.attempts,
            statement.attempts()
        )));
    }
    for record in transcript.records() {
        record
            .check_score(registration.fields().kind, registration.k())
            .map_err(|e| CheckError::Invalid(format!("record {}: {e}", record.index)))?;
    }
    rule_holds(&transcript.scores(), statement, policy)?;
    report.verified.push(format!(
        "transcript: {} records make the evidence root, every score follows from its figures, and the rule gives this verdict",
        sealed.size
    ));
    Ok(())
}
