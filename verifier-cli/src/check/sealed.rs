//! With the transcript every root is recomputed, every record's score, and the rule.

use pot_protocol::{
    policy::Policy,
    score::Score,
    statement::Statement,
    transcript::{Transcript, unread},
};

use super::opened::{count_is_stated, rule_holds};
use crate::{
    error::CheckError,
    report::{Piece, Report},
};

pub(super) fn check(
    transcript: &Transcript,
    statement: &Statement,
    policy: &Policy,
    opened: Option<&[Score]>,
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
    let records = transcript.records();
    // Before each record is compared with all earlier ones: attempts alone allow many more records than scores count.
    count_is_stated(records.len(), statement)?;
    for (at, record) in records.iter().enumerate() {
        record.check(registration).map_err(|e| CheckError::Invalid(format!("record {}: {e}", record.index)))?;
        if let Some((side, unread)) = unread(records.get(..at).unwrap_or_default(), record, registration) {
            return Err(CheckError::Invalid(format!(
                "record {}: the {side} {unread}: no model that reads the text does that",
                record.index
            )));
        }
    }
    if !transcript.is_at_rest() {
        return Err(CheckError::Invalid("the transcript goes on after its last record".to_owned()));
    }
    transcript.check_batches(policy.coefficients()).map_err(|index| {
        CheckError::Invalid(format!("challenge {index} was asked before the rule had looked at those before it"))
    })?;
    rule_holds(&transcript.scores(), statement, policy)?;
    report.verified.push(format!(
        "transcript: {} records make the evidence root, every score follows from its figures, and the rule gives this verdict",
        sealed.size
    ));
    report.pieces.insert(Piece::Transcript);
    report.not_given.push("the models' tokenizers (that the token ids are those of the prompts)".to_owned());
    match opened {
        // Without this the proof could be about other scores than the records'.
        Some(scores) if scores != transcript.scores() => {
            return Err(CheckError::Invalid("the opened scores are not those of the records".to_owned()));
        }
        Some(_) => report.verified.push("the score root and the evidence root hold the same scores".to_owned()),
        None => report.not_given.push("--scores: that the score root holds the scores of these records".to_owned()),
    }
    Ok(())
}
