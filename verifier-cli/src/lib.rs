//! Checks a published bundle without any model: no clap, no I/O, no randomness, no thread pool.
//!
//! The caller reads the files and passes bytes; [`check`] answers with a [`Report`] of what was verified, what was
//! not given, the assurance level and the bound of the verdict in words, or with the reason for a refusal.
//! [`check_batch`] answers the same for many bundles at once, in a third of the time.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (bundle, key) = ("../test-vectors/v1/valid/forgeable/same-topk.pot", "../test-vectors/v1/valid/forgeable/verifying.key");
//! # let (bundle, key) = (std::fs::read(bundle)?, std::fs::read(key)?);
//! use pot_verifier::{Evidence, check, trust::TrustStore};
//! let mut trust = TrustStore::new(true); // true: also keys that one party could forge under, with assurance `none`
//! trust.add(&key)?;
//! let report = check(&bundle, &trust, &Evidence::default())?;
//! println!("{} after {} challenges, assurance {}", report.verdict, report.n, report.assurance.name());
//! # assert_eq!((report.verdict, report.n, report.assurance.name()), ("SAME-TOPK", 11, "none"));
//! # Ok(())
//! # }
//! ```
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
