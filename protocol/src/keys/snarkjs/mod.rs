//! Keys, proofs and public inputs as snarkjs' JSON files and as the words of an EVM call.
//!
//! Numbers are decimal strings, as in snarkjs 0.7. What is written has snarkjs' own layout (one space of indentation, one
//! value a line). What is read is taken strictly: a number has one spelling and is below its modulus, a point lies on
//! its curve, in its group, and is not infinity; no field is missing or unknown. A snarkjs that reads the same file is
//! less strict, so these readers and not it decide what is accepted here.
//!
//! **Files of field elements say nothing by themselves.** Whoever checks a proof with them must compute the statement's
//! digest d from the statement and pin the policy digest π; see `docs/formats.md`.

mod calldata;
mod key;
mod number;
mod point;
mod proof;
mod public;

#[cfg(test)]
mod tests;

pub use calldata::{CALLDATA_LEN, PROOF_WORDS_LEN, calldata, proof_words};
pub use key::{GenericKey, read_verification_key, verification_key};
pub use proof::{proof, read_proof};
pub use public::{public, read_public};
use serde::{Serialize, de::DeserializeOwned};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// The names that every file carries.
const PROTOCOL: &str = "groth16";
const CURVE: &str = "bn128";

/// Why a JSON file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct JsonError {
    /// Which of the three files, by the name that snarkjs gives it.
    pub file: &'static str,
    /// What is wrong with it, and where.
    pub reason: String,
}

impl JsonError {
    fn new(file: &'static str, reason: impl Into<String>) -> Self {
        Self { file, reason: reason.into() }
    }
}

fn parse<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, JsonError> {
    if bytes.len() > MAX_BYTES {
        return Err(JsonError::new(file, format!("{} bytes are too many, at most {MAX_BYTES} are read", bytes.len())));
    }
    serde_json::from_slice(bytes).map_err(|e| JsonError::new(file, e.to_string()))
}

fn check_names(file: &'static str, protocol: &str, curve: &str) -> Result<(), JsonError> {
    for (name, found, known) in [("protocol", protocol, PROTOCOL), ("curve", curve, CURVE)] {
        if found != known {
            let shown: String = found.chars().take(32).collect();
            return Err(JsonError::new(file, format!("{name} is {shown:?}, only {known:?} is read")));
        }
    }
    Ok(())
}

/// JSON as `JSON.stringify(value, null, 1)` writes it.
fn render(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    // Strings and arrays of strings into memory: nothing here can fail.
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
    debug_assert!(written.is_ok());
    String::from_utf8(bytes).unwrap_or_default()
}
