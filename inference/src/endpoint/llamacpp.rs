//! llama.cpp's own server (`/completion`), which has no teacher forcing of its own.
//!
//! A grammar that allows exactly one sequence of tokens forces the committed ones in one request; the log-probabilities
//! are those before sampling, so the grammar does not change them. Where the grammar does not hold, which is so as soon
//! as a token ends inside a UTF-8 character (the server reports no position then, or refuses with status 500), each
//! position is asked on its own with a bias towards its token. The two ways differ by the noise of another batch shape.
//! Checked against a running server: `tests/endpoint_llama_server.rs`.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

use super::EndpointError;
use super::http::Client;
use super::listed::{Generated, Listed};
use super::models;
use super::question::{Facts, Question, Speaks, real};
use crate::Scored;

const COMPLETION: &str = "/completion";
const TOKENIZE: &str = "/tokenize";

/// Larger than any difference of logits.
const BIAS: f64 = 1000.0;

/// How many tokens are listed first in search of one that cannot be forced.
const SHORT_LIST: usize = 1000;

pub(super) struct LlamaCpp {
    model: String,
    vocabulary: usize,
    /// A token that ends on a whole character, to be generated where the committed one cannot be.
    carrier: u32,
    grammar: bool,
}

#[derive(Deserialize)]
struct Props {
    build_info: String,
    default_generation_settings: Generation,
}

#[derive(Deserialize)]
struct Generation {
    n_ctx: usize,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<u32>,
}

#[derive(Deserialize)]
struct Completion {
    model: String,
    /// Left out when no position was reported.
    #[serde(default)]
    completion_probabilities: Vec<Generated>,
}

/// What a request that forces tokens led to.
enum Forced {
    Said(Vec<Generated>),
    /// The server could not hold the grammar or did not report all positions.
    NotHeld,
}

impl LlamaCpp {
    pub(super) fn greet(client: &Client, wanted: Option<&str>) -> Result<(Self, Facts), EndpointError> {
        let model = models::find(client, "/v1/models", wanted)?;
        let props: Props = client.get("/props")?;
        let missing = || client.shape("/v1/models", "no 'meta.n_vocab'");
        let vocabulary = model.meta.and_then(|meta| meta.n_vocab).ok_or_else(missing)?;
        let body = json!({"content": "a", "add_special": false, "parse_special": false});
        let carrier = client.post::<Tokens>(TOKENIZE, &body)?.tokens.pop();
        let carrier = carrier.ok_or_else(|| client.shape(TOKENIZE, "no token for 'a'"))?;
        let mut server = Self { model: model.id, vocabulary, carrier, grammar: false };
        server.check_bias(client)?;
        server.grammar = server.holds_grammar(client)?;
        let facts = Facts {
            server: client.clean(&format!("llama.cpp {}", props.build_info)),
            model: client.clean(&server.model),
            // The server stops one position before its context is full.
            positions: Some(props.default_generation_settings.n_ctx.saturating_sub(1)),
            vocabulary: Some(vocabulary),
        };
        Ok((server, facts))
    }

    /// Forces an unlikely token by a bias and compares its log-probability with that in an unbiased list.
    fn check_bias(&self, client: &Client) -> Result<(), EndpointError> {
        let prefix = [self.carrier, self.carrier];
        let plain = self.ask(client, &prefix, json!({"n_predict": 1, "n_probs": 8}))?;
        let nothing = || client.shape(COMPLETION, "no 'completion_probabilities' of the asked length");
        let unlikely = plain.first().and_then(|entry| entry.top_logprobs.last()).ok_or_else(nothing)?;
        let id = unlikely.id.ok_or_else(nothing)?;
        let said = self.step(client, 0, &prefix, id)?;
        if (said - unlikely.logprob).abs() > 0.5 {
            return Err(EndpointError::NotScorable {
                reasons: format!(
                    "a bias changes the log-probability it gives from {:.3} to {:.3}, so forced tokens say nothing",
                    unlikely.logprob, said
                ),
            });
        }
        Ok(())
    }

    fn holds_grammar(&self, client: &Client) -> Result<bool, EndpointError> {
        // Three times the same token is unlikely enough not to come by itself.
        let tokens = [self.carrier; 4];
        match self.force(client, Question { text: "", tokens: &tokens, first: 0, top: None }) {
            Ok(Forced::Said(_)) => Ok(true),
            // A server that ignores the grammar generates other tokens.
            Ok(Forced::NotHeld) | Err(EndpointError::OtherToken { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn ask(&self, client: &Client, prefix: &[u32], more: Value) -> Result<Vec<Generated>, EndpointError> {
        let mut body = json!({
            "prompt": prefix,
            "temperature": 0,
            "cache_prompt": false,
            "stream": false,
            "post_sampling_probs": false,
        });
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        let answer: Completion = client.post(COMPLETION, &body)?;
        models::same(client, &self.model, &answer.model)?;
        Ok(answer.completion_probabilities)
    }

    /// All scored tokens in one request.
    fn force(&self, client: &Client, question: Question<'_>) -> Result<Forced, EndpointError> {
        let targets = question.targets();
        let mut grammar = "root ::=".to_owned();
        for token in targets {
            // Writing to a string cannot fail.
            let _ = write!(grammar, " <[{token}]>");
        }
        let more = json!({"n_predict": targets.len(), "n_probs": question.top.unwrap_or(1), "grammar": grammar});
        let said = match self.ask(client, question.prefix(), more) {
            Err(error) if is_about_output(&error) => return Ok(Forced::NotHeld),
            other => other?,
        };
        if said.len() < targets.len() && is_subsequence(&said, targets) {
            return Ok(Forced::NotHeld);
        }
        for (position, (entry, target)) in said.iter().zip(targets).enumerate() {
            check_token(position, *target, entry.token.id)?;
        }
        Ok(Forced::Said(said))
    }

    /// The log-probability of one token after a prefix.
    fn step(&self, client: &Client, position: usize, prefix: &[u32], target: u32) -> Result<f64, EndpointError> {
        let more = json!({"n_predict": 1, "n_probs": 1, "logit_bias": [[target, BIAS]]});
        let said = match self.ask(client, prefix, more) {
            Err(error) if is_about_output(&error) => Vec::new(),
            other => other?,
        };
        match said.as_slice() {
            [entry] => {
                check_token(position, target, entry.token.id)?;
                real(position, entry.token.logprob)
            }
            [] => self.look_up(client, position, prefix, target),
            more => Err(EndpointError::Positions { found: more.len(), expected: 1 }),
        }
    }

    /// The log-probability of a token that ends inside a character, found in the list of the most likely ones.
    fn look_up(&self, client: &Client, position: usize, prefix: &[u32], target: u32) -> Result<f64, EndpointError> {
        for listed in [SHORT_LIST.min(self.vocabulary), self.vocabulary] {
            let list = self.carry(client, position, prefix, listed)?;
            if let Some(found) = list.iter().find(|entry| entry.id == Some(target)) {
                return real(position, found.logprob);
            }
        }
        Err(EndpointError::OtherToken { position, wanted: target, found: "all others".to_owned() })
    }

    /// The `count` most likely tokens after a prefix, reported beside a token that is always reported.
    fn carry(
        &self,
        client: &Client,
        position: usize,
        prefix: &[u32],
        count: usize,
    ) -> Result<Vec<Listed>, EndpointError> {
        let more = json!({"n_predict": 1, "n_probs": count, "logit_bias": [[self.carrier, BIAS]]});
        let mut said = self.ask(client, prefix, more)?;
        match said.pop() {
            Some(entry) if said.is_empty() => {
                check_token(position, self.carrier, entry.token.id)?;
                Ok(entry.top_logprobs)
            }
            other => Err(EndpointError::Positions { found: said.len() + usize::from(other.is_some()), expected: 1 }),
        }
    }
}

impl Speaks for LlamaCpp {
    fn tokenize(&self, client: &Client, text: &str) -> Result<Option<Vec<u32>>, EndpointError> {
        let body = json!({"content": text, "add_special": true, "parse_special": false});
        client.post::<Tokens>(TOKENIZE, &body).map(|answer| Some(answer.tokens))
    }

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        if self.grammar
            && let Forced::Said(said) = self.force(client, question)?
        {
            let entries = said.iter().enumerate();
            return if question.top.is_some() {
                let lists = entries.map(|(at, entry)| ids(client, at, &entry.top_logprobs));
                lists.collect::<Result<_, _>>().map(Scored::Top)
            } else {
                let values = entries.map(|(at, entry)| real(at, entry.token.logprob));
                values.collect::<Result<_, _>>().map(Scored::Tokens)
            };
        }
        let steps = question.steps().enumerate();
        match question.top {
            None => {
                let values = steps.map(|(at, (prefix, target))| self.step(client, at, prefix, target));
                values.collect::<Result<_, _>>().map(Scored::Tokens)
            }
            Some(top) => {
                let count = usize::try_from(top).unwrap_or(usize::MAX);
                let lists = steps.map(|(at, (prefix, _))| {
                    self.carry(client, at, prefix, count).and_then(|list| ids(client, at, &list))
                });
                lists.collect::<Result<_, _>>().map(Scored::Top)
            }
        }
    }

    fn settings(&self) -> String {
        let steps = "one request a position with logit_bias";
        let how = if self.grammar {
            format!("one request a prompt under a token grammar, {steps} where the server cannot hold it")
        } else {
            steps.to_owned()
        };
        format!("POST /completion with token indices, temperature 0, cache_prompt false, {how}")
    }
}

/// Whether the server failed over the text that it was made to generate, and would again: it could not hold the grammar,
/// or the text ends inside a character.
fn is_about_output(error: &EndpointError) -> bool {
    let EndpointError::Status { status: 400 | 500, said, .. } = error else { return false };
    said.contains("grammar") || said.contains("does not match the expected")
}

fn check_token(position: usize, wanted: u32, found: Option<u32>) -> Result<(), EndpointError> {
    if found == Some(wanted) {
        return Ok(());
    }
    let found = found.map_or_else(|| "without an index".to_owned(), |id| id.to_string());
    Err(EndpointError::OtherToken { position, wanted, found })
}

/// Whether the reported tokens are the forced ones with some left out.
fn is_subsequence(said: &[Generated], targets: &[u32]) -> bool {
    let mut targets = targets.iter();
    said.iter().all(|entry| targets.any(|target| entry.token.id == Some(*target)))
}

fn ids(client: &Client, position: usize, list: &[Listed]) -> Result<Vec<(u32, f64)>, EndpointError> {
    let id = |entry: &Listed| {
        let id = entry.id.ok_or_else(|| client.shape(COMPLETION, "a listed token without 'id'"))?;
        Ok((id, real(position, entry.logprob)?))
    };
    list.iter().map(id).collect()
}
