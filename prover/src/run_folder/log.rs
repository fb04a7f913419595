//! The transcript file: every event is on disk before the next step starts.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::PathBuf,
};

use pot_protocol::{
    digest::Digest,
    transcript::{Event, Transcript, TranscriptError},
};

use super::{RunFolder, read_file, write_new_secret};
use crate::error::ProverError;

/// File name of the transcript in a run folder.
const TRANSCRIPT: &str = "transcript.ndjson";

/// The transcript file and its replayed state, always in step.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    state: Transcript,
}

impl Log {
    /// Begins a transcript with its `open` event.
    ///
    /// # Errors
    /// [`ProverError::Usage`] when there is one already; an I/O error otherwise.
    pub fn begin(folder: &RunFolder, registration: Digest, nonce: Digest) -> Result<Self, ProverError> {
        let (state, event) = Transcript::open(registration, nonce, now_millis());
        let path = folder.path(TRANSCRIPT);
        let first = line(&event).map_err(ProverError::io(&path, "cannot write"))?;
        // It holds the prompts and the salts that hide them in the evidence root.
        write_new_secret(&path, &first)?;
        let file = File::options().append(true).open(&path).map_err(ProverError::io(&path, "cannot open"))?;
        Ok(Self { path, file, state })
    }

    /// Opens an existing transcript and replays it. A last line without its end, left by a crash, is cut off: the
    /// step it belonged to had not begun.
    ///
    /// # Errors
    /// [`ProverError::Transcript`] when the file does not replay; an I/O error otherwise.
    pub fn resume(folder: &RunFolder, registration: Digest, nonce: Digest) -> Result<Self, ProverError> {
        let path = folder.path(TRANSCRIPT);
        let mut bytes = read_file(&path)?;
        let file = File::options().write(true).open(&path).map_err(ProverError::io(&path, "cannot open"))?;
        let state = match Transcript::replay(&bytes) {
            Err(TranscriptError::Truncated(0)) => {
                // Not even the first line got to disk: nothing had begun.
                fs::remove_file(&path).map_err(ProverError::io(&path, "cannot remove the empty transcript"))?;
                return Self::begin(folder, registration, nonce);
            }
            Err(TranscriptError::Truncated(keep)) => {
                bytes.truncate(keep);
                let cut = |e| ProverError::io(&path, "cannot cut off the incomplete last line")(e);
                let state = Transcript::replay(&bytes)?;
                file.set_len(keep as u64).map_err(cut)?;
                file.sync_all().map_err(cut)?;
                state
            }
            other => other?,
        };
        let mut log = Self { path, file, state };
        log.file.seek(SeekFrom::End(0)).map_err(ProverError::io(&log.path, "cannot seek"))?;
        Ok(log)
    }

    /// Appends one event and waits until it is on disk.
    ///
    /// # Errors
    /// [`ProverError::Transcript`] when the event does not follow from the ones before it; an I/O error otherwise,
    /// after which this log is of no more use, while the file resumes (an incomplete last line is cut off).
    pub fn append(&mut self, event: &Event) -> Result<(), ProverError> {
        self.state.apply(event)?;
        let failed = |e| ProverError::io(&self.path, "cannot append; free some space and pass --resume")(e);
        let line = line(event).map_err(failed)?;
        self.file.write_all(&line).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }

    /// The replayed state.
    pub fn state(&self) -> &Transcript {
        &self.state
    }
}

fn line(event: &Event) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    Ok(line)
}

/// Unix milliseconds by this machine's clock.
pub fn now_millis() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
