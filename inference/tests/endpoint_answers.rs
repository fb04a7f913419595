//! What each dialect asks for and makes of good answers.
#![allow(clippy::unwrap_used)]

#[path = "endpoint_stub/mod.rs"]
mod stub;

use std::sync::Arc;

use pot_inference::endpoint::{Endpoint, EndpointOptions, TokenCheck};
use pot_inference::tokenizer::{Bytes, tokenize};
use pot_inference::{Answer, Ask, InferenceError, LanguageModel, ModelIdentity, Prompt, Scored, Tokenizer};
use pot_protocol::score::ScoreKind;
use serde_json::Value;
use stub::replies::{self, distribution, log_prob};
use stub::{Reply, Request, Stub};

type Handler = fn(&Request) -> Reply;

const DIALECTS: [(&str, &str, Handler); 8] = [
    ("vllm", "#m", replies::vllm),
    ("llamacpp", "#m", replies::llamacpp),
    ("llamacpp", "", replies::llamacpp_without_grammar),
    ("llamacpp", "", replies::llamacpp_split),
    ("llamacpp", "", replies::llamacpp_failing),
    ("openai", "/v1#m", replies::openai),
    ("openai", "/v1#m", replies::openai_of_texts),
    ("ollama", "#m", replies::ollama),
];

const TEXT: &str = "Grüße, 世界: what comes next is committed";

fn connect(stub: &Stub, dialect: &str, rest: &str, tokenizer: bool) -> Result<Endpoint, InferenceError> {
    let spec = format!("{dialect}:{}{rest}", stub.base).parse().unwrap();
    let tokenizer = tokenizer.then(|| Arc::new(Bytes) as Arc<dyn Tokenizer>);
    Endpoint::connect(&spec, &EndpointOptions::default(), tokenizer)
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() < 1e-12
}

#[test]
fn committed_tokens_get_the_models_log_probabilities() {
    for (dialect, rest, handler) in &DIALECTS[..5] {
        let stub = Stub::start(handler);
        let endpoint = connect(&stub, dialect, rest, true).unwrap();
        let tokens = tokenize(TEXT);
        for (ask, first) in [(Ask::AllTokens, 0), (Ask::LastTokens(4), tokens.len() - 5)] {
            let answer = Answer::evaluate(&endpoint, TEXT, ask).unwrap();
            let Scored::Tokens(values) = answer.scored() else { panic!("{dialect}") };
            assert_eq!(values.len(), tokens.len() - 1 - first, "{dialect}");
            for (at, value) in values.iter().enumerate() {
                let t = first + at + 1;
                assert!(close(*value, log_prob(&tokens[..t], tokens[t])), "{dialect} {t}");
            }
        }
    }
}

#[test]
fn answers_are_read_by_their_bodies_whatever_type_but_a_web_page_they_are_said_to_be() {
    for (dialect, rest, handler) in DIALECTS {
        for kind in ["", "text/plain; charset=utf-8", "application/octet-stream", "application/problem+json", "rubbish"]
        {
            let stub = Stub::start(move |request| match handler(request) {
                Reply::Json(json) if kind.is_empty() => Reply::Status(200, "", json.to_string()),
                Reply::Json(json) => {
                    let body = json.to_string();
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}", body.len());
                    Reply::Raw(format!("{head}\r\nConnection: close\r\n\r\n{body}").into_bytes())
                }
                other => other,
            });
            let endpoint = connect(&stub, dialect, rest, true).unwrap();
            let answer = Answer::evaluate(&endpoint, TEXT, Ask::Top { positions: 3, top: 6 });
            let honest = Stub::start(handler);
            let honest = connect(&honest, dialect, rest, true).unwrap();
            let expected = Answer::evaluate(&honest, TEXT, Ask::Top { positions: 3, top: 6 });
            assert_eq!(answer.unwrap().digest(), expected.unwrap().digest(), "{dialect} {kind}");
        }
    }
}

#[test]
fn the_most_likely_tokens_are_the_models_at_the_committed_prefixes() {
    for (dialect, rest, handler) in DIALECTS {
        let stub = Stub::start(handler);
        let endpoint = connect(&stub, dialect, rest, true).unwrap();
        let tokens = tokenize(TEXT);
        let answer = Answer::evaluate(&endpoint, TEXT, Ask::Top { positions: 3, top: 6 }).unwrap();
        let Scored::Top(rows) = answer.scored() else { panic!("{dialect}") };
        assert_eq!(rows.len(), 3, "{dialect}");
        for (at, row) in rows.iter().enumerate() {
            let expected = &distribution(&tokens[..tokens.len() - 3 + at])[..6];
            let equal = row.iter().zip(expected).all(|(a, b)| a.0 == b.0 && close(a.1, b.1));
            assert!(row.len() == 6 && equal, "{dialect} {at}: {row:?} {expected:?}");
        }
    }
}

#[test]
fn the_probe_reports_what_is_possible() {
    for (dialect, rest, handler) in DIALECTS {
        let stub = Stub::start(handler);
        let endpoint = connect(&stub, dialect, rest, true).unwrap();
        let (report, lists_only) = (endpoint.report(), matches!(dialect, "openai" | "ollama"));
        if lists_only {
            assert_eq!((report.kinds.as_slice(), report.tokens), ([ScoreKind::KlTopk].as_slice(), TokenCheck::Bytes));
            let error = report.require(ScoreKind::DeltaCe).unwrap_err().to_string();
            assert!(error.contains("delta-ce is not possible") && error.ends_with("possible: kl-topk"), "{error}");
        } else {
            assert_eq!(report.kinds, [ScoreKind::DeltaLogprob, ScoreKind::DeltaCe, ScoreKind::KlTopk]);
            // vLLM takes the names of control tokens in a text for these tokens.
            assert_eq!(report.tokens, TokenCheck::Same(if dialect == "vllm" { 10 } else { 11 }));
            report.require(ScoreKind::DeltaCe).unwrap();
        }
        assert!(close(report.self_difference, 0.0));
        let shown = report.to_string();
        assert!(shown.contains(dialect) && shown.contains("kl-topk") && !shown.contains('\n'), "{shown}");
        let ModelIdentity::Endpoint(identity) = endpoint.identity() else { panic!() };
        assert_eq!((identity.dialect.as_str(), identity.model.as_str()), (dialect, "m"));
        assert!(identity.settings.contains("POST /") && identity.settings.contains("temperature 0"));
        assert_eq!(identity.tokenizer, Bytes.digest());
        assert_eq!(endpoint.vocabulary(), 257);
        // The stubs' contexts hold 512 tokens, one of them generated; those that do not say get the option's bound.
        assert_eq!(endpoint.max_positions(), if lists_only { 4096 } else { 511 });
        let whole = Answer::evaluate(&endpoint, TEXT, Ask::Distributions(1)).unwrap_err();
        assert!(whole.to_string().contains("whole distributions"), "{whole}");
    }
}

#[test]
fn without_a_tokenizer_the_servers_own_is_used_or_the_dialect_refused() {
    let mut digests = Vec::new();
    for (dialect, rest, handler) in DIALECTS {
        let stub = Stub::start(handler);
        match connect(&stub, dialect, rest, false) {
            Ok(endpoint) => {
                assert_eq!(endpoint.tokenize("ab").unwrap(), [256, 97, 98]);
                assert_eq!(endpoint.report().tokens, TokenCheck::Own);
                digests.push(endpoint.tokenizer_id());
            }
            Err(error) => assert!(error.to_string().contains("reference's tokenizer"), "{dialect}: {error}"),
        }
    }
    assert_eq!(digests.len(), 5);
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]) && digests[0] != Bytes.digest());
}

#[test]
fn a_batch_keeps_its_order_and_one_failure_spoils_no_other() {
    let stub = Stub::start(replies::vllm);
    let spec = format!("vllm:{}#m", stub.base).parse().unwrap();
    let options = EndpointOptions { concurrency: 4, requests_per_second: Some(500.0), ..EndpointOptions::default() };
    let endpoint = Endpoint::connect(&spec, &options, Some(Arc::new(Bytes))).unwrap();
    let before = stub.requests().len();
    let texts: Vec<String> =
        (0..20).map(|n| if n == 7 { String::new() } else { format!("text {n} of many") }).collect();
    let tokens: Vec<Vec<u32>> = texts.iter().map(|text| tokenize(text)).collect();
    let prompts: Vec<Prompt<'_>> = texts.iter().zip(&tokens).map(|(text, tokens)| Prompt { text, tokens }).collect();
    let answers = endpoint.answers(&prompts, Ask::LastTokens(3));
    assert_eq!(answers.len(), 20);
    for (at, answer) in answers.iter().enumerate() {
        match answer {
            Ok(answer) => assert_eq!(answer.tokens(), tokens[at], "{at}"),
            Err(error) => assert!(at == 7 && matches!(error, InferenceError::EmptyPrompt), "{at}: {error}"),
        }
    }
    assert_eq!(stub.requests().len() - before, 19, "each prompt is asked once, the empty one not at all");
}

#[test]
fn requests_say_what_the_interfaces_document() {
    let stub = Stub::start(replies::vllm);
    let endpoint = connect(&stub, "vllm", "#m", true).unwrap();
    Answer::evaluate(&endpoint, "abc", Ask::Top { positions: 1, top: 4 }).unwrap();
    let last = stub.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), &last.body["prompt"]), ("/v1/completions", &serde_json::json!([256, 97, 98, 99])));
    assert_eq!((&last.body["prompt_logprobs"], &last.body["max_tokens"]), (&4.into(), &1.into()));
    assert!(!last.headers.to_lowercase().contains("authorization"));

    let stub = Stub::start(replies::llamacpp);
    let endpoint = connect(&stub, "llamacpp", "", true).unwrap();
    Answer::evaluate(&endpoint, "abc", Ask::LastTokens(2)).unwrap();
    let last = stub.requests().pop().unwrap();
    assert_eq!(last.body["grammar"], "root ::= <[98]> <[99]>");
    assert_eq!((&last.body["prompt"], &last.body["cache_prompt"]), (&serde_json::json!([256, 97]), &false.into()));

    for (handler, prompt, form) in [
        (replies::openai as Handler, serde_json::json!([256, 97, 98]), "token ids"),
        (replies::openai_of_texts, "ab".into(), "text"),
    ] {
        let stub = Stub::start(handler);
        let endpoint = connect(&stub, "openai", "/v1#m", true).unwrap();
        Answer::evaluate(&endpoint, "abc", Ask::Top { positions: 1, top: 4 }).unwrap();
        let last = stub.requests().pop().unwrap();
        assert_eq!((&last.body["prompt"], &last.body["logprobs"]), (&prompt, &4.into()));
        let ModelIdentity::Endpoint(identity) = endpoint.identity() else { panic!() };
        assert!(identity.settings.contains(&format!("with the {form} of each prefix")), "{}", identity.settings);
    }

    let stub = Stub::start(replies::ollama);
    let endpoint = connect(&stub, "ollama", "#m", true).unwrap();
    Answer::evaluate(&endpoint, "abc", Ask::Top { positions: 1, top: 4 }).unwrap();
    let last = stub.requests().pop().unwrap();
    assert_eq!(
        (&last.body["prompt"], &last.body["raw"], &last.body["top_logprobs"]),
        (&"ab".into(), &true.into(), &4.into())
    );
    assert_eq!(last.body["options"], serde_json::json!({"temperature": 0, "num_predict": 1, "num_ctx": 4096}));
}

/// Replays `fixture` for the interface's question and asks about `tokens`.
fn replay(dialect: &str, handler: Handler, path: &'static str, fixture: &str, tokens: &[u32], ask: Ask) -> Answer {
    let stub = Stub::start(handler);
    let with_table = matches!(dialect, "openai" | "ollama");
    let rest = if dialect == "openai" { "/v1#m" } else { "#m" };
    let endpoint = connect(&stub, dialect, rest, with_table).unwrap();
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    stub.now(move |request| if request.path == path { Reply::Json(fixture.clone()) } else { handler(request) });
    let prompt = Prompt { text: "ab", tokens };
    endpoint.answers(&[prompt], ask).pop().unwrap().unwrap()
}

#[test]
fn documented_answers_are_read() {
    let vllm = include_str!("responses/vllm_prompt_logprobs.json");
    let tokens = [151_644, 785, 6722];
    let answer = replay("vllm", replies::vllm, "/v1/completions", vllm, &tokens, Ask::AllTokens);
    assert_eq!(answer.scored(), &Scored::Tokens(vec![-9.5625, -11.25]));
    let ask = Ask::Top { positions: 2, top: 2 };
    let answer = replay("vllm", replies::vllm, "/v1/completions", vllm, &tokens, ask);
    let expected = [vec![(8948, -0.25), (872, -1.75)], vec![(1196, -1.5), (2701, -1.625)]];
    assert_eq!(answer.scored(), &Scored::Top(expected.to_vec()));

    let tokens = [256, 97, 98];
    let ask = Ask::Top { positions: 1, top: 3 };
    let openai = include_str!("responses/openai_completion.json");
    let answer = replay("openai", replies::openai_of_texts, "/v1/completions", openai, &tokens, ask);
    assert_eq!(answer.scored(), &Scored::Top(vec![vec![(99, -0.5), (32, -1.25), (226, -3.75)]]));
    let ollama = include_str!("responses/ollama_generate.json");
    let answer = replay("ollama", replies::ollama, "/api/generate", ollama, &tokens, ask);
    assert_eq!(answer.scored(), &Scored::Top(vec![vec![(99, -0.5), (32, -1.25), (195, -3.75)]]));
}
