//! Whether asking again makes sense, and when. Nothing here asks again: that is resampling, for the caller to log.

use std::time::Duration;

use super::EndpointError;
use crate::InferenceError;

/// Whether another attempt at the same question makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The answer would be the same, or was wrong in a way that asking again must not hide.
    Never,
    /// After a while of the caller's choosing, see [`Backoff`].
    Backoff,
    /// Not before this long.
    After(Duration),
}

impl InferenceError {
    /// Whether another attempt makes sense. Only transport failures and a server's plea of overload are worth one; a
    /// strange answer never is.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Endpoint(error) => error.retry(),
            _ => Retry::Never,
        }
    }
}

impl EndpointError {
    /// See [`InferenceError::retry`].
    pub fn retry(&self) -> Retry {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } => Retry::Backoff,
            Self::Status { status: 408 | 425 | 429 | 500 | 502 | 503 | 504, retry_after, .. } => {
                retry_after.map_or(Retry::Backoff, Retry::After)
            }
            _ => Retry::Never,
        }
    }
}

/// Exponential waiting times with full jitter: attempt n waits a random part of `first · 2^n`, at most `most`.
/// After <https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait before the first repetition.
    pub first: Duration,
    /// The longest wait before any repetition.
    pub most: Duration,
    /// A server that asks for a longer wait than this is given up.
    pub patience: Duration,
}

impl Default for Backoff {
    /// Half a second, doubling up to half a minute; a server may ask for five minutes.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(30), patience: Duration::from_secs(300) }
    }
}

impl Backoff {
    /// How long to wait before repetition `attempt`, counted from 0, or nothing when there should be none. `random` is
    /// uniform in [0, 1); anything else counts as the nearer end.
    pub fn pause(&self, retry: Retry, attempt: u32, random: f64) -> Option<Duration> {
        let doubled = self.first.checked_mul(2_u32.checked_pow(attempt).unwrap_or(u32::MAX));
        let share = if random.is_nan() { 1.0 } else { random.clamp(0.0, 1.0) };
        let jitter = doubled.unwrap_or(self.most).min(self.most).mul_f64(share);
        match retry {
            Retry::Never => None,
            Retry::Backoff => Some(jitter),
            // All clients were told the same time: the jitter on top keeps them from returning at once.
            Retry::After(wait) => (wait <= self.patience).then(|| wait.saturating_add(jitter)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_bound_and_honour_the_server() {
        let backoff = Backoff::default();
        assert_eq!(backoff.pause(Retry::Backoff, 0, 1.0), Some(Duration::from_millis(500)));
        assert_eq!(backoff.pause(Retry::Backoff, 3, 1.0), Some(Duration::from_secs(4)));
        assert_eq!(backoff.pause(Retry::Backoff, 3, 0.25), Some(Duration::from_secs(1)));
        for attempt in [10, 31, 32, u32::MAX] {
            assert_eq!(backoff.pause(Retry::Backoff, attempt, 1.0), Some(Duration::from_secs(30)), "{attempt}");
        }
        assert_eq!(backoff.pause(Retry::Backoff, 2, -1.0), Some(Duration::ZERO));
        assert_eq!(backoff.pause(Retry::Backoff, 0, f64::NAN), Some(Duration::from_millis(500)));
        assert_eq!(backoff.pause(Retry::After(Duration::from_secs(7)), 0, 0.0), Some(Duration::from_secs(7)));
        assert_eq!(backoff.pause(Retry::After(Duration::from_secs(3600)), 0, 0.0), None);
        assert_eq!(backoff.pause(Retry::Never, 0, 0.5), None);
    }
}
