//! A server that speaks the interfaces of vLLM, `OpenAI`, llama.cpp and Ollama, answers with a built-in model and misbehaves
//! on demand.
#![allow(dead_code)] // each test file uses its own part of this module

mod dialects;
pub(crate) mod failing;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use pot_inference::{LanguageModel, LoadOptions, LocalModel, LogProbs, load};
use pot_tests::{Ran, prove, text};
use serde_json::{Value, json};

use self::failing::{Way, When};

/// What the stub answers to the question about a prompt, given the model's own answer.
pub(crate) type Answer = dyn Fn(&LogProbs, &[u32], usize) -> Value + Send + Sync;

/// A server for one model. It lives until the test ends, and breaks connections after `patience` questions.
#[derive(Clone)]
pub(crate) struct Stub {
    port: u16,
    /// Questions so far.
    pub(crate) asked: Arc<AtomicUsize>,
    pub(crate) patience: Arc<AtomicUsize>,
    /// To how many requests it answers that it is loading its model.
    pub(crate) loading: Arc<AtomicUsize>,
    /// Whether it takes prompts as text only, and no token ids.
    pub(crate) texts_only: Arc<AtomicBool>,
    /// The release that it says it is.
    pub(crate) release: Arc<AtomicUsize>,
    /// The `Authorization` headers that it saw.
    pub(crate) keys: Arc<Mutex<BTreeSet<String>>>,
    /// What it does instead of answering, while there is something.
    pub(crate) failing: Arc<Mutex<Option<(Way, When)>>>,
}

impl Stub {
    pub(crate) fn serve(model: &str, patience: usize, answer: Box<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let patience = Arc::new(AtomicUsize::new(patience));
        let stub = Self {
            port,
            asked,
            patience,
            loading: Arc::new(AtomicUsize::new(0)),
            texts_only: Arc::new(AtomicBool::new(false)),
            release: Arc::new(AtomicUsize::new(0)),
            keys: Arc::new(Mutex::default()),
            failing: Arc::new(Mutex::default()),
        };
        let (model, served) = (load(model, &LoadOptions::default()).unwrap(), stub.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client may hang up; the next one is served.
                let _ = served.serve_one(&stream.unwrap(), &model, &*answer);
            }
        });
        stub
    }

    /// An honest server.
    pub(crate) fn honest(model: &str, patience: usize) -> Self {
        Self::serve(model, patience, Box::new(honest))
    }

    pub(crate) fn spec(&self) -> String {
        format!("vllm:http://127.0.0.1:{}#served", self.port)
    }
}

/// Log-probability of the given token, and the `top` most likely ones, for every token but the first.
pub(crate) fn honest(answer: &LogProbs, tokens: &[u32], top: usize) -> Value {
    let entry = |logprob: f64, rank: usize| json!({ "logprob": logprob, "rank": rank, "decoded_token": "" });
    let rows = tokens.iter().skip(1).enumerate().map(|(t, &token)| {
        let row = answer.row(t).unwrap();
        let order = dialects::by_likelihood(&row);
        let mut entries = serde_json::Map::new();
        for (rank, &id) in order.iter().enumerate() {
            if rank < top || id == token as usize {
                entries.insert(id.to_string(), entry(row[id], rank + 1));
            }
        }
        Value::Object(entries)
    });
    std::iter::once(Value::Null).chain(rows).collect()
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|t| u32::try_from(t.as_u64().unwrap()).unwrap()).collect()
}

impl Stub {
    fn serve_one(&self, mut stream: &TcpStream, model: &LocalModel, answer: &Answer) -> std::io::Result<()> {
        let called = match self.due_failure(stream)? {
            Some(Way::Instead(fail)) => return fail(stream),
            Some(Way::Called(kind)) => kind,
            None => "application/json",
        };
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                // The client died while it asked.
                return Ok(());
            }
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = n.trim().parse().unwrap();
            }
            if line.to_ascii_lowercase().starts_with("authorization:") {
                self.keys.lock().unwrap().insert(line["authorization:".len()..].trim().to_owned());
            }
            if line.trim().is_empty() {
                break;
            }
            head += &line;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let question: Value = serde_json::from_slice(&body).unwrap_or_default();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let one_less = |n: usize| n.checked_sub(1);
        let loading = self.loading.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        let refused = self.texts_only.load(Ordering::SeqCst) && question["prompt"].is_array();
        let reply = match path.as_str() {
            _ if loading => json!({ "error": { "message": "Loading model" } }),
            "/v1/models" => {
                let meta = json!({ "n_vocab": model.vocabulary() });
                json!({ "data": [{ "id": "served", "max_model_len": 513, "meta": meta }] })
            }
            "/props" => dialects::props(),
            "/api/version" => json!({ "version": "0.12.11" }),
            "/api/show" => json!({ "details": {} }),
            "/version" => json!({ "version": format!("0.{}-stub", self.release.load(Ordering::SeqCst)) }),
            "/tokenize" => {
                let text = question["prompt"].as_str().or_else(|| question["content"].as_str()).unwrap();
                let start = (question["add_special"] != false).then_some(256);
                json!({ "tokens": start.into_iter().chain(text.bytes().map(u32::from)).collect::<Vec<u32>>() })
            }
            _ => {
                if self.asked.fetch_add(1, Ordering::SeqCst) >= self.patience.load(Ordering::SeqCst) {
                    // The connection breaks without an answer.
                    return Ok(());
                }
                match question["prompt_logprobs"].as_u64() {
                    _ if path == "/completion" => dialects::llamacpp(model, &question),
                    _ if path == "/api/generate" => dialects::ollama(model, &question),
                    None if refused => json!({ "error": { "message": "'prompt' must be a string" } }),
                    None => dialects::openai(model, &question),
                    Some(top) => {
                        let (tokens, top) = (ids(&question["prompt"]), usize::try_from(top).unwrap());
                        let rows = answer(&model.log_probabilities(&tokens).unwrap(), &tokens, top);
                        json!({ "model": "served", "choices": [{ "prompt_logprobs": rows }] })
                    }
                }
            }
        };
        let status = match (loading, refused) {
            (true, _) => "503 Service Unavailable",
            (_, true) => "400 Bad Request",
            _ => "200 OK",
        };
        let body = reply.to_string();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {called}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

pub(crate) fn audit(reference: &str, candidate: &str, policy: &str, out: &Path) -> Ran {
    prove(&["audit", "--reference", reference, "--candidate", candidate, "--policy", policy, "--out", text(out)])
}
