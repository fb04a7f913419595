//! vLLM's server. Its `prompt_logprobs` are the log-probabilities of all given tokens, exact teacher forcing on token
//! indices.
//!
//! vLLM needs an accelerator, so this dialect was written from its documentation
//! (<https://docs.vllm.ai/en/stable/serving/openai_compatible_server/>) and is tested only against a stub that replays
//! answers of the documented shape, never yet against a running vLLM.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::EndpointError;
use super::http::Client;
use super::models;
use super::question::{Facts, Question, Speaks, real};
use crate::Scored;

const COMPLETIONS: &str = "/v1/completions";
const TOKENIZE: &str = "/tokenize";

pub(super) struct Vllm {
    model: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<u32>,
}

#[derive(Deserialize)]
struct Completion {
    model: String,
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    prompt_logprobs: Option<Vec<Option<BTreeMap<String, Entry>>>>,
    /// Only newer servers echo the prompt's tokens.
    prompt_token_ids: Option<Vec<u32>>,
}

#[derive(Deserialize)]
struct Entry {
    logprob: f64,
    rank: Option<u32>,
}

impl Vllm {
    pub(super) fn greet(client: &Client, wanted: &str) -> Result<(Self, Facts), EndpointError> {
        let model = models::find(client, "/v1/models", Some(wanted))?;
        let version: Version = client.get("/version")?;
        let facts = Facts {
            server: client.clean(&format!("vLLM {}", version.version)),
            model: wanted.to_owned(),
            // One position is taken by the token that the server insists on generating.
            positions: model.max_model_len.map(|n| n.saturating_sub(1)),
            vocabulary: None,
        };
        Ok((Self { model: wanted.to_owned() }, facts))
    }
}

impl Speaks for Vllm {
    fn tokenize(&self, client: &Client, text: &str) -> Result<Option<Vec<u32>>, EndpointError> {
        let body = json!({"model": self.model, "prompt": text, "add_special_tokens": true});
        client.post::<Tokens>(TOKENIZE, &body).map(|answer| Some(answer.tokens))
    }

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        let body = json!({
            "model": self.model,
            "prompt": question.tokens,
            "max_tokens": 1,
            "temperature": 0,
            "prompt_logprobs": question.top.unwrap_or(0),
            "return_token_ids": true,
            "stream": false,
        });
        let answer: Completion = client.post(COMPLETIONS, &body)?;
        models::same(client, &self.model, &answer.model)?;
        let [choice] = answer.choices.as_slice() else {
            return Err(client.shape(COMPLETIONS, format!("{} choices instead of one", answer.choices.len())));
        };
        if let Some(echoed) = &choice.prompt_token_ids {
            same_tokens(question.tokens, echoed)?;
        }
        let missing = || client.shape(COMPLETIONS, "no 'prompt_logprobs': the server ignores the question");
        let rows = choice.prompt_logprobs.as_ref().ok_or_else(missing)?;
        if rows.len() != question.tokens.len() {
            return Err(EndpointError::Positions { found: rows.len(), expected: question.tokens.len() });
        }
        let rows = rows.get(question.first + 1..).unwrap_or_default();
        let rows: Vec<_> = rows.iter().map(Option::as_ref).collect();
        match question.top {
            None => tokens(client, &rows, question.targets()),
            Some(top) => lists(client, &rows, question.targets(), top),
        }
    }

    /// Names of control tokens in a text become these tokens there; prompts are sent as token indices.
    fn control_names_are_text(&self) -> bool {
        false
    }

    fn settings(&self) -> String {
        "POST /v1/completions with token indices, prompt_logprobs, max_tokens 1, temperature 0, one prompt a request"
            .to_owned()
    }
}

type Row<'a> = Option<&'a BTreeMap<String, Entry>>;

fn tokens(client: &Client, rows: &[Row<'_>], targets: &[u32]) -> Result<Scored, EndpointError> {
    let values = rows.iter().zip(targets).enumerate();
    values.map(|(at, (row, target))| target_of(client, at, *row, *target)).collect::<Result<_, _>>().map(Scored::Tokens)
}

/// The committed token's own entry, which is always listed, likely or not.
fn target_of(client: &Client, position: usize, row: Row<'_>, target: u32) -> Result<f64, EndpointError> {
    let other = |found: String| EndpointError::OtherToken { position, wanted: target, found: client.clean(&found) };
    let row = row.ok_or_else(|| other("nothing".to_owned()))?;
    let entry = row.get(&target.to_string());
    let entry = entry.ok_or_else(|| other(row.keys().take(3).cloned().collect::<Vec<_>>().join(" or ")))?;
    real(position, entry.logprob)
}

/// The entries of the first `top` ranks. The committed token comes on top of them where it is less likely.
fn lists(client: &Client, rows: &[Row<'_>], targets: &[u32], top: u32) -> Result<Scored, EndpointError> {
    let mut lists = Vec::with_capacity(rows.len());
    for (position, (row, target)) in rows.iter().zip(targets).enumerate() {
        target_of(client, position, *row, *target)?;
        let mut list = Vec::new();
        for (id, entry) in row.iter().copied().flatten() {
            let rank = entry.rank.ok_or_else(|| client.shape(COMPLETIONS, "an entry without a 'rank'"))?;
            let id = id.parse().map_err(|_| client.shape(COMPLETIONS, "a token index that is no number"))?;
            if rank <= top {
                list.push((rank, id, real(position, entry.logprob)?));
            }
        }
        list.sort_by_key(|(rank, ..)| *rank);
        if list.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(client.shape(COMPLETIONS, "two tokens of one rank"));
        }
        lists.push(list.into_iter().map(|(_, id, value)| (id, value)).collect());
    }
    Ok(Scored::Top(lists))
}

fn same_tokens(wanted: &[u32], echoed: &[u32]) -> Result<(), EndpointError> {
    if wanted.len() != echoed.len() {
        return Err(EndpointError::Positions { found: echoed.len(), expected: wanted.len() });
    }
    match wanted.iter().zip(echoed).enumerate().find(|(_, (a, b))| a != b) {
        Some((position, (wanted, found))) => {
            Err(EndpointError::OtherToken { position, wanted: *wanted, found: found.to_string() })
        }
        None => Ok(()),
    }
}
