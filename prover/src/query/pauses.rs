//! How long to wait before asking again.

use std::time::Duration;

use pot_inference::{Backoff, Retry};

use crate::run_folder::random32;

/// How often a batch is asked again in one go. A policy allows more attempts: what is left is for resuming the run
/// after a long failure.
const REPETITIONS: u32 = 3;

/// The pauses of one batch.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    taken: u32,
}

impl Pauses {
    /// The next pause, or nothing when asking again makes no sense, or not now.
    pub(super) fn next(&mut self, retry: Retry) -> Option<Duration> {
        if self.taken >= REPETITIONS {
            return None;
        }
        // Only the jitter hangs on it: without randomness the pause is the longest one.
        let random = random32().map_or(1.0, |bytes| f64::from(u16::from_le_bytes([bytes[0], bytes[1]])) / 65_536.0);
        let pause = Backoff::default().pause(retry, self.taken, random);
        self.taken = self.taken.saturating_add(1);
        pause
    }
}
