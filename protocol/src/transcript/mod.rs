//! The append-only log of a run: newline-delimited JSON events, replayed strictly.
//!
//! Order of events: `open`, then for each challenge an intent and an answer of the reference, an intent and an answer
//! of the candidate, and a record. Challenges may be asked side by side, up to the next look of the rule and never
//! beyond it; their records follow in order. Every line is on disk before the step that it announces. A failure, or a
//! crash between an intent and its answer, leads to a new intent with the next attempt number: nothing is skipped,
//! nothing becomes a score.

mod event;
mod opening;
mod record;
mod replay;
#[cfg(test)]
mod tests;
mod unread;

pub use event::{Event, Side};
pub use opening::{Opening, OpeningError};
pub use record::{Record, RecordError, SideRecord};
pub use replay::{Attempts, Half, Logged, MAX_LINE, Next, Sealed, Transcript, TranscriptError, next_look};
pub use unread::{Unread, unread};
