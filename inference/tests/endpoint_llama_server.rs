//! The `llamacpp` and `openai` dialects against a running llama.cpp server. Skipped, loudly, unless two variables are set:
//!
//! - `POT_TEST_LLAMA_SERVER`: the program `llama-server` (<https://github.com/ggml-org/llama.cpp>, its releases or
//!   `cmake --build build --target llama-server`); its libraries are looked for beside it;
//! - `POT_TEST_MODELS`: a folder with `smollm2.gguf` (SmolLM2-135M, `Q4_1`, sha256 b179c952…) and
//!   `gemma3-270m-q4_k_m.gguf` (sha256 a5fd3b62…).
//!
//! Each test starts a server of its own on a free port of this machine and ends it.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pot_inference::endpoint::{Endpoint, EndpointOptions, EndpointSpec};
use pot_inference::{Answer, Ask, InferenceError, LanguageModel, Prompt, Scored, Tokenizer};
use pot_protocol::score::ScoreKind;
use serde_json::{Value, json};

const SMOLLM2: &str = "smollm2.gguf";
const GEMMA3: &str = "gemma3-270m-q4_k_m.gguf";

struct Server {
    child: Child,
    base: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(model: &str) -> Option<Server> {
    let variables = ("POT_TEST_LLAMA_SERVER", "POT_TEST_MODELS");
    let (Ok(program), Ok(models)) = (std::env::var(variables.0), std::env::var(variables.1)) else {
        eprintln!("SKIPPED: set {} and {} to test against llama.cpp", variables.0, variables.1);
        return None;
    };
    let program = PathBuf::from(program);
    let model = PathBuf::from(models).join(model);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(&program)
        .env("LD_LIBRARY_PATH", program.parent().unwrap())
        .arg("-m")
        .arg(model)
        .args(["--host", "127.0.0.1", "-ngl", "0", "-t", "1", "-c", "2048", "--alias", "m", "--port"])
        .arg(port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, base: format!("http://127.0.0.1:{port}") };
    let begun = Instant::now();
    while !healthy(&server.base) {
        assert!(begun.elapsed() < Duration::from_secs(120), "the server does not come up");
        std::thread::sleep(Duration::from_millis(300));
    }
    Some(server)
}

fn healthy(base: &str) -> bool {
    let address = base.trim_start_matches("http://");
    TcpStream::connect(address).is_ok() && ureq::get(format!("{base}/health")).call().is_ok()
}

fn post(base: &str, path: &str, body: &Value) -> Value {
    let mut answer =
        ureq::post(format!("{base}{path}")).content_type("application/json").send(body.to_string()).unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

fn tokens_of(scored: &Scored) -> Vec<f64> {
    match scored {
        Scored::Tokens(values) => values.clone(),
        other => panic!("{other:?}"),
    }
}

fn mean_and_worst(a: &[f64], b: &[f64]) -> (f64, f64) {
    assert_eq!(a.len(), b.len());
    let gaps: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect();
    (gaps.iter().sum::<f64>() / f64::from(u32::try_from(gaps.len()).unwrap()), gaps.iter().copied().fold(0.0, f64::max))
}

fn row<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
    text.split(',').map(|x| x.parse().unwrap()).collect()
}

/// Token ids and log-probabilities that another client got from a llama.cpp server on another machine.
fn recorded(file: &str) -> Vec<(Vec<u32>, Vec<f64>)> {
    let lines = file.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once('\t').unwrap());
    lines.map(|(tokens, values)| (row(tokens), row(values))).collect()
}

#[test]
fn forced_tokens_are_scored_as_recorded() {
    let smollm2 = recorded(include_str!("responses/smollm2-135m-q4_1.tsv"));
    let gemma3 = recorded(include_str!("responses/gemma3-270m-q4_k_m.tsv"));
    for (model, vocabulary, rows) in [(SMOLLM2, 49152, smollm2), (GEMMA3, 262_144, gemma3)] {
        let Some(server) = start(model) else { return };
        let spec: EndpointSpec = format!("llamacpp:{}#m", server.base).parse().unwrap();
        let begun = Instant::now();
        let endpoint = Endpoint::connect(&spec, &EndpointOptions::default(), None).unwrap();
        eprintln!("probe in {:?}: {}", begun.elapsed(), endpoint.report());
        assert_eq!(endpoint.report().kinds, [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe, ScoreKind::KlTopk]);
        assert_eq!(endpoint.vocabulary(), vocabulary);
        assert!(endpoint.report().self_difference < 1e-6, "one thread repeats itself exactly");
        for (at, (tokens, recorded)) in rows.iter().enumerate() {
            let prompt = Prompt { text: "only the tokens are sent", tokens };
            let begun = Instant::now();
            let answer = endpoint.answers(&[prompt], Ask::AllTokens).pop().unwrap().unwrap();
            let time = begun.elapsed();
            let (mean, worst) = mean_and_worst(&tokens_of(answer.scored()), recorded);
            eprintln!("{model} {at}: {} tokens in {time:?}, mean difference {mean:.4}, worst {worst:.4}", tokens.len());
            // Activations of 8 bits, another CPU's kernels and other batch shapes make about 0.1 on average, and up to 3
            // at a single early position; scoring another token or position makes nats on average.
            assert!(mean < 0.2 && worst < 5.0, "{mean} {worst}");
            let last = endpoint.answers(&[prompt], Ask::LastTokens(5)).pop().unwrap().unwrap();
            let (mean, _) = mean_and_worst(&tokens_of(last.scored()), &recorded[recorded.len() - 5..]);
            assert!(mean < 0.5, "{mean}");
        }
    }
}

#[test]
fn forcing_by_grammar_and_step_by_step_agree() {
    let Some(server) = start(SMOLLM2) else { return };
    let spec: EndpointSpec = format!("llamacpp:{}", server.base).parse().unwrap();
    let endpoint = Endpoint::connect(&spec, &EndpointOptions::default(), None).unwrap();
    let (tokens, _) = recorded(include_str!("responses/smollm2-135m-q4_1.tsv")).swap_remove(0);
    let prompt = Prompt { text: "only the tokens are sent", tokens: &tokens };
    let answer = endpoint.answers(&[prompt], Ask::AllTokens).pop().unwrap().unwrap();
    let steps: Vec<f64> = (1..tokens.len()).map(|t| step(&server.base, &tokens[..t], tokens[t])).collect();
    let (mean, worst) = mean_and_worst(&tokens_of(answer.scored()), &steps);
    eprintln!("grammar and steps: mean difference {mean:.6}, worst {worst:.6}");
    assert!(mean < 0.1 && worst < 0.5, "{mean} {worst}");
}

fn step(base: &str, prefix: &[u32], target: u32) -> f64 {
    let body = json!({
        "prompt": prefix, "n_predict": 1, "n_probs": 1, "temperature": 0, "cache_prompt": false,
        "logit_bias": [[target, 1000]],
    });
    let answer = post(base, "/completion", &body);
    let entry = &answer["completion_probabilities"][0];
    assert_eq!(entry["id"], target);
    entry["logprob"].as_f64().unwrap()
}

#[test]
fn characters_over_several_tokens_are_scored_too() {
    let Some(server) = start(SMOLLM2) else { return };
    let spec: EndpointSpec = format!("llamacpp:{}", server.base).parse().unwrap();
    let endpoint = Endpoint::connect(&spec, &EndpointOptions::default(), None).unwrap();
    let text = "The 条约 is é 🦀 here";
    let tokens = endpoint.tokenize(text).unwrap();
    let begun = Instant::now();
    let answer = Answer::evaluate(&endpoint, text, Ask::AllTokens).unwrap();
    eprintln!("{} tokens with split characters in {:?}", tokens.len(), begun.elapsed());
    let values = tokens_of(answer.scored());
    assert_eq!(values.len(), tokens.len() - 1);
    // The whole distribution after each prefix, with another token generated: the same values come out.
    for (t, value) in values.iter().enumerate() {
        let body = json!({
            "prompt": &tokens[..=t], "n_predict": 1, "n_probs": 49152, "temperature": 0, "cache_prompt": false,
            "logit_bias": [[tokens[0], 1000]],
        });
        let answer = post(&server.base, "/completion", &body);
        let list = answer["completion_probabilities"][0]["top_logprobs"].as_array().unwrap();
        let entry = list.iter().find(|entry| entry["id"] == tokens[t + 1]).unwrap();
        let expected = entry["logprob"].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-4, "position {t}: {value} {expected}");
    }
    let top = Answer::evaluate(&endpoint, text, Ask::Top { positions: 4, top: 3 }).unwrap();
    assert!(matches!(top.scored(), Scored::Top(rows) if rows.len() == 4 && rows.iter().all(|row| row.len() == 3)));
}

/// The server's own tokens, piece by piece, as a reference's tokenizer.
struct Pieces {
    base: String,
    bytes: Vec<Option<Vec<u8>>>,
}

impl Pieces {
    fn read(base: &str, texts: &[&str]) -> Self {
        let mut bytes = vec![None; 49152];
        for text in texts {
            let body = json!({"content": text, "add_special": false, "parse_special": false, "with_pieces": true});
            for token in post(base, "/tokenize", &body)["tokens"].as_array().unwrap() {
                let piece = match &token["piece"] {
                    Value::String(piece) => piece.as_bytes().to_vec(),
                    other => serde_json::from_value(other.clone()).unwrap(),
                };
                bytes[usize::try_from(token["id"].as_u64().unwrap()).unwrap()] = Some(piece);
            }
        }
        Self { base: base.to_owned(), bytes }
    }
}

impl Tokenizer for Pieces {
    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let body = json!({"content": text, "add_special": true, "parse_special": false});
        Ok(serde_json::from_value(post(&self.base, "/tokenize", &body)["tokens"].clone()).unwrap())
    }

    fn token_bytes(&self, token: u32) -> Option<Vec<u8>> {
        self.bytes.get(usize::try_from(token).unwrap()).cloned().flatten()
    }

    fn vocabulary(&self) -> usize {
        self.bytes.len()
    }

    fn digest(&self) -> [u8; 32] {
        [7; 32]
    }
}

#[test]
fn the_completions_interface_lists_the_same_tokens() {
    let Some(server) = start(SMOLLM2) else { return };
    let connect =
        |spec: String, tokenizer| Endpoint::connect(&spec.parse().unwrap(), &EndpointOptions::default(), tokenizer);
    let native = connect(format!("llamacpp:{}", server.base), None).unwrap();
    // All tokens are needed: any could be listed. Their texts come from the server, a thousand at a time.
    let mut pieces = Pieces::read(&server.base, &[]);
    for id in 0..49152_u32 {
        let answer = post(&server.base, "/detokenize", &json!({"tokens": [id]}));
        let text = answer["content"].as_str().unwrap().to_owned();
        pieces.bytes[usize::try_from(id).unwrap()] = (!text.contains('\u{fffd}')).then(|| text.into_bytes());
    }
    let tokenizer: Arc<dyn Tokenizer> = Arc::new(pieces);
    let endpoint = connect(format!("openai:{}/v1#m", server.base), Some(tokenizer)).unwrap();
    eprintln!("{}", endpoint.report());
    assert_eq!(endpoint.report().kinds, [ScoreKind::KlTopk]);
    let text = "The capital of France is Paris, and the capital of Italy is Rome";
    let ask = Ask::Top { positions: 3, top: 4 };
    let (ours, theirs) =
        (Answer::evaluate(&endpoint, text, ask).unwrap(), Answer::evaluate(&native, text, ask).unwrap());
    let (Scored::Top(ours), Scored::Top(theirs)) = (ours.scored(), theirs.scored()) else { panic!() };
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours[0].0, theirs[0].0, "the most likely token is the same both ways");
        assert!((ours[0].1 - theirs[0].1).abs() < 0.5, "{ours:?} {theirs:?}");
    }
}
