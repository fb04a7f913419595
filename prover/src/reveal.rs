//! Publishing the challenge key, once nothing depends on its being secret any more.

use zeroize::Zeroizing;

use crate::{error::ProverError, prove::Prepared, run_folder::RunFolder};

/// The challenge key of a finished run as `pot-check verify --reveal` reads it: 64 hexadecimal digits and a line break. With
/// it every prompt of the run can be derived, so it has to stay secret until the run has stopped.
///
/// # Errors
/// [`ProverError::Undecided`] when the run has not stopped; an error of [`Prepared::from_folder`] when it is damaged or the
/// key is not the registered one.
pub fn reveal(folder: &RunFolder) -> Result<Zeroizing<String>, ProverError> {
    Prepared::from_folder(folder)?;
    Ok(folder.secrets()?.key_line())
}
