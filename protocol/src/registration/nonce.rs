//! Who chose the nonce that is mixed into the challenge key.

use bincode::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// Where the run's nonce comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(tag = "source", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum NonceSource {
    /// The auditor chose it. *Grindable*: an auditor could register many times and keep the run that came out as wished.
    #[serde(rename = "self")]
    OwnChoice {
        /// The nonce, fixed with the registration.
        nonce: Digest,
    },
    /// The other party chooses it after seeing the registration's digest.
    Counterparty {
        /// Who it is, as the auditor names them.
        name: String,
    },
}

impl NonceSource {
    /// Whether the auditor could have tried several nonces before showing one.
    pub fn grindable(&self) -> bool {
        matches!(self, Self::OwnChoice { .. })
    }
}

/// The file in which a counterparty answers a registration: JSON with the registration's digest and a fresh nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonceFile {
    /// Digest of the registration that this nonce is for.
    pub registration: Digest,
    /// 32 bytes chosen by the counterparty after seeing that digest.
    pub nonce: Digest,
}
