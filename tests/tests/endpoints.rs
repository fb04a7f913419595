//! Endpoints through the commands: a stub that speaks vLLM's interface, answers with a built-in model and misbehaves on
//! demand.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use pot_inference::{LoadOptions, LocalModel, LogProbs, load};
use pot_protocol::transcript::Transcript;
use pot_tests::{Ran, check, prove, scratch, text};
use serde_json::{Value, json};

/// What the stub answers to the question about a prompt, given the model's own answer.
type Answer = dyn Fn(&LogProbs, &[u32], usize) -> Value + Send + Sync;

/// A server for one model. It lives until the test ends, and breaks connections after `patience` questions.
struct Stub {
    port: u16,
    asked: Arc<AtomicUsize>,
    patience: Arc<AtomicUsize>,
}

impl Stub {
    fn serve(model: &str, patience: usize, answer: Box<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let patience = Arc::new(AtomicUsize::new(patience));
        let (model, count, limit) = (load(model, &LoadOptions::default()).unwrap(), asked.clone(), patience.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client may hang up; the next one is served.
                let _ = serve_one(&stream.unwrap(), &model, &*answer, &count, &limit);
            }
        });
        Self { port, asked, patience }
    }

    /// An honest server.
    fn honest(model: &str, patience: usize) -> Self {
        Self::serve(model, patience, Box::new(honest))
    }

    fn spec(&self) -> String {
        format!("vllm:http://127.0.0.1:{}#served", self.port)
    }
}

/// Log-probability of the given token, and the `top` most likely ones, for every token but the first.
fn honest(answer: &LogProbs, tokens: &[u32], top: usize) -> Value {
    let entry = |logprob: f64, rank: usize| json!({ "logprob": logprob, "rank": rank, "decoded_token": "" });
    let rows = tokens.iter().skip(1).enumerate().map(|(t, &token)| {
        let row = answer.row(t).unwrap();
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
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

fn serve_one(
    mut stream: &TcpStream,
    model: &LocalModel,
    answer: &Answer,
    asked: &AtomicUsize,
    patience: &AtomicUsize,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().unwrap();
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
    let reply = match path.as_str() {
        "/v1/models" => json!({ "data": [{ "id": "served", "max_model_len": 513 }] }),
        "/version" => json!({ "version": "0.0-stub" }),
        "/tokenize" => {
            let text = question["prompt"].as_str().unwrap();
            json!({ "tokens": std::iter::once(256).chain(text.bytes().map(u32::from)).collect::<Vec<u32>>() })
        }
        _ => {
            if asked.fetch_add(1, Ordering::SeqCst) >= patience.load(Ordering::SeqCst) {
                // The connection breaks without an answer.
                return Ok(());
            }
            let tokens: Vec<u32> = question["prompt"]
                .as_array()
                .unwrap()
                .iter()
                .map(|t| u32::try_from(t.as_u64().unwrap()).unwrap())
                .collect();
            let top = usize::try_from(question["prompt_logprobs"].as_u64().unwrap()).unwrap();
            let rows = answer(&model.log_probabilities(&tokens).unwrap(), &tokens, top);
            json!({ "model": "served", "choices": [{ "prompt_logprobs": rows }] })
        }
    };
    let body = reply.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn audit(reference: &str, candidate: &str, policy: &str, out: &std::path::Path) -> Ran {
    prove(&["audit", "--reference", reference, "--candidate", candidate, "--policy", policy, "--out", text(out)])
}

#[test]
fn two_dead_urls_give_an_error_and_no_verdict() {
    let root = scratch();
    let out = root.path().join("run");
    // A port that was free a moment ago, and is closed again.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("vllm:http://127.0.0.1:{port}#served");
    let ran = audit(&dead, &dead, "quick-delta-logprob", &out).expect(3).says("reference model");
    assert!(!ran.stdout.contains("SAME") && !ran.stderr.contains("SAME"), "{}", ran.stderr);
    assert!(!out.exists());
    let alive = Stub::honest("builtin:base", usize::MAX);
    audit(&alive.spec(), &dead, "quick-delta-logprob", &out).expect(3).says("candidate model");
    assert!(!out.exists());
}

#[test]
fn an_endpoint_is_audited_against_local_weights() {
    let root = scratch();
    let same = Stub::honest("builtin:base", usize::MAX);
    let other = Stub::honest("builtin:finetuned", usize::MAX);
    for (stub, policy, word, out) in [
        (&same, "quick-delta-logprob", "SAME", "a"),
        (&other, "quick-delta-logprob", "DIFFERENT", "b"),
        (&same, "quick-topk", "SAME-TOPK", "c"),
        (&other, "quick-topk", "DIFFERENT", "d"),
    ] {
        let out = root.path().join(out);
        audit("builtin:base", &stub.spec(), policy, &out).expect(0);
        let report =
            check(&["verify", text(&out), "--allow-development-key", "--transcript", text(&out), "--json"]).expect(0);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        assert_eq!(report["verdict"], word, "{policy}");
        assert_eq!(report["candidate_weights"], Value::Null);
        // What shows in the most likely tokens is less than SAME.
        let required = check(&["verify", text(&out), "--allow-development-key", "--require", "SAME"]);
        required.expect(if word == "SAME" { 0 } else { 4 });
        let required = check(&["verify", text(&out), "--allow-development-key", "--require", "SAME-TOPK"]);
        required.expect(if word == "SAME-TOPK" { 0 } else { 4 });
    }
    // Whole distributions are not to be had.
    audit("builtin:base", &same.spec(), "quick", &root.path().join("e")).expect(3).says("kl-topk");
}

#[test]
fn an_endpoint_that_dies_half_way_pauses_the_run_which_then_resumes() {
    let root = scratch();
    let out = root.path().join("run");
    let stub = Stub::honest("builtin:base", usize::MAX);
    prove(&["register", "--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&out)]).expect(0);
    // The run probes again (registering asked one question more), so the server dies four challenges later.
    let probing = stub.asked.load(Ordering::SeqCst);
    stub.patience.store(2 * probing - 1 + 4, Ordering::SeqCst);
    let paused = prove(&["run", text(&out)]).expect(1).says("--resume");
    assert!(!paused.stderr.contains("SAME after"), "{}", paused.stderr);
    let transcript = || Transcript::replay(&fs::read(out.join("transcript.ndjson")).unwrap()).unwrap();
    assert_eq!(transcript().records().len(), 4, "what was answered is sealed");
    prove(&["prove", text(&out)]).expect(2).says("no decision");

    stub.patience.store(usize::MAX, Ordering::SeqCst);
    prove(&["run", text(&out), "--resume"]).expect(0).says("prove");
    let transcript = transcript();
    assert!(transcript.records().iter().all(|record| record.score.units() == 0));
    // Each failed attempt was counted, and none became a score.
    let spent = transcript.seal().unwrap().attempts;
    assert!(
        spent.most > 1 && spent.total == 2 * transcript.records().len() as u64 + u64::from(spent.most) - 1,
        "{spent:?}"
    );
}

#[test]
fn answers_that_are_no_answers_are_refused_before_anything_is_registered() {
    let root = scratch();
    let out = root.path().join("run");
    let refused = |answer: Box<Answer>| {
        let stub = Stub::serve("builtin:base", usize::MAX, answer);
        audit("builtin:base", &stub.spec(), "quick-delta-logprob", &out).expect(3).says("candidate model");
        assert!(!out.exists());
    };
    let of = |change: fn(&mut Vec<Value>)| -> Box<Answer> {
        Box::new(move |answer, tokens, top| {
            let mut rows = honest(answer, tokens, top).as_array().unwrap().clone();
            change(&mut rows);
            Value::Array(rows)
        })
    };
    refused(of(|rows| drop(rows.pop())));
    refused(of(|rows| *rows.last_mut().unwrap() = Value::Null));
    refused(of(|rows| rows.iter_mut().for_each(|row| *row = Value::Null)));
    refused(of(Vec::clear));
    refused(Box::new(|_, _, _| json!("NaN")));
    refused(Box::new(|_, tokens, _| {
        let row = |&token: &u32| json!({ token.to_string(): { "logprob": -1.0, "rank": 1 } });
        std::iter::once(Value::Null).chain(tokens.iter().skip(1).map(row)).collect()
    }));
}

#[test]
fn noise_is_measured_first_and_forbids_what_could_not_be_told_from_it() {
    let root = scratch();
    let served = Stub::honest("builtin:base", usize::MAX).spec();
    let calibrate = |count: &str, name: &str| {
        let file = root.path().join(name);
        let args =
            ["calibrate", "--reference", "builtin:base", "--served", &served, "--count", count, "--out", text(&file)];
        let ran = prove(&args).expect(0);
        let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(printed["mean"], 0.0);
        prove(&args).expect(2).says("not overwritten");
        file
    };
    let register = |bound: &std::path::Path, out: &str| {
        let out = root.path().join(out);
        prove(&[
            "register",
            "--candidate",
            &served,
            "--policy",
            "quick-delta-logprob",
            "--calibration-bound",
            text(bound),
            "--out",
            text(&out),
        ])
    };
    // Ten silent answers leave room for more noise than the policy's gamma bears; forty do not.
    register(&calibrate("10", "few.json"), "a").expect(2).says("gamma");
    register(&calibrate("40", "many.json"), "b").expect(0);
    register(&root.path().join("none.json"), "c").expect(2).says("calibrate");
}

#[test]
fn log_probabilities_are_printed_for_other_engines() {
    let root = scratch();
    let (ids, texts) = (root.path().join("ids"), root.path().join("texts"));
    fs::write(&ids, "256,72,105\n\n256, 33 ,10\n").unwrap();
    fs::write(&texts, "Hi\n").unwrap();
    let by_ids = prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(0).stdout;
    let by_text = prove(&["logprobs", "--model", "builtin:base", "--text", text(&texts)]).expect(0).stdout;
    let lines: Vec<&str> = by_ids.lines().collect();
    assert_eq!((lines.len(), Some(lines[0])), (2, by_text.lines().next()));
    let (tokens, values) = lines[0].split_once('\t').unwrap();
    assert_eq!(tokens, "256,72,105");
    let values: Vec<f64> = values.split(',').map(|x| x.parse().unwrap()).collect();
    assert!(values.len() == 2 && values.iter().all(|x| *x < 0.0), "{values:?}");
    fs::write(&ids, "256,x\n").unwrap();
    prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(3).says("line 1: 'x' is no token id");
    fs::write(&ids, "256,999\n").unwrap();
    prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(3).says("outside the vocabulary");
    prove(&["logprobs", "--model", "builtin:base"]).expect(2);
}
