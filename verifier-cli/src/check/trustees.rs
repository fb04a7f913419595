//! Who has to be trusted, and for what, so that the verdict is one about the models: what is left of trust after
//! everything that was given.

use pot_protocol::{registration::NonceSource, statement::Statement};

use crate::report::{Piece, Report, Trustee};

/// Fills in [`Report::trusted_for`], after everything else was checked.
pub(super) fn add(statement: &Statement, report: &mut Report) {
    let fields = statement.registration().fields();
    let has = |piece| report.pieces.contains(&piece);
    let mut trustees = vec![];
    let mut trust = |who: String, what: String| trustees.push(Trustee { who, what });

    if !has(Piece::Scores) {
        trust(
            "the makers of the verifying key".to_owned(),
            format!("not to have forged: {}", report.trusted_key.trust),
        );
    }
    let auditor = "the auditor".to_owned();
    let records = "that the records are what these models answered";
    let drawn = match (has(Piece::Transcript), has(Piece::Openings)) {
        (true, _) => "; nothing in them contradicts it, and made-up figures that fit together would not either",
        (_, true) => {
            "; nothing in the opened ones contradicts it, and made-up figures that fit together would not either"
        }
        _ => "",
    };
    trust(auditor.clone(), format!("{records}{drawn}"));
    if !has(Piece::Reveal) {
        trust(auditor.clone(), "that the prompts are the committed challenges".to_owned());
    }
    if !has(Piece::Nonce) {
        trust(auditor.clone(), "not to have chosen this run among several with other nonces".to_owned());
    }
    let chain = if has(Piece::Registry) {
        "that the registry has every registration of this pair".to_owned()
    } else {
        "that this pair was not tried before, or as often as the registration's number says".to_owned()
    };
    trust(if has(Piece::Registry) { "the registry's collector".to_owned() } else { auditor.clone() }, chain);
    match &fields.nonce {
        NonceSource::Signed { name, .. } if has(Piece::Nonce) => trust(
            format!("the counterparty '{}'", name.escape_debug()),
            "to have signed one nonce for this registration, and to have told nobody before".to_owned(),
        ),
        NonceSource::Beacon { .. } if has(Piece::Nonce) => {
            trust("the beacon drand".to_owned(), "that its rounds are not known before their time".to_owned());
        }
        _ => {}
    }
    match &report.times.earliest {
        Some(seen) => trust(seen.by.clone(), "about the time at which the registration was there".to_owned()),
        None => trust(auditor.clone(), "about the time of the registration".to_owned()),
    }
    for (side, identity) in [("reference", &fields.reference), ("candidate", &fields.candidate)] {
        if identity.weights().is_none() {
            trust(format!("whoever serves the {side}"), "to answer others as it answered during the audit".to_owned());
        }
    }
    report.trusted_for = trustees;
}
