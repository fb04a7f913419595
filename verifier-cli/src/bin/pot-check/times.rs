//! The files and keys that say when the registration was there.

use std::path::{Path, PathBuf};

use pot_verifier::{Certificate, NoteKey, NoteKeyError, Times};

use crate::{
    exit::{Exit, Stop},
    files,
};

/// Largest token or proof that is read, in bytes, as in the library.
const MAX_GIVEN: u64 = 1 << 16;
/// Largest file of certificates or with a key that is read, in bytes.
const MAX_NAMED: u64 = 1 << 16;

#[derive(Debug, clap::Args)]
pub(crate) struct TimeArgs {
    /// What a time-stamp authority says about `registration.pot` (RFC 3161: its answer or the token in it); may be given several
    /// times. Goes with --tsa.
    #[arg(long = "time-stamp", value_name = "FILE")]
    pub(crate) time_stamps: Vec<PathBuf>,
    /// The certificate of a time-stamp authority that you trust, or of a CA above it (PEM, also several in one file, or
    /// DER); may be given several times.
    #[arg(long = "tsa", value_name = "CERT")]
    pub(crate) authorities: Vec<PathBuf>,
    /// A proof that `registration.pot` is an entry of a transparency log (c2sp.org/tlog-proof); may be given several times. Goes
    /// with --log-key.
    #[arg(long = "log-proof", value_name = "FILE")]
    pub(crate) log_proofs: Vec<PathBuf>,
    /// The key of a log that you trust (NAME+HASH+KEY, or a file with it); may be given several times.
    #[arg(long = "log-key", value_name = "VKEY")]
    pub(crate) logs: Vec<String>,
    /// The key of a witness that you trust to say when it saw a log's checkpoint; may be given several times.
    #[arg(long = "witness-key", value_name = "VKEY")]
    witnesses: Vec<String>,
}

/// All of it, read.
pub(crate) struct Given {
    time_stamps: Vec<Vec<u8>>,
    authorities: Vec<Certificate>,
    log_proofs: Vec<Vec<u8>>,
    logs: Vec<NoteKey>,
    witnesses: Vec<NoteKey>,
}

impl Given {
    pub(crate) fn evidence(&self) -> Times<'_> {
        let Self { time_stamps, authorities, log_proofs, logs, witnesses } = self;
        Times { time_stamps, authorities, log_proofs, logs, witnesses }
    }
}

impl TimeArgs {
    pub(crate) fn read(&self) -> Result<Given, Stop> {
        let alone = |keys: bool, files: bool, what: &str| {
            if keys && !files { Err(Stop(Exit::Usage, what.to_owned())) } else { Ok(()) }
        };
        alone(!self.authorities.is_empty(), !self.time_stamps.is_empty(), "--tsa goes with --time-stamp")?;
        let keys_of_logs = !(self.logs.is_empty() && self.witnesses.is_empty());
        alone(keys_of_logs, !self.log_proofs.is_empty(), "--log-key and --witness-key go with --log-proof")?;
        let given = |paths: &[PathBuf]| {
            let read = |path: &PathBuf| files::small_file(path, MAX_GIVEN).map_err(|e| Stop(Exit::Malformed, e));
            paths.iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let mut authorities = vec![];
        for path in &self.authorities {
            let refuse = |message: String| Stop(Exit::Trust, format!("--tsa {}: {message}", path.display()));
            let file = files::small_file(path, MAX_NAMED).map_err(refuse)?;
            authorities.extend(Certificate::read_all(&file).map_err(|e| refuse(e.to_string()))?);
        }
        Ok(Given {
            time_stamps: given(&self.time_stamps)?,
            authorities,
            log_proofs: given(&self.log_proofs)?,
            logs: keys("--log-key", &self.logs, NoteKey::log)?,
            witnesses: keys("--witness-key", &self.witnesses, NoteKey::witness)?,
        })
    }
}

/// Keys that are named by themselves or by files with one each.
fn keys(
    option: &str,
    named: &[String],
    parse: fn(&str) -> Result<NoteKey, NoteKeyError>,
) -> Result<Vec<NoteKey>, Stop> {
    let one = |text: &String| {
        let refuse = |message: String| Stop(Exit::Trust, format!("{option} {text}: {message}"));
        match parse(text) {
            Err(NoteKeyError::Form) if Path::new(text).exists() => {
                let file = files::small_file(Path::new(text), MAX_NAMED).map_err(refuse)?;
                let file = String::from_utf8(file).map_err(|_| refuse("is no text".to_owned()))?;
                parse(file.trim_end()).map_err(|e| refuse(e.to_string()))
            }
            other => other.map_err(|e| refuse(e.to_string())),
        }
    };
    named.iter().map(one).collect()
}
