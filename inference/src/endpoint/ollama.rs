//! Ollama's own interface (`/api/generate`), 0.12.11 or newer: the most likely tokens after committed prefixes, one
//! request a position, without a template (`raw`). It takes text only.
//!
//! Written from its documentation (<https://github.com/ollama/ollama/blob/main/docs/api.md>) and tested only against a
//! stub that replays answers of the documented shape, never yet against a running Ollama.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::EndpointError;
use super::http::Client;
use super::listed::Generated;
use super::models;
use super::prefixes::{Prefixes, seen};
use super::question::{Facts, Question, Speaks};
use super::retry::Retry;
use super::{EndpointOptions, probe};
use crate::{Scored, Tokenizer};

const GENERATE: &str = "/api/generate";

/// The first version that gives log-probabilities.
const OLDEST: [u32; 3] = [0, 12, 11];

pub(super) struct Ollama {
    model: String,
    positions: usize,
    prefixes: Prefixes,
    counts: Counts,
}

/// What `prompt_eval_count` counts. Ollama has counted whole prompts since 0.2, but some versions left out what they
/// still held of earlier prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    /// All tokens of a prompt, also of one that was asked before.
    Whole,
    /// Perhaps fewer: a number above that of the tokens sent still says that they were split otherwise.
    Partial,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
struct Shown {
    /// Every model has them; the value is not needed.
    #[serde(rename = "details")]
    _details: IgnoredAny,
}

#[derive(Deserialize)]
struct Completion {
    model: String,
    logprobs: Option<Vec<Generated>>,
    prompt_eval_count: Option<usize>,
}

impl Ollama {
    pub(super) fn greet(
        client: &Client,
        wanted: &str,
        options: &EndpointOptions,
        tokenizer: &Arc<dyn Tokenizer>,
    ) -> Result<(Self, Facts), EndpointError> {
        let Version { version } = client.get("/api/version")?;
        if !is_new_enough(&version) {
            let reasons = format!("Ollama {} gives no log-probabilities, 0.12.11 and newer do", client.clean(&version));
            return Err(EndpointError::NotScorable { reasons });
        }
        match client.post::<Shown>("/api/show", &json!({"model": wanted})) {
            Err(EndpointError::Status { url, status: 404, said, .. }) => {
                return Err(EndpointError::UnknownModel { url, model: wanted.to_owned(), known: said });
            }
            other => other.map(|_| ())?,
        }
        let facts = Facts {
            server: client.clean(&format!("Ollama {version}")),
            model: wanted.to_owned(),
            positions: Some(options.max_positions),
            vocabulary: None,
        };
        let prefixes = Prefixes::new(Arc::clone(tokenizer));
        let (model, positions) = (wanted.to_owned(), options.max_positions);
        let mut server = Self { model, positions, prefixes, counts: Counts::Partial };
        server.counts = server.count(client, tokenizer.as_ref(), options.top)?;
        Ok((server, facts))
    }

    /// What the server counts, seen by asking one thing twice.
    fn count(&self, client: &Client, tokenizer: &dyn Tokenizer, top: u32) -> Result<Counts, EndpointError> {
        let Some((text, tokens)) = probe::texts().find_map(|text| Some((text, tokenizer.tokenize(text).ok()?))) else {
            return Ok(Counts::Partial);
        };
        for _ in 0..2 {
            let saw = match self.said(client, text, top) {
                Ok((_, saw)) => saw,
                Err(error) if error.retry() != Retry::Never => return Err(error),
                // What it cannot answer comes out in the probe for scores.
                Err(_) => return Ok(Counts::Partial),
            };
            if saw.is_none() || seen(0, tokens.len(), saw).is_err() {
                return Ok(Counts::Partial);
            }
        }
        Ok(Counts::Whole)
    }

    /// What the server lists after `text`, and how many tokens it says it saw; nothing for none, which some versions said
    /// of a prompt that they still held.
    fn said(&self, client: &Client, text: &str, top: u32) -> Result<(Vec<Generated>, Option<usize>), EndpointError> {
        let body = json!({
            "model": self.model,
            "prompt": text,
            "raw": true,
            "stream": false,
            "logprobs": true,
            "top_logprobs": top,
            "options": {"temperature": 0, "num_predict": 1, "num_ctx": self.positions},
        });
        let answer: Completion = client.post(GENERATE, &body)?;
        models::same(client, &self.model, &answer.model)?;
        let said = answer.logprobs.ok_or_else(|| client.shape(GENERATE, "no 'logprobs'"))?;
        Ok((said, answer.prompt_eval_count.filter(|count| *count > 0)))
    }

    /// The most likely tokens after the committed tokens, so many, that are sent as `text`.
    fn step(
        &self,
        client: &Client,
        position: usize,
        (text, tokens): (&str, usize),
        top: u32,
    ) -> Result<Vec<(u32, f64)>, EndpointError> {
        let (mut said, saw) = self.said(client, text, top)?;
        match (self.counts, saw) {
            (Counts::Partial, Some(saw)) if saw < tokens => {}
            _ => seen(position, tokens, saw)?,
        }
        match (said.pop(), said.len()) {
            (Some(entry), 0) => {
                let list = entry.top_logprobs.iter();
                list.map(|entry| entry.resolve(client, position, &self.prefixes.table)).collect()
            }
            (last, others) => {
                Err(EndpointError::Positions { found: others + usize::from(last.is_some()), expected: 1 })
            }
        }
    }
}

impl Speaks for Ollama {
    fn tokenize(&self, _: &Client, _: &str) -> Result<Option<Vec<u32>>, EndpointError> {
        Ok(None)
    }

    fn askable(&self, question: Question<'_>) -> Result<(), EndpointError> {
        self.prefixes.texts(question).map(drop)
    }

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        let Some(top) = question.top else { return Err(unsupported()) };
        let texts = self.prefixes.texts(question)?;
        let steps = texts.into_iter().zip(question.steps()).enumerate();
        let lists = steps.map(|(at, (text, (tokens, _)))| self.step(client, at, (text, tokens.len()), top));
        lists.collect::<Result<_, _>>().map(Scored::Top)
    }

    fn settings(&self) -> String {
        format!(
            "POST /api/generate with the text of each prefix, raw, temperature 0, num_predict 1, num_ctx {}, top_logprobs, \
             one request a position",
            self.positions
        )
    }

    fn no_tokens(&self) -> Option<EndpointError> {
        Some(unsupported())
    }
}

fn unsupported() -> EndpointError {
    EndpointError::Unsupported {
        dialect: "ollama",
        asked: "log-probabilities of given tokens",
        instead: "ask for the most likely tokens (kl-topk)",
    }
}

/// Whether `version`, such as `0.12.11` or `0.13.0-rc1`, has log-probabilities. One that cannot be read has not.
fn is_new_enough(version: &str) -> bool {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Result<Vec<u32>, _> = release.split('.').map(str::parse).collect();
    parts.is_ok_and(|parts| parts.len() == 3 && parts.as_slice() >= OLDEST.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (version, new) in [
            ("0.12.11", true),
            ("0.12.9", false),
            ("0.13.0-rc1", true),
            ("1.0.0", true),
            ("0.9.99", false),
            ("dev", false),
        ] {
            assert_eq!(is_new_enough(version), new, "{version}");
        }
    }
}
