//! Checks a published bundle without any model: no clap, no I/O, no randomness, no thread pool.
//!
//! The caller reads the files and passes bytes; [`check`] answers with a [`Report`] of what was verified, what was
//! not given, the assurance level and the bound of the verdict in words, or with the reason for a refusal.
#![deny(clippy::indexing_slicing)]

pub mod acceptance;
pub mod trust;

mod check;
mod error;
mod export;
mod registry;
mod report;
mod svr;

pub use check::{Evidence, Logged, Seen, Stamped, Times, TimesReport, check, check_batch};
pub use error::{CheckError, Class};
pub use export::{Exported, export};
pub use pot_attestation::{Certificate, KeyError, NoteKey, NoteKeyError, PublicKey, TimeStampError};
pub use registry::{RegistryFile, RegistryReport};
pub use report::{Assurance, Piece, Report, Said, Signed, Trustee};
pub use svr::{Verified, svr};
