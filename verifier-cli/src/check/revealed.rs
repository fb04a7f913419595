//! With the challenge key every prompt can be derived again.

use pot_protocol::{
    challenge::{ChallengeKey, Family, RunKey},
    digest::Digest,
    statement::Statement,
    transcript::Transcript,
};

use crate::{
    error::CheckError,
    report::{Piece, Report},
};

/// Checks the challenge key, and the transcript's prompts with it; gives the run's key.
pub(super) fn check(
    bytes: &[u8],
    statement: &Statement,
    family: Option<&Family>,
    transcript: Option<&Transcript>,
    report: &mut Report,
) -> Result<RunKey, CheckError> {
    let text = str::from_utf8(bytes).unwrap_or_default();
    let key: Digest = text.trim_end().parse().map_err(|_| CheckError::Malformed {
        what: "challenge key",
        message: "not 64 hexadecimal digits".to_owned(),
    })?;
    let key = ChallengeKey::new(key.0);
    let registration = statement.registration();
    let committed = registration.fields().key_commitment;
    if Digest(key.commitment()) != committed {
        return Err(CheckError::Invalid("the revealed key is not the committed challenge key".to_owned()));
    }
    report.verified.push("challenge key: opens the registered commitment".to_owned());
    let run = key.derive(&statement.fields().nonce.0, &registration.digest().0);
    match (family, transcript) {
        (Some(family), Some(transcript)) => {
            for record in transcript.records() {
                if family.challenge(&run, record.index).text != record.prompt {
                    return Err(CheckError::Invalid(format!(
                        "record {}: the prompt is not the committed challenge",
                        record.index
                    )));
                }
            }
            report.pieces.insert(Piece::Reveal);
            report
                .verified
                .push(format!("challenges: all {} prompts are the committed ones", transcript.records().len()));
        }
        (None, _) => {
            report.not_given.push("--corpus: the private corpus, to derive the prompts from the key".to_owned());
        }
        (_, None) => report.not_given.push("--transcript: the prompts, to compare with those of the key".to_owned()),
    }
    Ok(run)
}
