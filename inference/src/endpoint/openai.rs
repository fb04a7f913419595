//! `OpenAI`'s completions interface, which many servers speak. It gives log-probabilities of generated tokens only, so it
//! answers the most likely tokens after committed prefixes, one request a position. A prefix goes as token ids where the
//! server takes them and was seen to mean by them what the reference means, else as text. Chat interfaces put the text
//! into a template and are not scorable.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/completions>. Lists come either in its own form (an object
//! from token text to log-probability) or in that of its chat interface (a list with bytes), which llama.cpp writes.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::{Value, json};

use super::EndpointError;
use super::http::Client;
use super::listed::{Generated, Listed};
use super::prefixes::{Prefixes, all_seen, seen};
use super::probe::{self, STEADY};
use super::question::{Facts, Question, Speaks};
use super::retry::Retry;
use super::{EndpointOptions, models};
use crate::{Scored, Tokenizer};

const COMPLETIONS: &str = "/completions";

pub(super) struct OpenAi {
    model: String,
    prefixes: Prefixes,
    form: Form,
}

/// How prefixes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As token ids: every prefix can be sent.
    Ids,
    /// As text, which the server must split into the committed tokens again.
    Text,
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
        options: &EndpointOptions,
        tokenizer: &Arc<dyn Tokenizer>,
    ) -> Result<(Self, Facts), EndpointError> {
        models::find(client, "/models", Some(wanted))?;
        let facts = Facts { server: String::new(), model: wanted.to_owned(), positions: None, vocabulary: None };
        let prefixes = Prefixes::new(Arc::clone(tokenizer));
        let mut server = Self { model: wanted.to_owned(), prefixes, form: Form::Text };
        if server.takes_ids(client, tokenizer.as_ref(), options.top)? {
            server.form = Form::Ids;
        }
        Ok((server, facts))
    }

    /// Whether the server takes token ids, and they mean to it what they mean to the reference: it must say that it saw
    /// each of them, split the probing texts into as many, and answer the ids and the texts alike.
    fn takes_ids(&self, client: &Client, tokenizer: &dyn Tokenizer, top: u32) -> Result<bool, EndpointError> {
        let mut compared = 0;
        for text in probe::texts() {
            let Ok(tokens) = tokenizer.tokenize(text) else { continue };
            match self.alike(client, text, &tokens, top) {
                Ok(true) => compared += 1,
                // Some servers stumble over ids. What they cannot answer as text either comes out in the probe for scores.
                Ok(false) | Err(EndpointError::Status { status: 500, .. }) => return Ok(false),
                Err(error) if error.retry() == Retry::Never => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(compared > 0)
    }

    /// Whether the server answers `text` and its `tokens` alike, up to the noise of a server that repeats itself.
    fn alike(&self, client: &Client, text: &str, tokens: &[u32], top: u32) -> Result<bool, EndpointError> {
        let (by_ids, saw) = self.said(client, &json!(tokens), top)?;
        if saw != Some(tokens.len()) {
            return Ok(false);
        }
        let (by_text, saw) = self.said(client, &json!(text), top)?;
        if saw.is_none() || seen(0, tokens.len(), saw).is_err() {
            return Ok(false);
        }
        let other = |entry: &Listed| by_text.iter().find(|other| other.bytes() == entry.bytes());
        let gaps: Vec<f64> =
            by_ids.iter().filter_map(|entry| Some((entry.logprob - other(entry)?.logprob).abs())).collect();
        let count = u32::try_from(gaps.len()).map_or(f64::INFINITY, f64::from);
        Ok(2 * gaps.len() > by_ids.len() && gaps.iter().sum::<f64>() <= STEADY * count)
    }

    /// What the server lists after `prompt`, and how many tokens it says it saw.
    fn said(&self, client: &Client, prompt: &Value, top: u32) -> Result<(Vec<Listed>, Option<usize>), EndpointError> {
        let body = json!({
            "model": self.model,
            "prompt": prompt,
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": top,
            "stream": false,
        });
        let answer: Completion = client.post(COMPLETIONS, &body)?;
        models::same(client, &self.model, &answer.model)?;
        let saw = answer.usage.and_then(|usage| usage.prompt_tokens);
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
            (Some(list), 0) => Ok((list, saw)),
            (last, others) => {
                Err(EndpointError::Positions { found: others + usize::from(last.is_some()), expected: 1 })
            }
        }
    }

    /// The most likely tokens after the committed `tokens`, sent as `prompt`.
    fn step(
        &self,
        client: &Client,
        position: usize,
        (prompt, tokens): (&Value, usize),
        top: u32,
    ) -> Result<Vec<(u32, f64)>, EndpointError> {
        let (list, saw) = self.said(client, prompt, top)?;
        match self.form {
            Form::Ids => all_seen(position, tokens, saw)?,
            Form::Text => seen(position, tokens, saw)?,
        }
        let table = &self.prefixes.table;
        let token = |entry: &Listed| match self.form {
            Form::Ids => entry.numbered(client, position, table),
            Form::Text => entry.resolve(client, position, table),
        };
        list.iter().map(token).collect()
    }
}

impl Speaks for OpenAi {
    fn tokenize(&self, _: &Client, _: &str) -> Result<Option<Vec<u32>>, EndpointError> {
        Ok(None)
    }

    fn askable(&self, question: Question<'_>) -> Result<(), EndpointError> {
        match self.form {
            Form::Ids => Ok(()),
            Form::Text => self.prefixes.texts(question).map(drop),
        }
    }

    fn score(&self, client: &Client, question: Question<'_>) -> Result<Scored, EndpointError> {
        let Some(top) = question.top else { return Err(unsupported()) };
        let prompts: Vec<Value> = match self.form {
            Form::Ids => question.steps().map(|(tokens, _)| json!(tokens)).collect(),
            Form::Text => self.prefixes.texts(question)?.into_iter().map(Value::from).collect(),
        };
        let steps = prompts.iter().zip(question.steps()).enumerate();
        let lists = steps.map(|(at, (prompt, (tokens, _)))| self.step(client, at, (prompt, tokens.len()), top));
        lists.collect::<Result<_, _>>().map(Scored::Top)
    }

    fn settings(&self) -> String {
        let form = match self.form {
            Form::Ids => "token ids",
            Form::Text => "text",
        };
        format!(
            "POST /completions with the {form} of each prefix, max_tokens 1, temperature 0, logprobs, one request a position"
        )
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
