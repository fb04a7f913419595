//! The made-up model and its answers in each dialect, in the shapes that the servers document.

use pot_inference::tokenizer;
use serde_json::{Map, Value, json};

use super::{Reply, Request};

/// Size of the byte tokenizer's vocabulary.
pub(crate) const VOCABULARY: u32 = 257;

/// Tokens from the most to the least likely after `prefix`, with log-probabilities in nats. The start token never comes.
pub(crate) fn distribution(prefix: &[u32]) -> Vec<(u32, f64)> {
    let mut state = prefix
        .iter()
        .fold(0x9E37_79B9_7F4A_7C15_u64, |h, t| (h ^ u64::from(*t)).wrapping_mul(0x0100_0000_01B3).rotate_left(23));
    let mut tokens: Vec<u32> = (0..VOCABULARY - 1).collect();
    for at in (1..tokens.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokens.swap(at, usize::try_from((state >> 33) % (at as u64 + 1)).unwrap());
    }
    let sharpness = 1.0 + f64::from(u32::try_from(state >> 40).unwrap()) / f64::from(1 << 24);
    let weights: Vec<f64> = (1..=tokens.len()).map(|rank| (rank as f64).powf(-sharpness)).collect();
    let sum: f64 = weights.iter().sum();
    tokens.into_iter().zip(weights).map(|(token, weight)| (token, (weight / sum).ln())).collect()
}

pub(crate) fn log_prob(prefix: &[u32], token: u32) -> f64 {
    distribution(prefix).into_iter().find(|(t, _)| *t == token).unwrap().1
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|t| u32::try_from(t.as_u64().unwrap()).unwrap()).collect()
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

pub(crate) fn bytes(token: u32) -> Vec<u8> {
    u8::try_from(token).map_or_else(|_| Vec::new(), |byte| vec![byte])
}

pub(crate) fn vllm(request: &Request) -> Reply {
    Reply::Json(match request.path.as_str() {
        "/v1/models" => json!({"object": "list", "data": [{"id": "m", "object": "model", "max_model_len": 512}]}),
        "/version" => json!({"version": "0.11.0"}),
        "/tokenize" => {
            let tokens = tokenizer::tokenize(request.body["prompt"].as_str().unwrap());
            json!({"count": tokens.len(), "max_model_len": 512, "tokens": tokens, "token_strs": null})
        }
        "/v1/completions" => vllm_completion(&request.body),
        other => return Reply::Status(404, "", format!("{{\"error\": {{\"message\": \"no {other}\"}}}}")),
    })
}

fn vllm_completion(body: &Value) -> Value {
    let tokens = ids(&body["prompt"]);
    let top = count(&body["prompt_logprobs"]);
    let mut rows = vec![Value::Null];
    for at in 1..tokens.len() {
        let mut row = Map::new();
        for (rank, (token, value)) in distribution(&tokens[..at]).into_iter().enumerate() {
            if rank < top || token == tokens[at] {
                let text = String::from_utf8_lossy(&bytes(token)).into_owned();
                row.insert(token.to_string(), json!({"logprob": value, "rank": rank + 1, "decoded_token": text}));
            }
        }
        rows.push(Value::Object(row));
    }
    json!({
        "id": "cmpl-1", "object": "text_completion", "created": 1, "model": body["model"],
        "choices": [{
            "index": 0, "text": " x", "logprobs": null, "finish_reason": "length", "stop_reason": null,
            "prompt_logprobs": rows, "prompt_token_ids": tokens, "token_ids": [1],
        }],
        "usage": {"prompt_tokens": tokens.len(), "total_tokens": tokens.len() + 1, "completion_tokens": 1},
    })
}

pub(crate) fn llamacpp(request: &Request) -> Reply {
    Reply::Json(match request.path.as_str() {
        "/v1/models" => json!({"object": "list", "data": [
            {"id": "m", "object": "model", "meta": {"n_vocab": VOCABULARY, "n_ctx": 512}},
        ]}),
        "/props" => json!({"default_generation_settings": {"n_ctx": 512}, "build_info": "b1-abc", "model_alias": "m"}),
        "/tokenize" => {
            let mut tokens = tokenizer::tokenize(request.body["content"].as_str().unwrap());
            if request.body["add_special"] == false {
                tokens.remove(0);
            }
            json!({"tokens": tokens})
        }
        "/completion" => llamacpp_completion(&request.body, true),
        other => return Reply::Status(404, "", format!("no {other}")),
    })
}

/// A server that cannot force by grammar generates what is most likely.
pub(crate) fn llamacpp_without_grammar(request: &Request) -> Reply {
    match request.path.as_str() {
        "/completion" => Reply::Json(llamacpp_completion(&request.body, false)),
        _ => llamacpp(request),
    }
}

/// Like the real server, which reports no position whose token ends inside a character.
pub(crate) fn llamacpp_split(request: &Request) -> Reply {
    match llamacpp(request) {
        Reply::Json(mut json) if request.path == "/completion" => {
            let entries = json["completion_probabilities"].as_array_mut().unwrap();
            entries.retain(|entry| entry["id"].as_u64().unwrap() < 0xC0);
            if entries.is_empty() {
                json.as_object_mut().unwrap().remove("completion_probabilities");
            }
            Reply::Json(json)
        }
        other => other,
    }
}

/// Like newer real servers, which fail altogether then.
pub(crate) fn llamacpp_failing(request: &Request) -> Reply {
    let error = |message: &str| Reply::Status(500, "", json!({"error": {"code": 500, "message": message}}).to_string());
    match llamacpp(request) {
        Reply::Json(json) if request.path == "/completion" => {
            let mut entries = json["completion_probabilities"].as_array().unwrap().iter();
            let split = entries.any(|entry| entry["id"].as_u64().unwrap() >= 0xC0);
            match split {
                false => Reply::Json(json),
                true if request.body["grammar"].is_string() => error("Unexpected empty grammar stack"),
                true => error("The model produced output that does not match the expected Content-only format"),
            }
        }
        other => other,
    }
}

fn llamacpp_completion(body: &Value, grammar: bool) -> Value {
    let mut prefix = ids(&body["prompt"]);
    let grammar = body["grammar"].as_str().filter(|_| grammar).unwrap_or_default();
    let forced: Vec<u32> = grammar.split("<[").skip(1).map(|s| s.split(']').next().unwrap().parse().unwrap()).collect();
    let biased = body["logit_bias"][0][0].as_u64().map(|t| u32::try_from(t).unwrap());
    let mut entries = Vec::new();
    for at in 0..count(&body["n_predict"]) {
        let all = distribution(&prefix);
        let token = forced.get(at).copied().or(biased).unwrap_or(all[0].0);
        let entry = |token: u32, value: f64| json!({"id": token, "token": String::from_utf8_lossy(&bytes(token)), "bytes": bytes(token), "logprob": value});
        let list: Vec<Value> = all.iter().take(count(&body["n_probs"])).map(|(t, value)| entry(*t, *value)).collect();
        let mut generated = entry(token, log_prob(&prefix, token));
        generated["top_logprobs"] = Value::Array(list);
        entries.push(generated);
        prefix.push(token);
    }
    json!({"index": 0, "content": "", "model": "m", "stop": true, "completion_probabilities": entries})
}

pub(crate) fn openai(request: &Request) -> Reply {
    Reply::Json(match request.path.as_str() {
        "/v1/models" => json!({"object": "list", "data": [{"id": "m", "object": "model"}]}),
        "/v1/completions" => {
            let prompt = &request.body["prompt"];
            let prefix = prompt.as_str().map_or_else(|| ids(prompt), tokenizer::tokenize);
            // The start token is not counted where the server puts it itself.
            let sent = prefix.len() - usize::from(prompt.is_string());
            let top = count(&request.body["logprobs"]);
            let mut object = Map::new();
            for (token, value) in distribution(&prefix).into_iter().take(top) {
                object.insert(spelled(token), value.into());
            }
            let first = distribution(&prefix)[0];
            json!({
                "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m",
                "choices": [{"text": "x", "index": 0, "finish_reason": "length", "logprobs": {
                    "tokens": [spelled(first.0)], "token_logprobs": [first.1], "top_logprobs": [object], "text_offset": [0],
                }}],
                "usage": {"prompt_tokens": sent, "completion_tokens": 1, "total_tokens": sent + 1},
            })
        }
        other => return Reply::Status(404, "", format!("no {other}")),
    })
}

/// A server of the same interface that takes no token ids.
pub(crate) fn openai_of_texts(request: &Request) -> Reply {
    if request.path == "/v1/completions" && !request.body["prompt"].is_string() {
        return Reply::Status(400, "", json!({"error": {"message": "'prompt' must be a string"}}).to_string());
    }
    openai(request)
}

/// As text where it is text, else as the interface writes bytes.
fn spelled(token: u32) -> String {
    String::from_utf8(bytes(token)).unwrap_or_else(|_| format!("bytes:\\x{token:02x}"))
}

pub(crate) fn ollama(request: &Request) -> Reply {
    Reply::Json(match request.path.as_str() {
        "/api/version" => json!({"version": "0.12.11"}),
        "/api/show" if request.body["model"] == "m" => json!({"details": {"family": "llama"}, "model_info": {}}),
        "/api/generate" => {
            let prefix = tokenizer::tokenize(request.body["prompt"].as_str().unwrap());
            let entry = |(token, value): &(u32, f64)| {
                let text = String::from_utf8_lossy(&bytes(*token)).into_owned();
                json!({"token": text, "logprob": value, "bytes": bytes(*token)})
            };
            let all = distribution(&prefix);
            let mut generated = entry(&all[0]);
            let list = all.iter().take(count(&request.body["top_logprobs"])).map(entry).collect();
            generated["top_logprobs"] = Value::Array(list);
            json!({"model": "m", "created_at": "2025-11-01T00:00:00Z", "response": "x", "done": true,
                "done_reason": "length", "logprobs": [generated], "prompt_eval_count": prefix.len()})
        }
        _ => return Reply::Status(404, "", "{\"error\": \"model 'x' not found\"}".to_owned()),
    })
}
