//! Everything a server can do wrong after a good probe is an error, never a value, and says whether to ask again.
#![allow(clippy::unwrap_used)]

#[path = "endpoint_stub/mod.rs"]
mod stub;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pot_inference::endpoint::{Endpoint, EndpointOptions, Retry};
use pot_inference::tokenizer::{Bytes, tokenize};
use pot_inference::{Ask, InferenceError, LanguageModel, Prompt};
use serde_json::{Value, json};
use stub::replies::{llamacpp, ollama, openai, vllm};
use stub::{Reply, Request, Stub, whole};

const TEXT: &str = "what comes next";
const TOP: Ask = Ask::Top { positions: 2, top: 3 };

type Handler = fn(&Request) -> Reply;

fn good(dialect: &str) -> (Handler, &'static str) {
    match dialect {
        "vllm" => (vllm, "/v1/completions"),
        "llamacpp" => (llamacpp, "/completion"),
        "openai" => (openai, "/v1/completions"),
        _ => (ollama, "/api/generate"),
    }
}

fn options() -> EndpointOptions {
    EndpointOptions { timeout: Duration::from_secs(1), max_response_bytes: 100_000, ..EndpointOptions::default() }
}

/// Probes a good server, which from then on answers questions with `bad`, and asks it once.
fn ask(dialect: &str, ask: Ask, bad: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) -> InferenceError {
    let (handler, path) = good(dialect);
    let stub = Stub::start(handler);
    let rest = if dialect == "openai" { "/v1#m" } else { "#m" };
    let spec = format!("{dialect}:{}{rest}", stub.base).parse().unwrap();
    let endpoint = Endpoint::connect(&spec, &options(), Some(Arc::new(Bytes))).unwrap();
    stub.now(move |request| if request.path == path { bad(request, handler(request)) } else { handler(request) });
    let before = stub.requests().len();
    let tokens = tokenize(TEXT);
    let error = endpoint.answers(&[Prompt { text: TEXT, tokens: &tokens }], ask).pop().unwrap().unwrap_err();
    assert_eq!(stub.requests().len() - before, 1, "asked once: {error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

#[track_caller]
fn expect(error: &InferenceError, says: &str, retry: Retry) {
    assert!(error.to_string().contains(says), "'{error}' does not say '{says}'");
    assert_eq!(error.retry(), retry, "{error}");
}

/// The good answer with one place changed.
fn changed(reply: Reply, pointer: &str, value: Value) -> Reply {
    let Reply::Json(mut json) = reply else { panic!() };
    *json.pointer_mut(pointer).unwrap() = value;
    Reply::Json(json)
}

#[test]
fn bodies_that_are_no_answer() {
    let bodies = [
        ("<html><body>It works!</body></html>", "expected value"),
        ("", "EOF"),
        ("{\"model\": \"m\", \"choices\": [{\"prompt_log", "EOF"),
        ("{\"ok\": true}", "missing field"),
        ("[1, 2]", "documented shape"),
        ("null", "documented shape"),
        ("{\"error\": {\"message\": \"out of memory\"}}", "out of memory"),
        ("\u{0}\u{1}\u{2}", "documented shape"),
    ];
    for dialect in ["vllm", "llamacpp", "openai", "ollama"] {
        for (body, says) in bodies {
            let error = ask(dialect, TOP, move |_, _| Reply::Status(200, "", body.to_owned()));
            expect(&error, says, Retry::Never);
            expect(&error, "documented shape", Retry::Never);
        }
    }
}

#[test]
fn a_right_answer_that_calls_itself_a_web_page_is_none() {
    for dialect in ["vllm", "llamacpp", "openai", "ollama"] {
        for kind in ["Content-Type: text/html\r\n", "content-type: Text/HTML;charset=utf-8\r\n"] {
            let error = ask(dialect, TOP, move |_, reply| {
                let Reply::Json(json) = reply else { panic!() };
                Reply::Status(200, kind, json.to_string())
            });
            expect(&error, "says that it is a web page: check what serves this address", Retry::Never);
        }
    }
}

#[test]
fn statuses_say_whether_to_ask_again() {
    let seven = Retry::After(Duration::from_secs(7));
    for (status, headers, retry) in [
        (400, "", Retry::Never),
        (401, "", Retry::Never),
        (403, "", Retry::Never),
        (404, "Retry-After: 7\r\n", Retry::Never),
        (422, "", Retry::Never),
        (501, "", Retry::Never),
        (429, "", Retry::Backoff),
        (429, "Retry-After: 7\r\n", seven),
        (500, "", Retry::Backoff),
        (502, "Content-Type: text/html\r\n", Retry::Backoff),
        (503, "Retry-After: 7\r\n", seven),
        (503, "Retry-After: later\r\n", Retry::Backoff),
        (504, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", Retry::After(Duration::ZERO)),
    ] {
        let body = "{\"error\": {\"message\": \"so it is\"}}";
        let error = ask("vllm", Ask::AllTokens, move |_, _| Reply::Status(status, headers, body.to_owned()));
        expect(&error, &format!("HTTP {status}: so it is"), retry);
    }
}

#[test]
fn redirects_are_not_followed() {
    let headers = "Location: https://user:hunter2@elsewhere.example/v1/completions?token=hunter2#hunter2\r\n";
    for status in [301, 302, 303, 307, 308] {
        let error = ask("vllm", Ask::AllTokens, move |_, _| Reply::Status(status, headers, String::new()));
        expect(&error, "points to 'https://elsewhere.example/v1/completions'", Retry::Never);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn transports_that_break() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let raw = |text: String| move |_: &Request, _| Reply::Raw(text.clone().into_bytes());
    let broken = |text: String| ask("vllm", Ask::AllTokens, raw(text));
    expect(&broken(format!("{head}zz\r\nwhat\r\n0\r\n\r\n")), "cannot be read as HTTP", Retry::Never);
    expect(&broken("hello, I am a mail server\r\n".to_owned()), "cannot be read as HTTP", Retry::Never);
    expect(&broken(String::new()), "no complete answer", Retry::Backoff);
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"model\": \"m\"".to_owned();
    expect(&broken(short), "no complete answer", Retry::Backoff);
    expect(&broken(format!("{head}5\r\n{{\"mod\r\n")), "no complete answer", Retry::Backoff);
    let zipped = ask("vllm", Ask::AllTokens, |_, _| Reply::Status(200, "Content-Encoding: gzip\r\n", "{}".to_owned()));
    expect(&zipped, "compressed", Retry::Never);
}

#[test]
fn answers_without_end_are_cut_off() {
    let huge = ask("vllm", Ask::AllTokens, |_, _| Reply::Raw(whole(200, "", &"[".repeat(200_000))));
    expect(&huge, "more than 100000 bytes", Retry::Never);
    let chunks = || vec![format!("2710\r\n{}\r\n", " ".repeat(10_000)).into_bytes(); 30];
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let pieces: Vec<Vec<u8>> = std::iter::once(head).chain(chunks()).collect();
    let chunked = ask("vllm", Ask::AllTokens, move |_, _| Reply::Drip(pieces.clone(), Duration::ZERO));
    expect(&chunked, "more than 100000 bytes", Retry::Never);
    let headers = format!("HTTP/1.1 200 OK\r\n{}", "X: y\r\n".repeat(100_000));
    let headers = ask("vllm", Ask::AllTokens, move |_, _| Reply::Raw(headers.clone().into_bytes()));
    assert_eq!(headers.retry(), Retry::Never, "{headers}");

    let begun = Instant::now();
    // One byte at a time never lets a limit between two bytes pass.
    let drops: Vec<Vec<u8>> = whole(200, "", &" ".repeat(2000)).into_iter().map(|byte| vec![byte]).collect();
    let slow = ask("vllm", Ask::AllTokens, move |_, _| Reply::Drip(drops.clone(), Duration::from_millis(20)));
    expect(&slow, "time limit", Retry::Backoff);
    let silent = ask("vllm", Ask::AllTokens, |_, _| Reply::Drip(vec![Vec::new()], Duration::from_secs(5)));
    expect(&silent, "time limit", Retry::Backoff);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn log_probabilities_that_are_none() {
    for (value, says) in [
        (json!(null), "invalid type: null"),
        (json!("NaN"), "invalid type: string"),
        (json!("-1.5"), "invalid type: string"),
        (json!([-1.5]), "invalid type: sequence"),
        (json!(0.5), "0.5"),
        (json!(-9999.0), "stands for a probability of 0"),
        (json!(f64::from(f32::MIN)), "stands for a probability of 0"),
    ] {
        let w = u32::from(b'w');
        let places = [
            ("vllm", Ask::AllTokens, format!("/choices/0/prompt_logprobs/1/{w}/logprob")),
            ("llamacpp", Ask::AllTokens, "/completion_probabilities/0/logprob".to_owned()),
            ("llamacpp", TOP, "/completion_probabilities/1/top_logprobs/2/logprob".to_owned()),
            ("ollama", TOP, "/logprobs/0/top_logprobs/0/logprob".to_owned()),
        ];
        for (dialect, question, place) in places {
            let value = value.clone();
            let error = ask_until_it_fails(dialect, question, move |reply| changed(reply, &place, value.clone()));
            expect(&error, says, Retry::Never);
        }
    }
    for number in ["NaN", "-Infinity", "1e999"] {
        let error = ask("vllm", Ask::AllTokens, move |_, reply| {
            let Reply::Json(json) = changed(reply, "/choices/0/prompt_logprobs/1/119/logprob", json!(-123)) else {
                panic!()
            };
            Reply::Status(200, "", json.to_string().replace("-123", number))
        });
        expect(&error, "documented shape", Retry::Never);
    }
}

/// Like [`ask`], for values that are looked at only once all positions are there.
fn ask_until_it_fails(
    dialect: &str,
    question: Ask,
    bad: impl Fn(Reply) -> Reply + Send + Sync + 'static,
) -> InferenceError {
    let question = if dialect == "ollama" { Ask::Top { positions: 1, top: 3 } } else { question };
    ask(dialect, question, move |_, reply| bad(reply))
}

/// The error that comes of an answer changed by `edit`.
fn edited(dialect: &str, question: Ask, edit: fn(&mut Value)) -> InferenceError {
    ask(dialect, question, move |_, reply| {
        let Reply::Json(mut json) = reply else { panic!() };
        edit(&mut json);
        Reply::Json(json)
    })
}

#[test]
fn positions_and_tokens_that_were_not_asked_for() {
    for (dialect, says, change) in [
        (
            "vllm",
            "15 positions where 16",
            (|json| {
                json["choices"][0]["prompt_logprobs"].as_array_mut().unwrap().pop();
            }) as fn(&mut Value),
        ),
        ("vllm", "17 positions where 16", |json| {
            json["choices"][0]["prompt_logprobs"].as_array_mut().unwrap().push(json!({"1": {"logprob": -1.0}}));
        }),
        ("vllm", "15 positions where 16", |json| {
            json["choices"][0]["prompt_token_ids"].as_array_mut().unwrap().pop();
        }),
        ("vllm", "is about token 1, not 104", |json| json["choices"][0]["prompt_token_ids"][2] = json!(1)),
        ("vllm", "is about token nothing, not 119", |json| json["choices"][0]["prompt_logprobs"][1] = json!(null)),
        ("vllm", "is about token 7, not 119", |json| {
            json["choices"][0]["prompt_logprobs"][1] = json!({"7": {"logprob": -1.0, "rank": 1}});
        }),
        ("vllm", "ignores the question", |json| json["choices"][0]["prompt_logprobs"] = json!(null)),
        ("vllm", "2 choices instead of one", |json| {
            let choice = json["choices"][0].clone();
            json["choices"].as_array_mut().unwrap().push(choice);
        }),
        ("vllm", "'other' answered where 'm' was asked", |json| json["model"] = json!("other")),
        ("llamacpp", "'other' answered where 'm' was asked", |json| json["model"] = json!("other")),
        ("llamacpp", "is about token 5, not 119", |json| json["completion_probabilities"][0]["id"] = json!(5)),
        ("llamacpp", "without an index", |json| json["completion_probabilities"][0]["id"] = json!(null)),
        ("llamacpp", "16 positions where 15", |json| {
            let last = json["completion_probabilities"][14].clone();
            json["completion_probabilities"].as_array_mut().unwrap().push(last);
        }),
    ] {
        expect(&edited(dialect, Ask::AllTokens, change), says, Retry::Never);
    }
    for (dialect, says, change) in [
        ("openai", "'other' answered where 'm' was asked", (|json| json["model"] = json!("other")) as fn(&mut Value)),
        ("openai", "no lists", |json| json["choices"][0]["logprobs"] = json!(null)),
        ("openai", "0 positions where 1", |json| json["choices"][0]["logprobs"]["top_logprobs"] = json!([])),
        ("openai", "2 positions where 1", |json| {
            json["choices"][0]["logprobs"]["top_logprobs"] = json!([{"a": -1.0}, {"b": -1.0}]);
        }),
        ("openai", "is the text of 0 of the reference's tokens", |json| {
            json["choices"][0]["logprobs"]["top_logprobs"] = json!([{"the": -1.0, "b": -2.0, "c": -3.0}]);
        }),
        ("openai", "the server saw 3 tokens in what is 14", |json| json["usage"]["prompt_tokens"] = json!(3)),
        ("ollama", "'other' answered where 'm' was asked", |json| json["model"] = json!("other")),
        ("ollama", "no 'logprobs'", |json| json["logprobs"] = json!(null)),
        ("ollama", "0 positions where 1", |json| json["logprobs"] = json!([])),
    ] {
        expect(&edited(dialect, TOP, change), says, Retry::Never);
    }
}

#[test]
fn lists_of_another_length_or_with_a_token_twice() {
    let one = Ask::Top { positions: 1, top: 3 };
    for (dialect, says, change) in [
        (
            "vllm",
            "2",
            (|json| {
                json["choices"][0]["prompt_logprobs"][15]
                    .as_object_mut()
                    .unwrap()
                    .retain(|_, entry| entry["rank"] != 2);
            }) as fn(&mut Value),
        ),
        ("vllm", "two tokens of one rank", |json| {
            for entry in json["choices"][0]["prompt_logprobs"][15].as_object_mut().unwrap().values_mut() {
                entry["rank"] = json!(1);
            }
        }),
        ("vllm", "without a 'rank'", |json| {
            for entry in json["choices"][0]["prompt_logprobs"][15].as_object_mut().unwrap().values_mut() {
                entry["rank"] = json!(null);
            }
        }),
        ("llamacpp", "listed twice", |json| {
            let list = &mut json["completion_probabilities"][0]["top_logprobs"];
            list[1] = list[0].clone();
        }),
        ("llamacpp", "2", |json| {
            json["completion_probabilities"][0]["top_logprobs"].as_array_mut().unwrap().pop();
        }),
        ("llamacpp", "outside the vocabulary", |json| {
            json["completion_probabilities"][0]["top_logprobs"][0]["id"] = json!(900);
        }),
        ("openai", "2", |json| json["choices"][0]["logprobs"]["top_logprobs"] = json!([{"a": -1.0, "b": -2.0}])),
        ("ollama", "listed twice", |json| {
            let list = &mut json["logprobs"][0]["top_logprobs"];
            list[1] = list[0].clone();
        }),
    ] {
        expect(&edited(dialect, one, change), says, Retry::Never);
    }
    // A key that stands twice is lost in most JSON readers.
    let twice = ask("openai", one, |_, reply| {
        let reply = changed(reply, "/choices/0/logprobs/top_logprobs", json!([{"a": -1.0, "b": -2.0, "c": -3.0}]));
        let Reply::Json(json) = reply else { panic!() };
        Reply::Status(200, "", json.to_string().replace("\"c\":", "\"a\":"))
    });
    expect(&twice, "listed twice", Retry::Never);
}
