//! Which verifying keys are trusted. A key never comes out of the bundle that it is to check.

mod circuits;
mod file;
mod provenance;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use circuits::known_circuit;
pub use file::{KeyBytes, ListedKey, parse_trust_file};
pub use pot_protocol::keys::{BUILT_IN, BuiltInKey};
use pot_protocol::{
    keys::{KeyId, Standing, VerifyingKey},
    statement::Statement,
};
pub use provenance::{CeremonyReport, KeyReport};

use crate::error::CheckError;

/// Why a key is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// It comes with this program.
    BuiltIn,
    /// A trust file lists it.
    TrustFile,
    /// Its file was named.
    Named,
    /// It lies in the user's own key folder.
    OwnFolder,
}

/// A key, and why it is trusted.
#[derive(Debug)]
struct Entry {
    key: VerifyingKey,
    label: Option<String>,
    source: Source,
}

/// Verifying keys by id, and whether development keys are allowed.
#[derive(Debug, Default)]
pub struct TrustStore {
    keys: BTreeMap<KeyId, Entry>,
    allow_development: bool,
}

/// A key that may check a certain bundle.
#[derive(Debug)]
pub struct Trusted<'a>(&'a Entry);

impl TrustStore {
    /// A store without keys; development keys are refused unless allowed here.
    pub fn new(allow_development: bool) -> Self {
        Self { keys: BTreeMap::new(), allow_development }
    }

    /// Adds a named verifying key, that in `bytes`, and returns its id. A key that is there already stays as it is.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when the bytes are no verifying key, or one that is always refused (gamma = delta, points
    /// off the curve or outside the group).
    pub fn add(&mut self, bytes: &[u8]) -> Result<KeyId, CheckError> {
        self.insert(bytes, None, Source::Named)
    }

    /// Adds a key out of the user's own key folder, as [`TrustStore::add`] does.
    ///
    /// # Errors
    /// [`CheckError::Trust`] as of [`TrustStore::add`].
    pub fn add_own(&mut self, bytes: &[u8]) -> Result<KeyId, CheckError> {
        self.insert(bytes, None, Source::OwnFolder)
    }

    /// Adds the keys that come with a program: [`BUILT_IN`] for this one.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when a key is refused or has another id than its pinned one.
    pub fn add_built_in(&mut self, list: &[BuiltInKey]) -> Result<(), CheckError> {
        for key in list {
            let pinned = key.id.parse::<KeyId>().map_err(CheckError::Trust)?;
            self.add_pinned(key.bytes, pinned, key.label, Source::BuiltIn)?;
        }
        Ok(())
    }

    /// Adds a key of a trust file, whose bytes the caller has at hand.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when the key is refused or has another id than the listed one.
    pub fn add_listed(&mut self, listed: &ListedKey, bytes: &[u8]) -> Result<(), CheckError> {
        self.add_pinned(bytes, listed.id, &listed.label, Source::TrustFile)
    }

    fn add_pinned(&mut self, bytes: &[u8], id: KeyId, label: &str, source: Source) -> Result<(), CheckError> {
        // Hash first, parse second.
        let found = KeyId::of(bytes);
        if found != id {
            return Err(CheckError::Trust(format!("the key '{label}' is pinned as {id}, its file has the id {found}")));
        }
        self.insert(bytes, Some(label.to_owned()), source).map(|_| ())
    }

    fn insert(&mut self, bytes: &[u8], label: Option<String>, source: Source) -> Result<KeyId, CheckError> {
        let key =
            VerifyingKey::from_bytes(bytes).map_err(|e| CheckError::Trust(format!("verifying key refused: {e}")))?;
        let id = key.id();
        self.keys.entry(id).or_insert(Entry { key, label, source });
        Ok(id)
    }

    /// What is trusted, in the order of ids.
    pub fn list(&self) -> Vec<KeyReport> {
        self.keys.values().map(KeyReport::of).collect()
    }

    /// The key `id` for checking `statement`.
    ///
    /// # Errors
    /// [`CheckError::Trust`] when the key is unknown, a development key that is not allowed, or for another circuit.
    pub fn key(&self, id: &KeyId, statement: &Statement) -> Result<Trusted<'_>, CheckError> {
        let refuse = |what: String| Err(CheckError::Trust(what));
        let Some(entry) = self.keys.get(id) else {
            return refuse(format!(
                "verifying key {id} is not trusted: pass a file that you got from a source you trust with --trust or \
                 --trust-file, or, for a development key of your own, --allow-development-key"
            ));
        };
        let (key, fields) = (&entry.key, statement.fields());
        if known_circuit(fields.capacity) != fields.circuit
            || key.circuit() != fields.circuit
            || key.capacity() != fields.capacity
        {
            return refuse(format!(
                "key {id} or the bundle is for another circuit than this program's verdict circuit"
            ));
        }
        let trusted = Trusted(entry);
        if trusted.is_development() && !self.allow_development {
            return refuse(format!(
                "key {id} is {}, so whoever made it can forge proofs: pass --allow-development-key to check anyway, with \
                 assurance 'none'",
                if key.standing() == Standing::Rehearsal {
                    "from a rehearsal that one party held alone"
                } else {
                    "a development key"
                }
            ));
        }
        Ok(trusted)
    }
}

impl Trusted<'_> {
    /// The key.
    pub fn key(&self) -> &VerifyingKey {
        &self.0.key
    }

    /// Whether one party may have made it, who then can forge: a key that does not say of itself that it comes from a
    /// ceremony, one of a rehearsal, or one that lies in the user's own folder and was not named.
    pub fn is_development(&self) -> bool {
        // What a key in the user's own folder says of its ceremony, nobody has vouched for.
        let own = self.0.source == Source::OwnFolder;
        own || self.0.key.standing().forger().is_some()
    }

    /// What kind of key it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self.0.key.standing() {
            Standing::Rehearsal => "rehearsal",
            _ if self.is_development() => "development",
            _ => "ceremony",
        }
    }

    /// Where the key comes from and who must be trusted.
    pub fn report(&self) -> KeyReport {
        KeyReport::of(self.0)
    }
}
