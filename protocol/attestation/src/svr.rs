//! in-toto's Simple Verification Result (v0.2): what a verifier found to hold of an artifact, for those who rely on him
//! instead of checking themselves.
//!
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md>

use pot_protocol::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::intoto::Subject;

/// Type of the predicate.
pub const SVR: &str = "https://in-toto.io/attestation/svr/v0.2";

/// The predicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerificationResult {
    /// Who verified.
    pub verifier: Verifier,
    /// When, RFC 3339.
    pub time_created: String,
    /// What holds; names begin with `POT_`.
    pub properties: Vec<String>,
}

/// The one who verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verifier {
    /// A URI.
    pub id: String,
    /// The policy files that were applied, by their digests; none is an empty list.
    pub policies: Vec<Subject>,
}

impl VerificationResult {
    /// A result.
    pub fn new(id: String, policy: Option<(String, Digest)>, time_created: String, properties: Vec<String>) -> Self {
        let policies = policy.into_iter().map(|(name, digest)| Subject::sha256(name, digest)).collect();
        Self { verifier: Verifier { id, policies }, time_created, properties }
    }
}
