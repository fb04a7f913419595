//! That the nonce came from where the registration says.

use pot_attestation::{BeaconError, Chain, EnvelopeError, NonceError, PublicKey, read_nonce};
use pot_protocol::{registration::NonceSource, statement::Statement};

use super::times;
use crate::{
    error::CheckError,
    report::{Piece, Report},
};

/// Checks the counterparty's answer or the beacon's round, where it is given; warns where it would be needed.
pub(super) fn check(
    file: Option<&[u8]>,
    identities: &[PublicKey],
    statement: &Statement,
    report: &mut Report,
) -> Result<(), CheckError> {
    let registration = statement.registration();
    let source = &registration.fields().nonce;
    let Some(bytes) = file else {
        report.warnings.push(unshown(statement));
        if matches!(source, NonceSource::Signed { .. } | NonceSource::Beacon { .. }) {
            report.not_given.push("--nonce: the signed answer or the beacon's round (who chose the nonce)".to_owned());
        }
        return Ok(());
    };
    let found = read_nonce(bytes, registration).map_err(|e| match e {
        NonceError::Malformed(_)
        | NonceError::Beacon(BeaconError::Malformed(_))
        | NonceError::Envelope(EnvelopeError::Malformed(_)) => {
            CheckError::Malformed { what: "nonce", message: e.to_string() }
        }
        NonceError::Beacon(BeaconError::Chain(_)) => CheckError::Trust(e.to_string()),
        _ => CheckError::Invalid(e.to_string()),
    })?;
    if found.nonce != statement.fields().nonce {
        return Err(CheckError::differs("nonce", statement.fields().nonce, found.nonce));
    }
    match source {
        NonceSource::Signed { name, key } => {
            let id = PublicKey::from_der(key).map_err(|e| CheckError::Invalid(e.to_string()))?.id();
            report.verified.push(format!(
                "nonce: chosen after the registration by whoever has key {id}, registered as that of '{}'",
                name.escape_debug()
            ));
            // The key comes out of the auditor's own registration: only the checker can say whose it is.
            if identities.iter().any(|identity| identity.id() == id) {
                report.pieces.insert(Piece::Nonce);
            } else {
                report.warnings.push(format!(
                    "the nonce is signed by a key that you did not name: if {id} is not that of '{}' but the auditor's own, this run \
                     is grindable; name their key with --identity",
                    name.escape_debug()
                ));
            }
            report.nonce_key = Some(id);
        }
        NonceSource::Beacon { chain, round } => {
            let chain = Chain::by_hash(*chain).map_err(|e| CheckError::Trust(e.to_string()))?;
            report.pieces.insert(Piece::Nonce);
            times::before_round(*round, chain.time_of(*round), report);
        }
        _ => report.warnings.push(unshown(statement)),
    }
    Ok(())
}

/// What a reader should know where nothing shows who chose the nonce.
fn unshown(statement: &Statement) -> String {
    let (nonce, digest) = (statement.fields().nonce, statement.registration().digest());
    match &statement.registration().fields().nonce {
        NonceSource::OwnChoice { .. } => {
            "the auditor chose the nonce: grindable, several runs could have been made and one of them shown".to_owned()
        }
        NonceSource::Counterparty { name } => format!(
            "the nonce is said to come from '{}' and nothing here shows it: ask them whether they gave nonce {nonce} for \
             registration {digest}; otherwise the run is grindable",
            name.escape_debug()
        ),
        NonceSource::Signed { name, .. } => format!(
            "the nonce is said to be signed by '{}', and their answer was not given: without it the run may be grindable",
            name.escape_debug()
        ),
        NonceSource::Beacon { round, .. } => format!(
            "the nonce is said to be round {round} of a public beacon, and the round was not given: without it the run may be \
             grindable"
        ),
        _ => "the source of the nonce is not known to this program".to_owned(),
    }
}
