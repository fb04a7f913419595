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
    /// The other party chooses it after seeing the registration's digest, and nothing shows that it was them.
    Counterparty {
        /// Who it is, as the auditor names them.
        name: String,
    },
    /// The other party chooses it after seeing the registration's digest, and signs both.
    Signed {
        /// Who it is, as the auditor names them.
        name: String,
        /// Their public key: the DER bytes of its `SubjectPublicKeyInfo`.
        #[serde(with = "hex")]
        key: Vec<u8>,
    },
    /// A public randomness beacon publishes it later: nobody chooses it.
    Beacon {
        /// The hash of drand's chain.
        chain: Digest,
        /// The round, from 1.
        round: u64,
    },
}

impl NonceSource {
    /// Whether the auditor could have tried several nonces before showing one.
    pub fn grindable(&self) -> bool {
        matches!(self, Self::OwnChoice { .. })
    }
}

/// What a counterparty answers to a registration: its digest and a fresh nonce, as JSON, in an envelope where it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonceFile {
    /// Digest of the registration that this nonce is for.
    pub registration: Digest,
    /// 32 bytes chosen by the counterparty after seeing that digest.
    pub nonce: Digest,
}
