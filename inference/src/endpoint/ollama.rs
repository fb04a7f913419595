//! Ollama's own interface (`/api/generate`), 0.12.11 or newer: the most likely tokens after committed prefixes, one
//! request a position, without a template (`raw`).
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
use super::prefixes::Prefixes;
use super::question::{Facts, Question, Speaks};
use crate::{Scored, Tokenizer};

const GENERATE: &str = "/api/generate";

/// The first version that gives log-probabilities.
const OLDEST: [u32; 3] = [0, 12, 11];

pub(super) struct Ollama {
    model: String,
    positions: usize,
    prefixes: Prefixes,
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
}

impl Ollama {
    pub(super) fn greet(
        client: &Client,
        wanted: &str,
        positions: usize,
        tokenizer: Arc<dyn Tokenizer>,
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
            positions: Some(positions),
            vocabulary: None,
        };
        Ok((Self { model: wanted.to_owned(), positions, prefixes: Prefixes::new(tokenizer) }, facts))
    }

    fn step(&self, client: &Client, position: usize, text: &str, top: u32) -> Result<Vec<(u32, f64)>, EndpointError> {
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
        let mut said = answer.logprobs.ok_or_else(|| client.shape(GENERATE, "no 'logprobs'"))?;
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

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        let Some(top) = question.top else { return Err(unsupported()) };
        let texts = self.prefixes.texts(question)?;
        let lists = texts.into_iter().enumerate().map(|(at, text)| self.step(client, at, text, top));
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
