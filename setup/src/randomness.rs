//! Randomness from the operating system.

use ark_std::rand::{SeedableRng, rngs::StdRng};
use zeroize::Zeroizing;

use crate::SetupError;

/// A cryptographic generator under 32 fresh bytes of the operating system's randomness. There is no way to seed it
/// otherwise.
///
/// # Errors
/// [`SetupError::Randomness`] when the system gives none.
pub fn from_os() -> Result<StdRng, SetupError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(SetupError::Randomness)?;
    Ok(StdRng::from_seed(*seed))
}
