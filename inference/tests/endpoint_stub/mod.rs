//! A small HTTP/1.1 server for tests, and a made-up language model behind it that speaks all dialects.
#![allow(clippy::unwrap_used, dead_code, clippy::cast_precision_loss)] // each test file uses its own part

pub(crate) mod replies;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: Value,
}

/// What goes back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status 200 with JSON.
    Json(Value),
    /// A status with further header lines and a body.
    Status(u16, &'static str, String),
    /// The whole answer, byte by byte.
    Raw(Vec<u8>),
    /// The whole answer in pieces, with a pause after each.
    Drip(Vec<Vec<u8>>, Duration),
}

type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A running server. Its behaviour can be changed while it runs; it ends with the test process.
pub(crate) struct Stub {
    pub(crate) base: String,
    handler: Arc<Mutex<Handler>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    pub(crate) fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let handler: Arc<Mutex<Handler>> = Arc::new(Mutex::new(Arc::new(handler)));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (shared, seen) = (Arc::clone(&handler), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, seen) = (Arc::clone(&shared), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream, &shared, &seen));
            }
        });
        Self { base, handler, requests }
    }

    /// From now on answers with `handler`.
    pub(crate) fn now(&self, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        *self.handler.lock().unwrap() = Arc::new(handler);
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, handler: &Mutex<Handler>, seen: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() || first.is_empty() {
        return;
    }
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let request = Request { path, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) };
    seen.lock().unwrap().push(request.clone());
    let handler = Arc::clone(&handler.lock().unwrap());
    // The client may hang up on purpose: writing is allowed to fail.
    match handler(&request) {
        Reply::Json(value) => {
            drop(stream.write_all(&whole(200, "Content-Type: application/json\r\n", &value.to_string())));
        }
        Reply::Status(status, headers, body) => drop(stream.write_all(&whole(status, headers, &body))),
        Reply::Raw(bytes) => drop(stream.write_all(&bytes)),
        Reply::Drip(pieces, pause) => {
            for piece in pieces {
                if stream.write_all(&piece).is_err() {
                    return;
                }
                std::thread::sleep(pause);
            }
        }
    }
}

/// A complete answer with its length.
pub(crate) fn whole(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}
