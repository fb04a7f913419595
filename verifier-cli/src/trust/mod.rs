//! Which verifying keys are trusted. A key never comes out of the bundle that it is to check.

mod circuits;

use std::collections::BTreeMap;

pub use circuits::known_circuit;
use pot_protocol::{
    keys::{KeyId, Provenance, VerifyingKey},
    statement::Statement,
};

use crate::error::CheckError;

/// Verifying keys by id, and whether development keys are allowed.
#[derive(Debug, Default)]
pub struct TrustStore {
    keys: BTreeMap<KeyId, VerifyingKey>,
    allow_development: bool,
}

/// A key that may check a certain bundle.
#[derive(Debug)]
pub struct Trusted<'a>(&'a VerifyingKey);

impl TrustStore {
    /// A store without keys; development keys are refused unless allowed here.
    pub fn new(allow_development: bool) -> Self {
        Self { keys: BTreeMap::new(), allow_development }
    }

    /// Adds the verifying key in `bytes` and returns its id.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when the bytes are no verifying key, or one that is always refused (gamma = delta, points
    /// off the curve or outside the group).
    pub fn add(&mut self, bytes: &[u8]) -> Result<KeyId, CheckError> {
        let key =
            VerifyingKey::from_bytes(bytes).map_err(|e| CheckError::Trust(format!("verifying key refused: {e}")))?;
        let id = key.id();
        self.keys.insert(id, key);
        Ok(id)
    }

    /// The key `id` for checking `statement`.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when the key is unknown, a development key that is not allowed, or for another circuit.
    pub fn key(&self, id: &KeyId, statement: &Statement) -> Result<Trusted<'_>, CheckError> {
        let refuse = |what: String| Err(CheckError::Trust(what));
        let Some(key) = self.keys.get(id) else {
            return refuse(format!(
                "verifying key {id} is not trusted: pass a file that you got from a source you trust with --trust, or, \
                 for a development key of your own, --allow-development-key"
            ));
        };
        let fields = statement.fields();
        if known_circuit(fields.capacity) != fields.circuit || key.circuit() != fields.circuit {
            return refuse(format!(
                "key {id} or the bundle is for another circuit than this program's verdict circuit"
            ));
        }
        if is_development(key) && !self.allow_development {
            return refuse(format!(
                "key {id} is a development key, so whoever made it can forge proofs: pass --allow-development-key to \
                 check anyway, with assurance 'none'"
            ));
        }
        Ok(Trusted(key))
    }
}

impl Trusted<'_> {
    /// The key.
    pub fn key(&self) -> &VerifyingKey {
        self.0
    }

    /// Whether it was made on one machine, so that its maker can forge.
    pub fn is_development(&self) -> bool {
        is_development(self.0)
    }

    /// Where the key comes from, in words.
    pub fn provenance(&self) -> String {
        let kind = if self.is_development() { "development key" } else { "ceremony key" };
        format!("{kind} {}", self.0.id())
    }
}

fn is_development(key: &VerifyingKey) -> bool {
    matches!(key.provenance(), Provenance::Development)
}
