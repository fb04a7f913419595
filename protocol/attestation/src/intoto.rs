//! in-toto statements (v1): what somebody says about artifacts, named by their digests.

use std::collections::BTreeMap;

use pot_protocol::digest::Digest;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};

/// Payload type of an in-toto statement in an envelope.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
const TYPE: &str = "https://in-toto.io/Statement/v1";

/// An artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is called here; the digest decides.
    #[serde(default)]
    pub name: String,
    /// Algorithm and hexadecimal digest.
    #[serde(deserialize_with = "each_once")]
    pub digest: BTreeMap<String, String>,
}

/// A map in which no key stands twice: of two values readers would take different ones.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct EachOnce;
    impl<'de> Visitor<'de> for EachOnce {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("digests by algorithm")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some((algorithm, digest)) = entries.next_entry::<String, String>()? {
                if found.insert(algorithm, digest).is_some() {
                    return Err(serde::de::Error::custom("a digest stands twice"));
                }
            }
            Ok(found)
        }
    }
    deserializer.deserialize_map(EachOnce)
}

impl Subject {
    /// An artifact by its SHA-256.
    pub fn sha256(name: impl Into<String>, digest: Digest) -> Self {
        Self { name: name.into(), digest: BTreeMap::from([("sha256".to_owned(), digest.to_string())]) }
    }

    /// Its SHA-256, where it is named by one.
    pub fn sha256_digest(&self) -> Option<Digest> {
        self.digest.get("sha256").and_then(|hex| hex.parse().ok())
    }
}

/// A statement with a predicate of some type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    /// What it is about.
    pub subject: Vec<Subject>,
    /// Type of the predicate.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    pub predicate: P,
}

/// Why a payload is no statement of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// No in-toto statement v1.
    #[error("no in-toto statement: {0}")]
    Malformed(String),
    /// A predicate of another type.
    #[error("the statement's predicate is '{found}', expected is '{expected}'")]
    Predicate {
        /// Type that was expected.
        expected: String,
        /// Type of the statement.
        found: String,
    },
}

/// The type of a signed statement's predicate.
///
/// # Errors
/// [`StatementError::Malformed`].
pub fn predicate_type(json: &[u8]) -> Result<String, StatementError> {
    let any: Statement<serde::de::IgnoredAny> =
        serde_json::from_slice(json).map_err(|e| StatementError::Malformed(e.to_string()))?;
    Ok(any.predicate_type)
}

impl<P: Serialize> Statement<P> {
    /// A statement.
    pub fn new(subject: Vec<Subject>, predicate_type: impl Into<String>, predicate: P) -> Self {
        Self { kind: TYPE.to_owned(), subject, predicate_type: predicate_type.into(), predicate }
    }

    /// The JSON that is signed.
    ///
    /// # Errors
    /// [`StatementError::Malformed`] when the predicate has no JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, StatementError> {
        serde_json::to_vec(self).map_err(|e| StatementError::Malformed(e.to_string()))
    }
}

impl<P: for<'de> Deserialize<'de>> Statement<P> {
    /// Reads a payload whose signature holds.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn from_json(json: &[u8], predicate_type: &str) -> Result<Self, StatementError> {
        let malformed = |e: serde_json::Error| StatementError::Malformed(e.to_string());
        let any: Statement<serde::de::IgnoredAny> = serde_json::from_slice(json).map_err(malformed)?;
        if any.kind != TYPE {
            return Err(StatementError::Malformed(format!("its type is '{}', read is '{TYPE}'", any.kind)));
        }
        if any.predicate_type != predicate_type {
            return Err(StatementError::Predicate { expected: predicate_type.to_owned(), found: any.predicate_type });
        }
        serde_json::from_slice(json).map_err(malformed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may panic

    use super::*;

    #[test]
    fn statements_come_back_and_others_are_refused() {
        let subject = Subject::sha256("bundle.pot", Digest([7; 32]));
        assert_eq!(subject.sha256_digest(), Some(Digest([7; 32])));
        let statement = Statement::new(vec![subject], "urn:one", vec![1, 2]);
        let json = statement.to_json().unwrap();
        assert_eq!(predicate_type(&json), Ok("urn:one".to_owned()));
        assert!(matches!(predicate_type(b"{}"), Err(StatementError::Malformed(_))));
        assert_eq!(Statement::<Vec<u32>>::from_json(&json, "urn:one").unwrap(), statement);
        let other = Statement::<Vec<u32>>::from_json(&json, "urn:two").unwrap_err();
        assert!(matches!(other, StatementError::Predicate { .. }));
        assert!(Statement::<u32>::from_json(&json, "urn:one").is_err());
        let text = String::from_utf8(json).unwrap();
        for (from, to) in [("Statement/v1", "Statement/v0.1"), ("\"subject\"", "\"object\"")] {
            assert!(Statement::<Vec<u32>>::from_json(text.replace(from, to).as_bytes(), "urn:one").is_err());
        }
    }

    #[test]
    fn a_digest_that_stands_twice_is_refused() {
        let read = |digests: &str| {
            serde_json::from_str::<Subject>(&format!("{{\"name\":\"n\",\"digest\":{{{digests}}}}}")).is_ok()
        };
        assert!(read("\"sha256\":\"1\",\"sha512\":\"2\""));
        assert!(!read("\"sha256\":\"1\",\"sha256\":\"2\""));
        let none = serde_json::from_str::<Subject>("{\"name\":\"n\",\"digest\":1}").unwrap_err().to_string();
        assert!(none.contains("expected digests by algorithm"), "{none}");
    }

    #[test]
    fn a_subject_without_a_sha256_has_none() {
        let subject = |key: &str, hex: &str| Subject {
            name: String::new(),
            digest: BTreeMap::from([(key.to_owned(), hex.to_owned())]),
        };
        assert_eq!(subject("sha512", &"0".repeat(128)).sha256_digest(), None);
        assert_eq!(subject("sha256", "12").sha256_digest(), None);
    }
}
