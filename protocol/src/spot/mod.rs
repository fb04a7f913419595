//! Spot checks: somebody draws a few challenges, and the auditor opens the records and scores of just these.
//!
//! A record shows its prompt, its tokens and its figures. A leaf of the score commitment holds twenty scores, so opening
//! one shows the scores of its neighbours too; of the other records nothing is shown. Of a transcript of which a share f is
//! false, a sample of k records misses all that is false with probability (1 − f)^k, or less.

mod openings;
mod request;
#[cfg(test)]
mod tests;

pub use openings::{OpenedLeaf, OpenedRecord, Openings, SpotError};
pub use request::Request;
