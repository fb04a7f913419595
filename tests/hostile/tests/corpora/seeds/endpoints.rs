//! What an honest server of each dialect says while it is probed, and then to questions.

#[path = "../../../../../inference/tests/endpoint_stub/replies.rs"]
#[allow(dead_code, clippy::cast_precision_loss, reason = "shared with the tests of endpoints")]
mod replies;

use pot_hostile::record;
use serde_json::Value;

use super::Corpora;

/// A request, as the made-up server takes it.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// What it answers.
pub(crate) enum Reply {
    Json(Value),
    Status(u16, &'static str, String),
}

/// A made-up server.
type Handler = fn(&Request) -> Reply;

pub(super) fn add(corpora: &Corpora<'_>) {
    let dialects: [(&str, Handler); 4] = [
        ("vllm", replies::vllm),
        ("llamacpp", replies::llamacpp),
        ("openai", replies::openai),
        ("ollama", replies::ollama),
    ];
    for (number, (name, handler)) in (0u8..).zip(dialects) {
        let (probe, answers) = record(number, move |request| body(handler, request));
        corpora.add("endpoint", name, probe);
        for (question, answer) in answers.iter().enumerate() {
            corpora.add("answer", &format!("{name}-{question}"), answer);
        }
    }
    // The numbers are those of the dialects; a whole response may say anything else about itself.
    let responses = [
        ("redirect", "HTTP/1.1 302 Found\r\nLocation: http://u:p@h/x?y\r\nContent-Length: 0\r\n\r\n"),
        ("later", "HTTP/1.1 429 No\r\nRetry-After: 3\r\nContent-Length: 25\r\n\r\n{\"error\":{\"message\":\"no\"}}"),
        ("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        ("html", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html></html>"),
    ];
    for (number, (name, response)) in (0u8..).zip(responses) {
        for target in ["endpoint", "answer"] {
            corpora.add(target, name, [&[number], response.as_bytes()].concat());
        }
    }
}

/// The body of what `handler` answers to a request as it came over the wire. Log-probabilities have as many digits as tell
/// them apart: corpora are to be small.
fn body(handler: Handler, request: &[u8]) -> Vec<u8> {
    let text = str::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    match handler(&Request { path, body: serde_json::from_str(body).unwrap_or(Value::Null) }) {
        Reply::Json(mut json) => {
            shorten(&mut json);
            json.to_string().into_bytes()
        }
        Reply::Status(status, headers, said) => panic!("{status} {headers}: {said}"),
    }
}

fn shorten(json: &mut Value) {
    match json {
        Value::Number(number) if number.is_f64() => {
            *json = (number.as_f64().unwrap() * 1000.0).round().clamp(-1e9, 1e9).into();
            *json = (json.as_f64().unwrap() / 1000.0).into();
        }
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(object) => {
            object.retain(|name, _| name != "decoded_token");
            object.values_mut().for_each(shorten);
        }
        _ => {}
    }
}
