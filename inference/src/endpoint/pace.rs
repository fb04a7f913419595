//! One rate limit for all threads.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Spaces the beginnings of requests evenly.
#[derive(Debug)]
pub(super) struct Pace {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most `per_second` requests; without a number, no limit.
    pub(super) fn new(per_second: Option<f64>) -> Self {
        let gap = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Self { gap, next: Mutex::new(None) }
    }

    /// Sleeps until it is this caller's turn.
    pub(super) fn wait(&self) {
        if self.gap.is_zero() {
            return;
        }
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.gap);
            turn
        };
        std::thread::sleep(turn.saturating_duration_since(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_spaced_over_all_threads() {
        let pace = Pace::new(Some(50.0));
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (pace.wait(), pace.wait()));
            }
        });
        // The first of six turns is at once, the others 20 ms apart.
        assert!(begun.elapsed() >= Duration::from_millis(100), "{:?}", begun.elapsed());
        let begun = Instant::now();
        (0..1000).for_each(|_| Pace::new(None).wait());
        assert!(begun.elapsed() < Duration::from_millis(100));
    }
}
