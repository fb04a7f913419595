//! Who says what: signatures in the formats of the ecosystem.
//!
//! Keys are ECDSA P-256 or Ed25519 in PKCS#8 and SPKI, what is signed lies in DSSE envelopes, statements about artifacts
//! are in-toto statements inside Sigstore bundles. When something was there is said by time-stamps (RFC 3161) and transparency logs (C2SP). Nothing here does I/O or draws randomness.
#![deny(clippy::indexing_slicing)]

mod beacon;
mod countersigned;
mod dsse;
mod intoto;
mod key;
mod model_root;
mod model_signing;
mod nonce;
mod note;
mod registered;
mod sigstore;
mod svr;
mod timestamp;
mod tlog;
mod verdict;

pub use beacon::{BeaconError, Chain, QUICKNET};
pub use countersigned::{ANSWERS, Countersigned, IDENTITY, SignedAnswer, SignedAnswers};
pub use dsse::{Envelope, EnvelopeError, Signature, pae};
pub use intoto::{IN_TOTO, Statement, StatementError, Subject, predicate_type};
pub use key::{Algorithm, KeyError, PublicKey, SigningKey};
pub use model_root::{model_root, weights_of};
pub use model_signing::{MODEL_SIGNING, SignedModel};
pub use nonce::{NonceError, read_nonce, sign_nonce};
pub use note::{NoteKey, NoteKeyError};
pub use registered::{REGISTRATION, is_about, registration_statement};
pub use sigstore::SigstoreBundle;
pub use svr::{SVR, VerificationResult, Verifier};
pub use timestamp::{Certificate, TimeStamp, TimeStampError, utc, verify_time_stamp};
pub use tlog::{Cosignature, LogProof, LogProofError, verify_log_proof};
pub use verdict::{VERDICT, Verdict};
