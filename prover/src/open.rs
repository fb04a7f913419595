//! Opens a sample of a finished run: the records that somebody asks for, and nothing of the others but the scores in the same
//! leaves.

use std::path::Path;

use pot_protocol::{
    spot::{Openings, Request},
    transcript::Transcript,
};

use crate::{
    error::ProverError,
    prove::Prepared,
    run_folder::{RunFolder, read_file},
};

/// Reads a request of `pot-check challenge-openings`.
///
/// # Errors
/// [`ProverError::Input`] when the file is none.
pub fn read_request(path: &Path) -> Result<Request, ProverError> {
    serde_json::from_slice(&read_file(path)?).map_err(|e| ProverError::input(path, e))
}

/// The answer to `request`, or to one of `count` challenges that follows from the statement; checked as a verifier would.
///
/// # Errors
/// [`ProverError::Usage`] when the request is about another statement; an error of [`Prepared::from_folder`].
pub fn open(folder: &RunFolder, request: Option<Request>, count: u32) -> Result<Openings, ProverError> {
    let prepared = Prepared::from_folder(folder)?;
    let statement = prepared.statement();
    let request = request.unwrap_or_else(|| Request::fiat_shamir(statement.digest(), count));
    if request.statement != statement.digest() {
        return Err(ProverError::Usage(format!(
            "the request is about statement {}, this run's is {}",
            request.statement,
            statement.digest()
        )));
    }
    let path = folder.path("transcript.ndjson");
    let transcript = Transcript::replay(&read_file(&path)?).map_err(|e| ProverError::input(&path, e))?;
    let openings = Openings::of(request, transcript.records(), &prepared.commitment());
    openings.verify(statement).map_err(|e| ProverError::Sealed(e.to_string()))?;
    Ok(openings)
}
