//! How patiently and how fast a server is asked.

use std::time::Duration;

use super::EndpointError;

/// Limits and settings of a connection. The defaults suit one model server on the same machine or network.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointOptions {
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for a whole answer, from the first byte sent to the last one received.
    pub timeout: Duration,
    /// Most requests begun per second, over all threads; nothing for no limit.
    pub requests_per_second: Option<f64>,
    /// Most requests under way at once. More than one changes how a server batches, and so the last digits of what it
    /// says: keep to one where answers should repeat.
    pub concurrency: usize,
    /// Name of the environment variable with the API key; nothing when none is needed. The key itself is never kept
    /// anywhere that is shown or recorded.
    pub api_key_env: Option<String>,
    /// Send the key over plain http to another machine too.
    pub allow_insecure: bool,
    /// Largest answer in bytes.
    pub max_response_bytes: u64,
    /// How many of the most likely tokens are asked for in the probe.
    pub top: u32,
    /// Longest sequence in tokens, for a server that does not say; else the smaller of the two counts.
    pub max_positions: usize,
    /// Size of the reference's vocabulary when it is padded beyond its tokenizer's.
    pub vocabulary: Option<usize>,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(120),
            requests_per_second: None,
            concurrency: 1,
            api_key_env: None,
            allow_insecure: false,
            max_response_bytes: 64 << 20,
            top: 5,
            max_positions: 4096,
            vocabulary: None,
        }
    }
}

impl EndpointOptions {
    pub(super) fn check(&self) -> Result<(), EndpointError> {
        let refuse = |option, reason| Err(EndpointError::BadOption { option, reason });
        if self.connect_timeout.is_zero() || self.timeout.is_zero() {
            return refuse("timeout", "must be longer than 0");
        }
        // Below one request in a thousand seconds a wait would look like a hang.
        if self.requests_per_second.is_some_and(|rate| !(0.001..=1e6).contains(&rate)) {
            return refuse("requests_per_second", "must be between 0.001 and 1000000");
        }
        if !(1..=256).contains(&self.concurrency) {
            return refuse("concurrency", "must be between 1 and 256");
        }
        if self.max_response_bytes == 0 {
            return refuse("max_response_bytes", "must be at least 1");
        }
        if self.top == 0 {
            return refuse("top", "must be at least 1");
        }
        if self.max_positions < 2 {
            return refuse("max_positions", "must be at least 2");
        }
        Ok(())
    }
}
