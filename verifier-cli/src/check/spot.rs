//! A sample of the records, opened.

use pot_protocol::{
    challenge::{Family, RunKey},
    spot::{Openings, Request, SpotError},
    statement::Statement,
};

use crate::{
    error::CheckError,
    report::{Piece, Report},
};

/// Checks openings: those that `request` asks for, or a sample whose seed follows from the statement.
pub(super) fn check(
    bytes: &[u8],
    request: Option<&[u8]>,
    statement: &Statement,
    prompts: Option<(&Family, &RunKey)>,
    report: &mut Report,
) -> Result<Openings, CheckError> {
    let openings = Openings::from_json(bytes).map_err(|e| malformed(&e))?;
    let request = request.map(serde_json::from_slice::<Request>).transpose();
    let request = request.map_err(|e| CheckError::Malformed { what: "request", message: e.to_string() })?;
    match request {
        Some(request) if request != openings.request => {
            return Err(CheckError::Invalid("the openings answer another request than yours".to_owned()));
        }
        Some(_) => {}
        None if openings.request.is_fiat_shamir() => report.warnings.push(
            "the sample follows from the statement itself: an auditor can make statements until it suits, for a few hashes each, \
             so nothing follows for the other records; a request of your own rules that out (`pot-check challenge-openings`)"
                .to_owned(),
        ),
        None => {
            return Err(CheckError::Trust(
                "the openings answer somebody's request: give it with --request, if it is yours; otherwise the auditor may have \
                 drawn until it suited"
                    .to_owned(),
            ));
        }
    }
    openings.verify(statement).map_err(|e| match e {
        SpotError::Json(_) => malformed(&e),
        other => CheckError::Invalid(format!("the openings: {other}")),
    })?;
    if request.is_some() {
        report.pieces.insert(Piece::Openings);
    }
    let (k, n) = (openings.records.len(), statement.outcome().n);
    let finds = if request.is_some() { what_a_sample_finds(k) } else { String::new() };
    report.verified.push(format!(
        "openings: {k} of {n} records are in the evidence root, their scores follow from their figures and are the committed \
         ones{finds}"
    ));
    let tokenizers = "the models' tokenizers (that the token ids are those of the prompts)".to_owned();
    if !report.not_given.contains(&tokenizers) {
        report.not_given.push(tokenizers);
    }
    report.opened = Some(openings.records.iter().map(|opened| opened.record.index).collect());
    if let Some((family, run)) = prompts {
        for opened in &openings.records {
            let record = &opened.record;
            if family.challenge(run, record.index).text != record.prompt {
                return Err(CheckError::Invalid(format!(
                    "record {}: the prompt is not the committed challenge",
                    record.index
                )));
            }
        }
        if request.is_some() {
            report.pieces.insert(Piece::Reveal);
        }
        report.verified.push("openings: their prompts are the committed challenges".to_owned());
    }
    Ok(openings)
}

fn malformed(e: &SpotError) -> CheckError {
    CheckError::Malformed { what: "openings", message: e.to_string() }
}

/// In words, for a tenth and a half of the records being false: (1 − f)^k, rounded up to tenths of a per cent.
fn what_a_sample_finds(k: usize) -> String {
    // In units of 10^-9, rounded up at each step, so that what is printed is never too small.
    let missed = |share_true_of_ten: u64| {
        let left = (0..k).fold(1_000_000_000u64, |left, _| (left * share_true_of_ten).div_ceil(10));
        let tenths = left.div_ceil(1_000_000);
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    format!(
        "; were a tenth of the records false, such a sample would miss them all with probability {}, were half of them, with {}",
        missed(9),
        missed(5)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_missing_is_rounded_up() {
        // 0.9^8 = 0.43046721, 0.5^8 = 0.00390625.
        let text = what_a_sample_finds(8);
        assert!(text.contains("probability 43.1 %, were half of them, with 0.4 %"), "{text}");
        assert!(what_a_sample_finds(0).contains("probability 100.0 %"));
        assert!(what_a_sample_finds(1).contains("probability 90.0 %, were half of them, with 50.0 %"));
        assert!(what_a_sample_finds(1024).contains("probability 0.1 %"));
    }
}
