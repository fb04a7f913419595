//! When a stub fails instead of answering.

use std::{io, net::TcpStream, thread, time::Duration};

use serde_json::Value;

use super::Stub;

/// What is done with a connection instead of answering. The request has arrived and was not read yet.
pub(crate) type Fail = fn(&TcpStream) -> io::Result<()>;

/// How a stub fails.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// By something else than an answer.
    Instead(Fail),
    /// By calling its answer something of this type.
    Called(&'static str),
}

/// From when on.
#[derive(Clone, Copy)]
pub(crate) enum When {
    /// At once, whatever is asked.
    AtOnce,
    /// As soon as a text is to be scored, in the probe too.
    AtQuestions,
    /// After so many requests about challenges are answered, and with them all of the probe.
    After(usize),
}

/// Tokens of the longest text of the probe: challenges are longer.
pub(crate) const PROBE: usize = 64;

impl Stub {
    /// From `when` on fails.
    pub(crate) fn fail(&self, way: Way, when: When) {
        *self.failing.lock().unwrap() = Some((way, when));
    }

    /// From now on answers again.
    pub(crate) fn recover(&self) {
        *self.failing.lock().unwrap() = None;
    }

    /// Looks at a request without reading it, since a connection that is closed with something unread in it is reset.
    pub(super) fn due_failure(&self, stream: &TcpStream) -> io::Result<Option<Way>> {
        let mut failing = self.failing.lock().unwrap();
        let Some((way, when)) = failing.as_mut() else { return Ok(None) };
        let asked = tokens_to_score(&peek(stream)?);
        Ok(match when {
            When::AtQuestions => asked.map(|_| *way),
            When::After(_) if asked.is_none_or(|tokens| tokens <= PROBE) => None,
            When::AtOnce | When::After(0) => Some(*way),
            When::After(left) => {
                *left -= 1;
                None
            }
        })
    }
}

/// The number of tokens, or of bytes where it is text, of what a request wants to have scored, if it does.
fn tokens_to_score(request: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let path = head.strip_prefix("POST ")?.split(' ').next()?;
    let question: Value = serde_json::from_str(body).ok()?;
    let prompt = &question["prompt"];
    let length = prompt.as_array().map(Vec::len).or_else(|| prompt.as_str().map(str::len))?;
    ["/v1/completions", "/completion", "/api/generate"].contains(&path).then_some(length)
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
