//! When a stub fails instead of answering.

use std::{io, net::TcpStream, thread, time::Duration};

use serde_json::Value;

use super::Stub;

/// What is done with a connection instead of answering. The request has arrived and was not read yet.
pub(crate) type Fail = fn(&TcpStream) -> io::Result<()>;

/// How a stub fails, and from when on.
#[derive(Clone, Copy)]
pub(crate) struct Failing {
    pub(crate) fail: Fail,
    /// How many challenges are answered before, and with them all of the probe. Without a number nothing is.
    pub(crate) after: Option<usize>,
}

/// Tokens of the longest text of the probe: challenges are longer.
pub(crate) const PROBE: usize = 64;

impl Stub {
    /// From now on fails, at once or after so many challenges.
    pub(crate) fn fail(&self, fail: Fail, after: Option<usize>) {
        *self.failing.lock().unwrap() = Some(Failing { fail, after });
    }

    /// From now on answers again.
    pub(crate) fn recover(&self) {
        *self.failing.lock().unwrap() = None;
    }

    /// Looks at a request without reading it, since a connection that is closed with something unread in it is reset.
    pub(super) fn due_failure(&self, stream: &TcpStream) -> io::Result<Option<Fail>> {
        let mut failing = self.failing.lock().unwrap();
        let Some(Failing { fail, after }) = failing.as_mut() else { return Ok(None) };
        let request = peek(stream)?;
        match after {
            Some(_) if !asks_a_challenge(&request) => return Ok(None),
            None | Some(0) => return Ok(Some(*fail)),
            Some(left) => *left -= 1,
        }
        Ok(None)
    }
}

fn asks_a_challenge(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let question: Value = serde_json::from_str(body).unwrap_or_default();
    head.starts_with("POST /v1/completions") && question["prompt"].as_array().is_some_and(|p| p.len() > PROBE)
}

/// The whole request, left where it is.
pub(crate) fn peek(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let length = stream.peek(&mut bytes)?;
        if length == 0 || complete(&bytes[..length]) {
            bytes.truncate(length);
            return Ok(bytes);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split_once("content-length:").and_then(|(_, rest)| rest.lines().next());
    length.is_none_or(|length| body.len() >= length.trim().parse().unwrap())
}
