//! The ways in which a server fails, one a line.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use super::stub::failing::{Fail, Way, peek};

/// One way to fail.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// What `pot-prove` says about it.
    pub(crate) says: &'static str,
    /// Whether only a time limit ends it.
    pub(crate) waits: bool,
    pub(crate) way: Way,
    /// Whether it is tried by each interface in a run. In the probe all are.
    pub(crate) by_all: bool,
}

const TIME: &str = "no complete answer within the time limit";
const BROKEN: &str = "no complete answer from the server";
const NO_HTTP: &str = "cannot be read as HTTP";
const SHAPE: &str = "not of the documented shape";

const fn at_once(name: &'static str, says: &'static str, fail: Fail) -> Kind {
    Kind { name, says, waits: false, way: Way::Instead(fail), by_all: false }
}

const fn endless(name: &'static str, fail: Fail) -> Kind {
    Kind { name, says: TIME, waits: true, way: Way::Instead(fail), by_all: false }
}

/// One that stands for others like it.
const fn by_all(kind: Kind) -> Kind {
    Kind { by_all: true, ..kind }
}

const fn called(name: &'static str, says: &'static str, kind: &'static str) -> Kind {
    Kind { name, says, waits: false, way: Way::Called(kind), by_all: true }
}

pub(crate) const KINDS: &[Kind] = &[
    endless("one byte of the headers a second", |s| drip(s, "", "HTTP/1.1 200 OK\r\nX-Slow: yes", 1000)),
    by_all(endless("one byte of the body every 200 ms", |s| {
        drip(s, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", " ", 200)
    })),
    endless("silence", |s| drip(s, "", "", 0)),
    by_all(at_once("a reset", BROKEN, |_| Ok(()))),
    at_once("a close without a byte", BROKEN, |s| send(s, b"")),
    at_once("a close in the headers", BROKEN, |s| send(s, b"HTTP/1.1 200 OK\r\nContent-Le")),
    by_all(at_once("half a body", BROKEN, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"model\": \"served\", \"cho")
    })),
    at_once("a whole body under too long a length", BROKEN, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}")
    }),
    at_once("a body cut off by too short a length", SHAPE, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"model\": \"served\"}")
    }),
    by_all(at_once("two lengths", NO_HTTP, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}")
    })),
    at_once("half a chunk", BROKEN, |s| send(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"mod")),
    by_all(at_once("chunks of rubbish", NO_HTTP, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
    })),
    at_once("a chunk of 2^63 bytes", BROKEN, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\n{}")
    }),
    by_all(at_once("429", "HTTP 429: slow down", |s| status(s, "429 Too Many Requests", "", "slow down"))),
    at_once("429 for a second", "HTTP 429: slow down", |s| {
        status(s, "429 Too Many Requests", "Retry-After: 1\r\n", "slow down")
    }),
    at_once("429 for a day", "HTTP 429: slow down", |s| {
        status(s, "429 Too Many Requests", "Retry-After: 86400\r\n", "slow down")
    }),
    by_all(at_once("500", "HTTP 500: oh no", |s| status(s, "500 Internal Server Error", "", "oh no"))),
    at_once("503", "HTTP 503: oh no", |s| status(s, "503 Service Unavailable", "Retry-After: soon\r\n", "oh no")),
    at_once("401", "HTTP 401: who are you", |s| status(s, "401 Unauthorized", "", "who are you")),
    at_once("404", "HTTP 404: nothing here", |s| status(s, "404 Not Found", "", "nothing here")),
    at_once("101", "HTTP 101", |s| {
        send(s, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    }),
    at_once("204", SHAPE, |s| send(s, b"HTTP/1.1 204 No Content\r\n\r\n")),
    by_all(at_once("a redirect to itself", "redirects are not followed", |s| {
        status(s, "302 Found", "Location: /v1/completions\r\n", "")
    })),
    at_once("a redirect elsewhere", "redirects are not followed", |s| {
        status(s, "308 Permanent Redirect", "Location: http://127.0.0.1:1/\r\n", "")
    }),
    by_all(at_once("a web page", SHAPE, |s| {
        status(s, "200 OK", "Content-Type: text/html\r\n", "<html><body>It works!</body></html>")
    })),
    at_once("a web page that does not say so", SHAPE, |s| {
        status(s, "200 OK", "", "<html><body>It works!</body></html>")
    }),
    called("a right answer that calls itself a web page", "says that it is a web page", "text/html; charset=utf-8"),
    at_once("an image", SHAPE, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\n\x89PNG\r\n\x1a\n")
    }),
    by_all(at_once("an empty 200", SHAPE, |s| status(s, "200 OK", "", ""))),
    by_all(at_once("an error with status 200", SHAPE, |s| {
        status(s, "200 OK", "", "{\"error\": {\"message\": \"out of memory\"}}")
    })),
    at_once("bytes that are no UTF-8", SHAPE, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\": \"\xff\xfe\"}")
    }),
    at_once("bytes of nothing", SHAPE, |s| send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\0\0\0\0")),
    at_once("JSON nested a hundred thousand deep", SHAPE, |s| status(s, "200 OK", "", &"[".repeat(100_000))),
    by_all(at_once("a compressed body", "compressed, which was not asked for", |s| {
        status(s, "200 OK", "Content-Encoding: gzip\r\n", "\u{1f}")
    })),
    at_once("a compressed body that says nothing of it", SHAPE, |s| {
        send(s, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0")
    }),
    by_all(at_once("a body without end", "the answer has more than 67108864 bytes", |s| {
        flood(
            s,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            &format!("10000\r\n{}\r\n", " ".repeat(1 << 16)),
        )
    })),
    at_once("headers without end", NO_HTTP, |s| flood(s, b"HTTP/1.1 200 OK\r\n", &"X-More: yes\r\n".repeat(1000))),
    at_once("interim answers without end", NO_HTTP, |s| flood(s, b"", &"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))),
    at_once("HTTP/0.9", NO_HTTP, |s| send(s, b"<html>It works!</html>\r\n")),
    at_once("another protocol", NO_HTTP, |s| send(s, b"SSH-2.0-OpenSSH_9.6\r\n")),
    at_once("rubbish", NO_HTTP, |s| send(s, b"\x16\x03\x01\0\xff\xfe\r\n\r\n")),
];

/// Reads the request first: otherwise closing resets the connection, and what was sent is lost.
fn take_request(mut stream: &TcpStream) -> io::Result<()> {
    let length = peek(stream)?.len();
    stream.read_exact(&mut vec![0; length])
}

fn send(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    take_request(stream)?;
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)
}

fn status(stream: &TcpStream, status: &str, headers: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    send(stream, [&head, body].concat().as_bytes())
}

/// Sends `first` at once, and the bytes of `rest` over and over with a pause of `millis` after each, until the other side has
/// had enough.
fn drip(mut stream: &TcpStream, first: &str, rest: &str, millis: u64) -> io::Result<()> {
    take_request(stream)?;
    stream.write_all(first.as_bytes())?;
    for byte in rest.bytes().cycle() {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(millis));
    }
    // Nothing more to say: the other side hangs up.
    stream.read(&mut [0]).map(drop)
}

/// Sends `again` over and over until the other side has had enough.
fn flood(mut stream: &TcpStream, first: &[u8], again: &str) -> io::Result<()> {
    take_request(stream)?;
    stream.write_all(first)?;
    loop {
        stream.write_all(again.as_bytes())?;
    }
}
