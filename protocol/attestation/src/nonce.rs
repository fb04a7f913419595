//! Nonces that somebody other than the auditor gives: a counterparty's answer, signed or not, or a beacon's round.

use pot_protocol::{
    digest::Digest,
    registration::{NonceFile, NonceSource, Registration},
};

use crate::{
    beacon::{BeaconError, Chain},
    dsse::{Envelope, EnvelopeError},
    key::{KeyError, PublicKey, SigningKey},
};

/// Payload type of a signed answer.
const NONCE: &str = "application/vnd.proof-of-training.nonce.v1+json";

/// Why a file gives a registration no nonce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NonceError {
    /// The file is no answer.
    #[error("no nonce file: {0}")]
    Malformed(String),
    /// The registration takes no such answer.
    #[error("this registration does not wait for such an answer: its nonce is {0}")]
    NotWanted(&'static str),
    /// The registered key of the counterparty is no key.
    #[error("the registered counterparty: {0}")]
    Key(#[from] KeyError),
    /// A key that is not the registered one.
    #[error("the registration waits for key {registered}, this one is {given}")]
    OtherKey {
        /// Id of the registered key.
        registered: Digest,
        /// Id of the key at hand.
        given: Digest,
    },
    /// Not signed by the counterparty.
    #[error("the nonce: {0}")]
    Envelope(#[from] EnvelopeError),
    /// Not the registered round.
    #[error(transparent)]
    Beacon(#[from] BeaconError),
    /// The round was there before the registration.
    #[error("round {round} of the beacon came at {came}, the registration is of {registered}: a nonce has to be later")]
    Early {
        /// The registered round.
        round: u64,
        /// When it came, Unix seconds.
        came: u64,
        /// When the run was registered, Unix seconds.
        registered: u64,
    },
    /// An answer to another registration.
    #[error("the file answers registration {found}, this one is {registration}")]
    Other {
        /// The one that it answers.
        found: Digest,
        /// The one that it is given for.
        registration: Digest,
    },
}

/// A signed answer to a registration, as JSON.
///
/// # Errors
/// [`NonceError::NotWanted`] or [`NonceError::OtherKey`] when the registration does not wait for this key's answer.
pub fn sign_nonce(registration: &Registration, nonce: Digest, key: &SigningKey) -> Result<Vec<u8>, NonceError> {
    let key_id = key.public().id();
    match &registration.fields().nonce {
        NonceSource::Signed { key: registered, .. } if *registered == key.public().to_der() => {}
        NonceSource::Signed { key, .. } => {
            return Err(NonceError::OtherKey { registered: PublicKey::from_der(key)?.id(), given: key_id });
        }
        other => return Err(NonceError::NotWanted(source(other))),
    }
    let answer = NonceFile { registration: registration.digest(), nonce };
    let malformed = |e: serde_json::Error| NonceError::Malformed(e.to_string());
    let envelope = Envelope::sign(NONCE, serde_json::to_vec(&answer).map_err(malformed)?, key);
    serde_json::to_vec(&envelope).map_err(malformed)
}

/// The answer in `bytes` to `registration`: plain JSON of a counterparty without a key, an envelope of one with a key, which
/// has to hold, or the registered round of a beacon.
///
/// # Errors
/// [`NonceError`].
pub fn read_nonce(bytes: &[u8], registration: &Registration) -> Result<NonceFile, NonceError> {
    let fields = registration.fields();
    let answer = |json: &[u8]| serde_json::from_slice(json).map_err(|e| NonceError::Malformed(e.to_string()));
    let found: NonceFile = match &fields.nonce {
        NonceSource::Counterparty { .. } => answer(bytes)?,
        NonceSource::Signed { key, .. } => {
            let envelope = Envelope::from_json(bytes)?;
            answer(envelope.verify(NONCE, [&PublicKey::from_der(key)?])?.0)?
        }
        NonceSource::Beacon { chain, round } => {
            let chain = Chain::by_hash(*chain)?;
            let (came, registered) = (chain.time_of(*round), fields.registered_at);
            if came <= registered {
                return Err(NonceError::Early { round: *round, came, registered });
            }
            NonceFile { registration: registration.digest(), nonce: chain.randomness(bytes, *round)? }
        }
        other => return Err(NonceError::NotWanted(source(other))),
    };
    if found.registration == registration.digest() {
        Ok(found)
    } else {
        Err(NonceError::Other { found: found.registration, registration: registration.digest() })
    }
}

fn source(nonce: &NonceSource) -> &'static str {
    match nonce {
        NonceSource::OwnChoice { .. } => "the auditor's own, fixed with it",
        NonceSource::Counterparty { .. } => "a counterparty's, who does not sign it",
        NonceSource::Beacon { .. } => "a beacon's",
        _ => "somebody else's",
    }
}
