//! `pot-prove logprobs`: a model's log-probabilities of given tokens, to hold against another engine's.

use std::path::Path;

use pot_inference::{Answer, Ask, Prompt, Scored};
use pot_prover::{error::ProverError, query::open_one, run_folder::read_file};

use crate::{args::Logprobs, output};

/// Lines that are asked together.
const BATCH: usize = 16;

pub(crate) fn run(args: &Logprobs) -> anyhow::Result<()> {
    let hashing = output::Hashing::begin();
    let model = open_one(&args.model, &args.engines.settings(), &|done, all| hashing.show("model", done, all));
    hashing.end();
    let model = model?;
    let path = args.ids.as_deref().or(args.text.as_deref()).unwrap_or(Path::new(""));
    let tokens = |line: &str| {
        if args.ids.is_some() { ids(line) } else { model.tokenize(line).map_err(|e| e.to_string()) }
    };
    let of_line = |(n, line): &(usize, String)| Ok((*n, tokens(line).map_err(|m| at(path, *n, &m))?));
    let numbered: Vec<(usize, Vec<u32>)> = lines(path)?.iter().map(of_line).collect::<Result<_, ProverError>>()?;
    for batch in numbered.chunks(BATCH) {
        // The text is not scored, only named: the tokens are what counts.
        let prompts: Vec<Prompt<'_>> = batch.iter().map(|(_, tokens)| Prompt { text: "token ids", tokens }).collect();
        for (answer, (n, tokens)) in model.answers(&prompts, Ask::AllTokens).into_iter().zip(batch) {
            let answer = answer.map_err(|e| ProverError::model(format_args!("line {n}"), &e))?;
            output::data(line(tokens, &answer).as_bytes())?;
        }
    }
    Ok(())
}

fn line(tokens: &[u32], answer: &Answer) -> String {
    let values = if let Scored::Tokens(values) = answer.scored() { values.as_slice() } else { &[] };
    let join = |parts: Vec<String>| parts.join(",");
    format!(
        "{}\t{}\n",
        join(tokens.iter().map(u32::to_string).collect()),
        join(values.iter().map(|x| format!("{x:.6}")).collect())
    )
}

/// The lines of a text file with their numbers, without empty ones.
fn lines(path: &Path) -> Result<Vec<(usize, String)>, ProverError> {
    let text = String::from_utf8(read_file(path)?).map_err(|e| ProverError::input(path, format!("not UTF-8: {e}")))?;
    let numbered = text.lines().enumerate().map(|(n, line)| (n + 1, line.to_owned()));
    Ok(numbered.filter(|(_, line)| !line.is_empty()).collect())
}

fn ids(line: &str) -> Result<Vec<u32>, String> {
    line.split(',').map(|id| id.trim().parse().map_err(|_| format!("'{}' is no token id", id.trim()))).collect()
}

fn at(path: &Path, line: usize, message: &str) -> ProverError {
    ProverError::input(path, format!("line {line}: {message}"))
}
