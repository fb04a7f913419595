//! A server that puts the key that it was sent, or any other long text, into any place of any answer: it is shown nowhere.
#![allow(clippy::unwrap_used)]

#[path = "endpoint_stub/mod.rs"]
mod stub;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pot_inference::endpoint::{Endpoint, EndpointOptions};
use pot_inference::tokenizer::Bytes;
use pot_inference::{Answer, Ask, LanguageModel};
use serde_json::Value;
use stub::replies::{llamacpp, llamacpp_without_grammar, ollama, openai, vllm};
use stub::{Reply, Request, Stub};

/// A variable that cargo sets for every test: its value stands for a key here, as tests may set none themselves.
const VARIABLE: &str = "CARGO_MANIFEST_DIR";
const ASKS: [Ask; 3] = [Ask::AllTokens, Ask::LastTokens(2), Ask::Top { positions: 2, top: 3 }];

type Handler = fn(&Request) -> Reply;

/// `json` with `text` in place of its value or name number `left`; what comes after the second item of a list is like
/// what comes before.
fn replaced(json: &Value, text: &str, left: &mut usize) -> Option<Value> {
    match json {
        Value::Array(items) => items.iter().take(2).enumerate().find_map(|(at, item)| {
            let mut items = items.clone();
            items[at] = replaced(item, text, left)?;
            Some(Value::Array(items))
        }),
        Value::Object(fields) => fields.iter().take(6).find_map(|(name, value)| {
            let mut fields = fields.clone();
            if *left == 0 {
                fields.remove(name);
                fields.insert(text.to_owned(), value.clone());
                *left = usize::MAX;
                return Some(Value::Object(fields));
            }
            *left -= 1;
            fields.insert(name.clone(), replaced(value, text, left)?);
            Some(Value::Object(fields))
        }),
        _ => {
            let hit = *left == 0;
            *left = left.wrapping_sub(1);
            hit.then(|| Value::String(text.to_owned()))
        }
    }
}

#[test]
fn what_a_server_says_is_shown_without_the_key_and_cut_short() {
    let key = std::env::var(VARIABLE).unwrap();
    let options = EndpointOptions {
        api_key_env: Some(VARIABLE.to_owned()),
        timeout: Duration::from_secs(5),
        ..EndpointOptions::default()
    };
    let dialects: [(&str, &str, Handler, &[&str]); 6] = [
        ("vllm", "#m", vllm, &["/v1/models", "/version", "/tokenize", "/v1/completions"]),
        ("llamacpp", "", llamacpp, &["/v1/models", "/props", "/tokenize", "/completion"]),
        ("llamacpp", "#m", llamacpp, &["/v1/models", "/completion"]),
        ("llamacpp", "", llamacpp_without_grammar, &["/completion"]),
        ("openai", "/v1#m", openai, &["/v1/models", "/v1/completions"]),
        ("ollama", "#m", ollama, &["/api/version", "/api/show", "/api/generate"]),
    ];
    let (mut tried, mut leaks) = (0, Vec::new());
    for (dialect, rest, handler, paths) in dialects {
        for path in paths {
            for text in [key.clone(), format!("{}{key}", "y".repeat(10_000))] {
                // The place is changed while the server runs; it answers well until told to begin.
                let place = Arc::new(AtomicUsize::new(usize::MAX));
                let hit = Arc::new(Mutex::new(false));
                let (told, changed, at) = (place.clone(), hit.clone(), (*path).to_owned());
                let written = text.clone();
                let stub = Stub::start(move |request| {
                    let good = handler(request);
                    let n = told.load(Ordering::SeqCst);
                    match good {
                        Reply::Json(json) if request.path == at && n != usize::MAX => {
                            let edited = replaced(&json, &written, &mut n.clone());
                            *changed.lock().unwrap() |= edited.is_some();
                            Reply::Json(edited.unwrap_or(json))
                        }
                        good => good,
                    }
                });
                let spec = format!("{dialect}:{}{rest}", stub.base).parse().unwrap();
                let mut shown = Vec::new();
                let connect = || Endpoint::connect(&spec, &options, Some(Arc::new(Bytes)));
                let good = connect().unwrap();
                for n in 0.. {
                    place.store(n, Ordering::SeqCst);
                    match connect() {
                        Ok(endpoint) => {
                            shown.extend([format!("{endpoint:?}"), endpoint.report().to_string()]);
                            shown.push(format!("{:?}", endpoint.identity()));
                        }
                        Err(e) => shown.extend([e.to_string(), format!("{e:?}")]),
                    }
                    for ask in ASKS {
                        if let Err(e) = Answer::evaluate(&good, "what comes next", ask) {
                            shown.extend([e.to_string(), format!("{e:?}")]);
                        }
                    }
                    tried += 1;
                    if !std::mem::take(&mut *hit.lock().unwrap()) || n > 200 {
                        break;
                    }
                }
                let bad = |line: &&String| line.contains(&key) || line.len() > 5000 || line.contains('\n');
                if let Some(line) = shown.iter().find(bad) {
                    leaks.push(format!("{dialect} {path}: {line:.300}"));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(tried > 100, "{tried}");
}
