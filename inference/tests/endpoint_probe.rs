//! What the probe refuses, and that an API key stays out of everything that is shown.
#![allow(clippy::unwrap_used)]

#[path = "endpoint_stub/mod.rs"]
mod stub;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pot_inference::endpoint::{Backoff, Endpoint, EndpointError, EndpointOptions, Retry};
use pot_inference::tokenizer::{Bytes, tokenize};
use pot_inference::{Answer, Ask, InferenceError, LanguageModel, ModelIdentity, Scored, Tokenizer};
use pot_protocol::score::ScoreKind;
use serde_json::{Value, json};
use stub::replies::{llamacpp, ollama, openai, openai_of_texts, vllm};
use stub::{Reply, Request, Stub};

fn connect(spec: &str, options: &EndpointOptions) -> Result<Endpoint, InferenceError> {
    Endpoint::connect(&spec.parse().unwrap(), options, Some(Arc::new(Bytes)))
}

fn quick() -> EndpointOptions {
    EndpointOptions { timeout: Duration::from_secs(2), ..EndpointOptions::default() }
}

/// Connects to a server whose good answers on `path` are changed.
fn probe(
    dialect: &str,
    rest: &str,
    path: &'static str,
    edit: impl Fn(&Request, &mut Value) + Send + Sync + 'static,
) -> InferenceError {
    try_probe(dialect, rest, path, edit).unwrap_err()
}

fn try_probe(
    dialect: &str,
    rest: &str,
    path: &'static str,
    edit: impl Fn(&Request, &mut Value) + Send + Sync + 'static,
) -> Result<Endpoint, InferenceError> {
    let good = match dialect {
        "vllm" => vllm,
        "llamacpp" => llamacpp,
        "openai" => openai,
        _ => ollama,
    };
    let stub = Stub::start(move |request| match good(request) {
        Reply::Json(mut json) if request.path == path => {
            edit(request, &mut json);
            Reply::Json(json)
        }
        other => other,
    });
    connect(&format!("{dialect}:{}{rest}", stub.base), &quick())
}

#[track_caller]
fn says(error: &InferenceError, text: &str) {
    assert!(error.to_string().contains(text), "'{error}' does not say '{text}'");
    assert_eq!(error.retry(), Retry::Never, "{error}");
}

#[test]
fn dead_servers_are_worth_another_attempt() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for spec in [format!("vllm:http://127.0.0.1:{port}#m"), format!("llamacpp:http://[::1]:{port}")] {
        let error = connect(&spec, &quick()).unwrap_err();
        assert!(matches!(error, InferenceError::Endpoint(EndpointError::Unreachable { .. })), "{error:?}");
        assert_eq!(error.retry(), Retry::Backoff);
    }
}

#[test]
fn a_server_that_recovers_is_probed_again_by_the_caller() {
    let failures = AtomicU32::new(0);
    let stub = Stub::start(move |request| {
        if request.path == "/v1/completions" && failures.fetch_add(1, Ordering::SeqCst) == 0 {
            return Reply::Status(500, "", "{\"error\": \"loading\"}".to_owned());
        }
        vllm(request)
    });
    let spec = format!("vllm:{}#m", stub.base);
    let error = connect(&spec, &quick()).unwrap_err();
    assert!(error.to_string().contains("HTTP 500: loading"), "{error}");
    assert!(Backoff::default().pause(error.retry(), 0, 0.0).is_some());
    connect(&spec, &quick()).unwrap();
}

#[test]
fn made_up_numbers_are_refused() {
    let constant = |_: &Request, json: &mut Value| {
        for row in json["choices"][0]["prompt_logprobs"].as_array_mut().unwrap() {
            for entry in row.as_object_mut().into_iter().flat_map(|row| row.values_mut()) {
                entry["logprob"] = json!(-2.5);
            }
        }
    };
    says(&probe("vllm", "#m", "/v1/completions", constant), "same log-probabilities for different texts");
    let constant = |_: &Request, json: &mut Value| {
        json["choices"][0]["logprobs"]["top_logprobs"] =
            json!([{"a": -1.0, "b": -2.0, "c": -3.0, "d": -4.0, "e": -5.0}]);
    };
    says(&probe("openai", "/v1#m", "/v1/completions", constant), "same log-probabilities for different texts");
    let count = AtomicU32::new(0);
    let noise = move |_: &Request, json: &mut Value| {
        let n = count.fetch_add(1, Ordering::SeqCst);
        for row in json["choices"][0]["prompt_logprobs"].as_array_mut().unwrap() {
            for entry in row.as_object_mut().into_iter().flat_map(|row| row.values_mut()) {
                entry["logprob"] = json!(-1.0 - f64::from(n % 7));
            }
        }
    };
    says(&probe("vllm", "#m", "/v1/completions", noise), "differ by 1.000 nats on average (at most 0.5 are allowed)");
    let biased = |request: &Request, json: &mut Value| {
        if request.body["logit_bias"].is_array() {
            json["completion_probabilities"][0]["logprob"] = json!(-0.001);
        }
    };
    says(&probe("llamacpp", "", "/completion", biased), "a bias changes the log-probability");
}

#[test]
fn success_without_log_probabilities_is_refused() {
    let drop_them = |_: &Request, json: &mut Value| json["choices"][0]["prompt_logprobs"] = json!(null);
    says(&probe("vllm", "#m", "/v1/completions", drop_them), "cannot be scored");
    let drop_them = |_: &Request, json: &mut Value| json["choices"][0]["logprobs"] = json!(null);
    says(&probe("openai", "/v1#m", "/v1/completions", drop_them), "cannot be scored");
    let drop_them = |_: &Request, json: &mut Value| drop(json.as_object_mut().unwrap().remove("logprobs"));
    says(&probe("ollama", "#m", "/api/generate", drop_them), "cannot be scored");
    let drop_them =
        |_: &Request, json: &mut Value| drop(json.as_object_mut().unwrap().remove("completion_probabilities"));
    says(&probe("llamacpp", "", "/completion", drop_them), "completion_probabilities");
    says(&probe("ollama", "#m", "/api/version", |_, json| json["version"] = json!("0.12.10")), "0.12.11 and newer do");
}

#[test]
fn one_impossible_way_leaves_the_other() {
    let no_lists = |_: &Request, json: &mut Value| {
        for row in json["choices"][0]["prompt_logprobs"].as_array_mut().unwrap() {
            for entry in row.as_object_mut().into_iter().flat_map(|row| row.values_mut()) {
                entry["rank"] = json!(null);
            }
        }
    };
    let endpoint = try_probe("vllm", "#m", "/v1/completions", no_lists).unwrap();
    assert_eq!(endpoint.report().kinds, [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe]);
    assert!(endpoint.report().to_string().contains("Not possible: kl-topk ("), "{}", endpoint.report());
    let error = endpoint.report().require(ScoreKind::KlTopk).unwrap_err().to_string();
    assert!(error.ends_with("possible: delta-logprob, delta-ce"), "{error}");
}

#[test]
fn another_model_tokenizer_or_vocabulary_is_refused() {
    let stub = Stub::start(vllm);
    let error = connect(&format!("vllm:{}#other", stub.base), &quick()).unwrap_err();
    says(&error, "no model 'other' there, it has: m");
    let stub = Stub::start(ollama);
    says(&connect(&format!("ollama:{}#other", stub.base), &quick()).unwrap_err(), "no model 'other'");
    says(&probe("llamacpp", "", "/v1/models", |_, json| json["data"] = json!([])), "it has: none");
    let no_start = |_: &Request, json: &mut Value| drop(json["tokens"].as_array_mut().unwrap().remove(0));
    says(&probe("vllm", "#m", "/tokenize", no_start), "tokenizer is another one: \"The quick brown fox");
    let accents = |request: &Request, json: &mut Value| {
        if request.body["content"].as_str().unwrap().contains('é') {
            json["tokens"] = json!([1, 2, 3]);
        }
    };
    says(&probe("llamacpp", "", "/tokenize", accents), "naïve");
    let small = |_: &Request, json: &mut Value| json["data"][0]["meta"]["n_vocab"] = json!(256);
    says(&probe("llamacpp", "", "/v1/models", small), "has 256 tokens, the reference's 257");
    let large = |_: &Request, json: &mut Value| json["data"][0]["meta"]["n_vocab"] = json!(320);
    assert!(try_probe("llamacpp", "", "/v1/models", large).is_ok(), "padding beyond the tokenizer is usual");
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    let default = EndpointOptions::default;
    for (name, options) in [
        ("timeout", EndpointOptions { timeout: Duration::ZERO, ..default() }),
        ("requests_per_second", EndpointOptions { requests_per_second: Some(f64::NAN), ..default() }),
        ("requests_per_second", EndpointOptions { requests_per_second: Some(0.0), ..default() }),
        ("concurrency", EndpointOptions { concurrency: 0, ..default() }),
        ("max_response_bytes", EndpointOptions { max_response_bytes: 0, ..default() }),
        ("top", EndpointOptions { top: 0, ..default() }),
        ("max_positions", EndpointOptions { max_positions: 1, ..default() }),
    ] {
        says(&connect("vllm:http://127.0.0.1:9#m", &options).unwrap_err(), &format!("option '{name}'"));
    }
}

/// A variable that cargo sets for every test: its value stands for a key here, as tests may set none themselves.
const VARIABLE: &str = "CARGO_MANIFEST_DIR";

fn with_key() -> EndpointOptions {
    EndpointOptions { api_key_env: Some(VARIABLE.to_owned()), ..quick() }
}

#[test]
fn the_key_is_sent_and_never_shown() {
    let key = std::env::var(VARIABLE).unwrap();
    let hidden = |shown: &[String]| shown.iter().for_each(|text| assert!(!text.contains(&key), "{text}"));
    let stub = Stub::start(vllm);
    let spec = format!("vllm:{}#m", stub.base);
    let endpoint = connect(&spec, &with_key()).unwrap();
    assert!(stub.requests().iter().all(|request| request.headers.contains(&format!("Bearer {key}"))));
    hidden(&[format!("{endpoint:?}"), endpoint.report().to_string(), format!("{:?}", with_key())]);

    let ask = |reply: Reply| {
        stub.now(move |_| reply.clone());
        let error = Answer::evaluate(&endpoint, "ab", Ask::AllTokens).unwrap_err();
        hidden(&[error.to_string(), format!("{error:?}")]);
        error.to_string()
    };
    let filler = "x".repeat(190);
    assert!(ask(Reply::Status(401, "", format!("bad key {key}!"))).contains("bad key [API key]!"));
    ask(Reply::Status(401, "", format!("{filler}{key}")));
    assert!(
        ask(Reply::Status(400, "", json!({"error": {"message": format!("no {key}")}}).to_string()))
            .contains("[API key]")
    );
    assert!(ask(Reply::Status(200, "", format!("<html>{key}</html>"))).contains("[API key]"));
    assert!(ask(Reply::Json(json!({"model": key, "choices": []}))).contains("[API key]"));
    assert!(ask(Reply::Json(json!({"model": "m", "choices": key}))).contains("[API key]"));
    let location: &'static str = format!("Location: http://h/{key}\r\n").leak();
    assert!(ask(Reply::Status(302, location, String::new())).contains("[API key]"));
    let name: &'static str = Box::leak(key.clone().into_boxed_str());
    let version = Stub::start(move |request| match request.path.as_str() {
        "/version" => Reply::Json(json!({"version": name})),
        _ => vllm(request),
    });
    let endpoint = connect(&format!("vllm:{}#m", version.base), &with_key()).unwrap();
    hidden(&[format!("{endpoint:?}"), endpoint.report().to_string()]);
}

#[test]
fn a_key_needs_an_encrypted_way() {
    let error = connect("vllm:http://192.0.2.1:9#m", &with_key()).unwrap_err();
    says(&error, "not sent over plain http to another machine");
    let missing = EndpointOptions { api_key_env: Some("POT_TEST_NO_SUCH_KEY".to_owned()), ..quick() };
    let missing = connect("vllm:http://127.0.0.1:9#m", &missing).unwrap_err();
    says(&missing, "give a variable's name, never the key");
    // Whoever gives the key itself should not find it in a log.
    assert!(!format!("{missing} {missing:?}").contains("NO_SUCH_KEY"), "{missing:?}");
}

#[test]
fn prefixes_that_cannot_be_sent_as_text_are_refused() {
    let stub = Stub::start(openai_of_texts);
    let endpoint = connect(&format!("openai:{}/v1#m", stub.base), &quick()).unwrap();
    let ask = Ask::Top { positions: 1, top: 3 };
    let split = Answer::evaluate(&endpoint, "aé", ask).unwrap_err();
    says(&split, "they end inside a character");
    says(&Answer::evaluate(&endpoint, "é", Ask::Top { positions: 2, top: 3 }).unwrap_err(), "no text before it");
    let tokens = tokenize("abc");
    let foreign = pot_inference::Prompt { text: "xyz", tokens: &tokens };
    let error = pot_inference::LanguageModel::answers(&endpoint, &[foreign], ask).pop().unwrap().unwrap_err();
    says(&error, "not the beginning of the text");
    let tokens: Vec<u32> = Bytes.tokenize("abc").unwrap().into_iter().skip(1).collect();
    let without_start = pot_inference::Prompt { text: "abc", tokens: &tokens };
    let error = pot_inference::LanguageModel::answers(&endpoint, &[without_start], ask).pop().unwrap().unwrap_err();
    says(&error, "split otherwise");
}

#[test]
fn what_cannot_be_sent_is_known_without_a_request() {
    let ask = Ask::Top { positions: 2, top: 3 };
    for (spec, handler, by_text) in [
        ("openai:/v1", openai as fn(&Request) -> Reply, false),
        ("openai:/v1", openai_of_texts, true),
        ("ollama:", ollama, true),
        ("vllm:", vllm, false),
    ] {
        let stub = Stub::start(handler);
        let (dialect, path) = spec.split_once(':').unwrap();
        let endpoint = connect(&format!("{dialect}:{}{path}#m", stub.base), &quick()).unwrap();
        let before = stub.requests().len();
        let askable = |text: &str| {
            let tokens = tokenize(text);
            endpoint.askable(pot_inference::Prompt { text, tokens: &tokens }, ask)
        };
        askable("abcd").unwrap();
        assert!(matches!(askable("a"), Err(InferenceError::PromptTooShort { .. })), "{spec}");
        let split = askable("abcé");
        if by_text {
            let split = split.unwrap_err();
            says(&split, "they end inside a character");
            assert!(matches!(split, InferenceError::Endpoint(EndpointError::Prefix { position: 1, .. })), "{split:?}");
        } else {
            split.unwrap();
        }
        assert_eq!(stub.requests().len(), before, "{spec}");
        // The answers agree with that.
        assert_eq!(Answer::evaluate(&endpoint, "abcé", ask).is_err(), by_text, "{spec}");
    }
}

#[test]
fn ids_are_sent_only_where_they_mean_the_same_to_the_server() {
    let by_ids = |edit: fn(&Request, &mut Value)| {
        let endpoint = try_probe("openai", "/v1#m", "/v1/completions", edit).unwrap();
        let ModelIdentity::Endpoint(identity) = endpoint.identity() else { panic!() };
        identity.settings.contains("token ids")
    };
    assert!(by_ids(|_, _| ()));
    // It does not count them, or counts others.
    assert!(!by_ids(|_, json| json["usage"] = json!(null)));
    assert!(!by_ids(|request, json| {
        if request.body["prompt"].is_array() {
            json["usage"]["prompt_tokens"] = json!(1);
        }
    }));
    // It reads other tokens into the ids.
    let stub = Stub::start(move |request| {
        let mut request = request.clone();
        for id in request.body["prompt"].as_array_mut().into_iter().flatten() {
            *id = (id.as_u64().unwrap() ^ 1).into();
        }
        openai(&request)
    });
    let endpoint = connect(&format!("openai:{}/v1#m", stub.base), &quick()).unwrap();
    let ModelIdentity::Endpoint(identity) = endpoint.identity() else { panic!() };
    assert!(identity.settings.contains("the text of each prefix"), "{}", identity.settings);
    // What is counted while it is asked must be right too.
    let stub = Stub::start(openai);
    let endpoint = connect(&format!("openai:{}/v1#m", stub.base), &quick()).unwrap();
    stub.now(|request| match openai(request) {
        Reply::Json(mut json) if request.path == "/v1/completions" => {
            json["usage"]["prompt_tokens"] = json!(3);
            Reply::Json(json)
        }
        other => other,
    });
    let error = Answer::evaluate(&endpoint, "abcd", Ask::Top { positions: 1, top: 3 }).unwrap_err();
    says(&error, "the server saw 3 tokens in what is 4");
}

#[test]
fn ollamas_count_of_tokens_is_compared_as_far_as_it_counts_them_all() {
    let after = |probed: fn(&mut Value), asked: fn(&mut Value)| {
        let endpoint_of = |edit: fn(&mut Value)| {
            move |request: &Request| match ollama(request) {
                Reply::Json(mut json) if request.path == "/api/generate" => {
                    edit(&mut json);
                    Reply::Json(json)
                }
                other => other,
            }
        };
        let stub = Stub::start(endpoint_of(probed));
        let endpoint = connect(&format!("ollama:{}#m", stub.base), &quick()).unwrap();
        stub.now(endpoint_of(asked));
        // The prefix has four tokens, the start token included.
        Answer::evaluate(&endpoint, "abcd", Ask::Top { positions: 1, top: 3 })
    };
    let whole = |_: &mut Value| ();
    let cached = |json: &mut Value| json["prompt_eval_count"] = json!(1);
    let absent = |json: &mut Value| drop(json.as_object_mut().unwrap().remove("prompt_eval_count"));
    let many = |json: &mut Value| json["prompt_eval_count"] = json!(5);
    after(whole, whole).unwrap();
    after(whole, |json| json["prompt_eval_count"] = json!(3)).unwrap();
    after(whole, absent).unwrap();
    says(&after(whole, cached).unwrap_err(), "the server saw 1 tokens in what is 4");
    for probed in [whole as fn(&mut Value), cached, absent] {
        says(&after(probed, many).unwrap_err(), "the server saw 5 tokens in what is 4");
    }
    // A server that was seen to leave out what it still holds may say fewer.
    for asked in [cached as fn(&mut Value), absent, |json| json["prompt_eval_count"] = json!(0)] {
        after(cached, asked).unwrap();
        after(absent, asked).unwrap();
    }
}

#[test]
fn control_tokens_are_known_by_their_numbers_where_these_mean_the_same() {
    let listed = |handler: fn(&Request) -> Reply, number: u32| {
        let stub = Stub::start(handler);
        let endpoint = connect(&format!("openai:{}/v1#m", stub.base), &quick()).unwrap();
        // As llama.cpp writes lists: the start token has no bytes.
        stub.now(move |request| match handler(request) {
            Reply::Json(mut json) if request.path == "/v1/completions" => {
                let top = json!([
                    {"id": 256, "token": "", "bytes": [], "logprob": -1.0},
                    {"id": number, "token": "c", "bytes": [99], "logprob": -1.5},
                ]);
                let content = json!([{"id": 256, "token": "", "bytes": [], "logprob": -1.0, "top_logprobs": top}]);
                json["choices"][0]["logprobs"] = json!({ "content": content });
                Reply::Json(json)
            }
            other => other,
        });
        Answer::evaluate(&endpoint, "abcd", Ask::Top { positions: 1, top: 2 })
    };
    let answer = listed(openai, 99).unwrap();
    assert_eq!(answer.scored(), &Scored::Top(vec![vec![(256, -1.0), (99, -1.5)]]));
    says(&listed(openai, 98).unwrap_err(), "is about token 98, not 99");
    says(&listed(openai_of_texts, 99).unwrap_err(), "is the text of 0 of the reference's tokens");
}
