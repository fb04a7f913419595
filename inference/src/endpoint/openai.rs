//! `OpenAI`'s completions interface, which many servers speak. It gives log-probabilities of generated tokens only, so it
//! answers the most likely tokens after committed prefixes, one request a position. Chat interfaces put the text into a
//! template and are not scorable.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/completions>. Lists come either in its own form (an object
//! from token text to log-probability) or in that of its chat interface (a list with bytes), which llama.cpp writes.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::json;

use super::EndpointError;
use super::http::Client;
use super::listed::{Generated, Listed};
use super::models;
use super::prefixes::{Prefixes, seen};
use super::question::{Facts, Question, Speaks};
use crate::{Scored, Tokenizer};

const COMPLETIONS: &str = "/completions";

pub(super) struct OpenAi {
    model: String,
    prefixes: Prefixes,
}

#[derive(Deserialize)]
struct Completion {
    model: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct Choice {
    logprobs: Option<LogProbs>,
}

#[derive(Deserialize)]
struct LogProbs {
    top_logprobs: Option<Vec<Pairs>>,
    content: Option<Vec<Generated>>,
}

/// An object read as a list of pairs, so that a key that stands twice is seen.
struct Pairs(Vec<Listed>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object from token texts to log-probabilities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some((token, logprob)) = map.next_entry::<String, f64>()? {
            pairs.push(Listed::text(token, logprob));
        }
        // Objects have no order; most likely first is the order of all other lists.
        pairs.sort_by(|a, b| b.logprob.total_cmp(&a.logprob));
        Ok(Pairs(pairs))
    }
}

impl OpenAi {
    pub(super) fn greet(
        client: &Client,
        wanted: &str,
        tokenizer: Arc<dyn Tokenizer>,
    ) -> Result<(Self, Facts), EndpointError> {
        models::find(client, "/models", Some(wanted))?;
        let facts = Facts { server: String::new(), model: wanted.to_owned(), positions: None, vocabulary: None };
        Ok((Self { model: wanted.to_owned(), prefixes: Prefixes::new(tokenizer) }, facts))
    }

    fn step(
        &self,
        client: &Client,
        position: usize,
        (text, tokens): (&str, usize),
        top: u32,
    ) -> Result<Vec<(u32, f64)>, EndpointError> {
        let body = json!({
            "model": self.model,
            "prompt": text,
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": top,
            "stream": false,
        });
        let answer: Completion = client.post(COMPLETIONS, &body)?;
        models::same(client, &self.model, &answer.model)?;
        seen(position, tokens, answer.usage.and_then(|usage| usage.prompt_tokens))?;
        let missing = || client.shape(COMPLETIONS, "no lists of likely tokens under 'choices[0].logprobs'");
        let log_probs = match <[Choice; 1]>::try_from(answer.choices) {
            Ok([choice]) => choice.logprobs.ok_or_else(missing)?,
            Err(other) => return Err(client.shape(COMPLETIONS, format!("{} choices instead of one", other.len()))),
        };
        let mut lists: Vec<Vec<Listed>> = match (log_probs.top_logprobs, log_probs.content) {
            (Some(objects), _) => objects.into_iter().map(|pairs| pairs.0).collect(),
            (None, Some(content)) => content.into_iter().map(|entry| entry.top_logprobs).collect(),
            (None, None) => return Err(missing()),
        };
        match (lists.pop(), lists.len()) {
            (Some(list), 0) => list.iter().map(|entry| entry.resolve(client, position, &self.prefixes.table)).collect(),
            (last, others) => {
                Err(EndpointError::Positions { found: others + usize::from(last.is_some()), expected: 1 })
            }
        }
    }
}

impl Speaks for OpenAi {
    fn tokenize(&self, _: &Client, _: &str) -> Result<Option<Vec<u32>>, EndpointError> {
        Ok(None)
    }

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        let Some(top) = question.top else { return Err(unsupported()) };
        let texts = self.prefixes.texts(question)?;
        let steps = texts.into_iter().zip(question.steps()).enumerate();
        let lists = steps.map(|(at, (text, (tokens, _)))| self.step(client, at, (text, tokens.len()), top));
        lists.collect::<Result<_, _>>().map(Scored::Top)
    }

    fn settings(&self) -> String {
        "POST /completions with the text of each prefix, max_tokens 1, temperature 0, logprobs, one request a position"
            .to_owned()
    }

    fn no_tokens(&self) -> Option<EndpointError> {
        Some(unsupported())
    }
}

fn unsupported() -> EndpointError {
    EndpointError::Unsupported {
        dialect: "openai",
        asked: "log-probabilities of given tokens",
        instead: "ask for the most likely tokens (kl-topk)",
    }
}
