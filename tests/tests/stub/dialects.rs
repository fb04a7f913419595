//! The interfaces beside vLLM's, in the shapes that their servers document.

use pot_inference::{LocalModel, tokenizer::tokenize};
use serde_json::{Value, json};

use super::{Stub, ids};

impl Stub {
    /// The same server by `OpenAI`'s interface.
    pub(crate) fn openai_spec(&self) -> String {
        format!("openai:http://127.0.0.1:{}/v1#served", self.port)
    }

    /// By llama.cpp's own.
    pub(crate) fn llamacpp_spec(&self) -> String {
        format!("llamacpp:http://127.0.0.1:{}#served", self.port)
    }

    /// By Ollama's own.
    pub(crate) fn ollama_spec(&self) -> String {
        format!("ollama:http://127.0.0.1:{}#served", self.port)
    }
}

/// What llama.cpp says of itself.
pub(super) fn props() -> Value {
    json!({ "default_generation_settings": { "n_ctx": 513 }, "build_info": "b0-stub" })
}

/// The most likely next tokens, as llama.cpp writes them in `OpenAI`'s completions.
pub(super) fn openai(model: &LocalModel, question: &Value) -> Value {
    let (generated, tokens) = likely(model, question, &question["logprobs"]);
    json!({
        "model": "served",
        "choices": [{ "logprobs": { "content": [generated] } }],
        "usage": { "prompt_tokens": tokens },
    })
}

pub(super) fn ollama(model: &LocalModel, question: &Value) -> Value {
    let (generated, tokens) = likely(model, question, &question["top_logprobs"]);
    json!({ "model": "served", "logprobs": [generated], "prompt_eval_count": tokens })
}

/// What comes after a prompt, ids or text, with the most likely tokens by their bytes; and the prompt's tokens.
fn likely(model: &LocalModel, question: &Value, top: &Value) -> (Value, usize) {
    let prompt = &question["prompt"];
    let tokens = prompt.as_str().map_or_else(|| ids(prompt), tokenize);
    let row = model.log_probabilities(&tokens).unwrap().row(tokens.len() - 1).unwrap();
    let bytes = |id: usize| u8::try_from(id).ok();
    let mut order = by_likelihood(&row);
    order.retain(|id| bytes(*id).is_some());
    let entry = |&id: &usize| json!({ "token": "", "bytes": [bytes(id)], "logprob": row[id] });
    let mut generated = entry(&order[0]);
    generated["top_logprobs"] = order.iter().take(count(top)).map(entry).collect();
    (generated, tokens.len())
}

/// Generates the tokens of a grammar, or the one that a bias pushes, or else the most likely one.
pub(super) fn llamacpp(model: &LocalModel, question: &Value) -> Value {
    let mut tokens = ids(&question["prompt"]);
    let first = tokens.len() - 1;
    let grammar = question["grammar"].as_str().unwrap_or_default();
    tokens.extend(grammar.split("<[").skip(1).map(|part| part.split(']').next().unwrap().parse::<u32>().unwrap()));
    let biased = question["logit_bias"][0][0].as_u64().map(|id| usize::try_from(id).unwrap());
    let answer = model.log_probabilities(&tokens).unwrap();
    let generated = |at: usize| {
        let row = answer.row(first + at).unwrap();
        let order = by_likelihood(&row);
        let forced = tokens.get(first + at + 1).map(|id| usize::try_from(*id).unwrap());
        let entry = |&id: &usize| json!({ "id": id, "token": "", "logprob": row[id] });
        let mut generated = entry(&forced.or(biased).unwrap_or(order[0]));
        generated["top_logprobs"] = order.iter().take(count(&question["n_probs"])).map(entry).collect();
        generated
    };
    let all: Vec<Value> = (0..count(&question["n_predict"])).map(generated).collect();
    json!({ "model": "served", "completion_probabilities": all })
}

pub(super) fn by_likelihood(row: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
    order
}

fn count(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}
