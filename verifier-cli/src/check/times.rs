//! When the registration was there, by the word of others than the auditor.

use pot_attestation::{Certificate, LogProofError, NoteKey, TimeStampError, utc, verify_log_proof, verify_time_stamp};
use pot_protocol::statement::Statement;
use serde::Serialize;

use crate::{
    error::CheckError,
    report::{Piece, Report},
};

/// Seconds that the auditor's clock may be off, or that fetching a token or waiting for a log may take, without a warning.
const TOLERANCE: u64 = 600;

/// What was given about the time of the registration, and whom the checker named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times<'a> {
    /// Tokens of time-stamp authorities (RFC 3161).
    pub time_stamps: &'a [Vec<u8>],
    /// Certificates of authorities, or of CAs above them.
    pub authorities: &'a [Certificate],
    /// Proofs of inclusion in transparency logs (C2SP).
    pub log_proofs: &'a [Vec<u8>],
    /// Keys of logs.
    pub logs: &'a [NoteKey],
    /// Keys of witnesses.
    pub witnesses: &'a [NoteKey],
}

/// What others show about the time of the registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimesReport {
    /// Time-stamps that hold.
    pub time_stamps: Vec<Stamped>,
    /// Log proofs that hold.
    pub log_proofs: Vec<Logged>,
    /// The earliest of all times in them.
    pub earliest: Option<Seen>,
}

/// By when somebody saw the registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// By their clock, at its latest, Unix seconds.
    pub time: u64,
    /// Who says so.
    pub by: String,
}

/// What a time-stamp authority says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamped {
    /// When, Unix seconds.
    pub time: u64,
    /// How far its clock may be off, in microseconds, if it says so.
    pub accuracy_micros: Option<u64>,
    /// Subject of its certificate.
    pub authority: String,
    /// Subject of the certificate that was named and that this one is or leads to.
    pub named: String,
    /// Serial number of the token, hexadecimal.
    pub serial: String,
    /// Object identifier of the authority's policy.
    pub policy: String,
}

/// Where a log has the registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// The log's name.
    pub origin: String,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Entries of the log at the checkpoint.
    pub size: u64,
    /// Which witnesses saw the checkpoint, and when.
    pub cosignatures: Vec<Seen>,
}

impl TimesReport {
    fn see(&mut self, time: u64, by: &str) {
        if self.earliest.as_ref().is_none_or(|seen| time < seen.time) {
            self.earliest = Some(Seen { time, by: by.to_owned() });
        }
    }
}

/// Checks everything that was given about the time, and says what follows from it and what does not.
pub(super) fn check(given: &Times<'_>, statement: &Statement, report: &mut Report) -> Result<(), CheckError> {
    let registration = statement.registration().to_bytes();
    for file in given.time_stamps {
        stamp(file, &registration, given, report)?;
    }
    for file in given.log_proofs {
        log(file, &registration, given, report)?;
    }
    let cosigned = |key: &&NoteKey| {
        let mut all = report.times.log_proofs.iter().flat_map(|logged| &logged.cosignatures);
        !all.any(|seen| seen.by == witness(key.name()))
    };
    let silent = given.witnesses.iter().filter(cosigned).map(|key| key.name().escape_debug());
    let silent: Vec<_> = silent.map(|name| format!("no log proof is cosigned by '{name}', whom you named")).collect();
    if !given.log_proofs.is_empty() {
        report.warnings.extend(silent);
    }
    match report.times.earliest.clone() {
        Some(seen) => compare(&seen, statement, report),
        None => report.not_given.push(
            "--time-stamp, or --log-proof with --witness-key: when the registration was there, by another clock than the auditor's"
                .to_owned(),
        ),
    }
    Ok(())
}

fn stamp(file: &[u8], registration: &[u8], given: &Times<'_>, report: &mut Report) -> Result<(), CheckError> {
    if given.authorities.is_empty() {
        let why = "a time-stamp says nothing without the certificate of the authority that is to have made it: name it with --tsa";
        return Err(CheckError::Trust(why.to_owned()));
    }
    let said = verify_time_stamp(file, registration, given.authorities).map_err(|e| match e {
        TimeStampError::Malformed(_) => CheckError::Malformed { what: "time-stamp", message: e.to_string() },
        TimeStampError::Algorithm { .. } | TimeStampError::Untrusted { .. } | TimeStampError::NoCertificate => {
            CheckError::Trust(format!("the time-stamp: {e}"))
        }
        TimeStampError::Imprint => CheckError::Invalid(
            "the time-stamp is not about this bundle's registration but about other bytes".to_owned(),
        ),
        _ => CheckError::Invalid(format!("the time-stamp: {e}")),
    })?;
    let by = format!("time-stamp authority '{}'", said.authority);
    report.verified.push(format!(
        "time-stamp: the registration was there at {} by the clock of '{}' (number {}, policy {}), whose certificate is or leads to \
         that of '{}'",
        utc(said.time),
        said.authority,
        said.serial,
        said.policy,
        said.named
    ));
    let revoked = "whether a time-stamp authority's certificate was revoked".to_owned();
    if !report.not_given.contains(&revoked) {
        report.not_given.push(revoked);
    }
    report.times.see(said.latest, &by);
    report.times.time_stamps.push(Stamped {
        time: said.time,
        accuracy_micros: said.accuracy_micros,
        authority: said.authority,
        named: said.named,
        serial: said.serial,
        policy: said.policy,
    });
    Ok(())
}

fn log(file: &[u8], registration: &[u8], given: &Times<'_>, report: &mut Report) -> Result<(), CheckError> {
    if given.logs.is_empty() {
        let why = "a log proof says nothing without the key of the log: name it with --log-key";
        return Err(CheckError::Trust(why.to_owned()));
    }
    let found = verify_log_proof(file, registration, given.logs, given.witnesses).map_err(|e| match e {
        LogProofError::Malformed(_) => CheckError::Malformed { what: "log proof", message: e.to_string() },
        LogProofError::Log(_) | LogProofError::Witness => CheckError::Trust(format!("the log proof: {e}")),
        LogProofError::Inclusion(_) => {
            CheckError::Invalid(format!("the log proof is not about this bundle's registration: {e}"))
        }
        _ => CheckError::Invalid(format!("the log proof: {e}")),
    })?;
    let logged = Logged {
        origin: found.origin.escape_debug().to_string(),
        index: found.index,
        size: found.size,
        cosignatures: found.cosignatures.iter().map(|c| Seen { time: c.time, by: witness(&c.witness) }).collect(),
    };
    let saw: Vec<_> = logged.cosignatures.iter().map(|seen| format!("{} by {}", utc(seen.time), seen.by)).collect();
    let saw = if saw.is_empty() {
        "no witness was named to say when".to_owned()
    } else {
        format!("seen at {}", saw.join(", at "))
    };
    report.verified.push(format!(
        "log proof: the registration is entry {} of {} of the log '{}', {saw}",
        logged.index, logged.size, logged.origin
    ));
    for seen in &logged.cosignatures {
        report.times.see(seen.time, &seen.by);
    }
    report.times.log_proofs.push(logged);
    Ok(())
}

fn witness(name: &str) -> String {
    format!("witness '{}'", name.escape_debug())
}

/// Holds the earliest time that others show against the times that the auditor says.
fn compare(seen: &Seen, statement: &Statement, report: &mut Report) {
    let Seen { time, by } = seen;
    let registered = statement.registration().fields().registered_at;
    if *time > registered.saturating_add(TOLERANCE) {
        report.warnings.push(format!(
            "the registration says that it is of {}, and {by} is the first to have seen it, at {}: until then it may have been \
             changed or dated back",
            utc(registered),
            utc(*time)
        ));
    } else if time.saturating_add(TOLERANCE) < registered {
        report.warnings.push(format!(
            "the registration says that it is of {}, and {by} saw it at {}: the auditor's clock is ahead of theirs",
            utc(registered),
            utc(*time)
        ));
    }
    let sealed = statement.fields().sealed_at;
    if *time <= sealed {
        report.pieces.insert(Piece::Time);
    } else {
        report.warnings.push(format!(
            "{by} saw the registration at {}, after the run was sealed ({} by the auditor's clock): nothing shows that it came first",
            utc(*time),
            utc(sealed)
        ));
    }
}

/// What follows for a nonce that is a beacon's round, which came at this time: whether the registration was there before it.
pub(super) fn before_round(round: u64, came: u64, report: &mut Report) {
    let nonce = format!("nonce: round {round} of the public beacon, later than the registration");
    match &report.times.earliest {
        Some(seen) if seen.time < came => report.verified.push(format!(
            "{nonce}: it came at {}, and {} had seen the registration at {}",
            utc(came),
            seen.by,
            utc(seen.time)
        )),
        Some(seen) => {
            report.pieces.remove(&Piece::Nonce);
            report.warnings.push(format!(
                "nothing shows that the registration was there before round {round} of the beacon came, at {}: the first to have \
                 seen it is {}, at {}; it may have been made to suit the round",
                utc(came),
                seen.by,
                utc(seen.time)
            ));
            report.verified.push(format!("{nonce} by the auditor's clock"));
        }
        None => report.verified.push(format!("{nonce} by the auditor's clock")),
    }
}
