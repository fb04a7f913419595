//! Asks models again about opened records: what makes a sample of the truth more than figures that fit together.

use pot_inference::{Answer, Ask, InferenceError, LanguageModel, Prompt, figures};
use pot_protocol::{
    registration::{ModelIdentity, Registration},
    score::{Figures, ScoreKind},
    spot::Openings,
    statement::Statement,
    transcript::{Record, Side},
};
use serde::Serialize;

use super::identity_of;
use crate::error::ProverError;

/// A model to ask again.
pub struct Rerun<'a> {
    /// Whose part it takes.
    pub side: Side,
    /// The model.
    pub model: &'a dyn LanguageModel,
}

/// How a model that was asked again stands to the registered one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Same weights, configuration, vocabulary and number type.
    Registered,
    /// The registered one is an endpoint, whose weights are not known: these stand in for them.
    StandsIn,
}

/// What became of one record.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// Index of the challenge.
    pub index: u64,
    /// Whether the answers of the models asked are the recorded ones to the last bit.
    pub bit_for_bit: bool,
    /// The largest difference between a recorded figure and a recomputed one, in units of 2^-20 nat; nothing where no figure
    /// follows from the models that were asked.
    pub largest_difference: Option<i64>,
    /// The recorded score and the recomputed one, in units of 2^-10 nat, where both models were asked.
    pub scores: Option<[u16; 2]>,
}

impl Compared {
    /// Whether the models say what was recorded, but for rounding: no figure is further off than `tolerance`, in units of 2^-20
    /// nat, and the scores differ by no more than that and one rounding. Where no figure can be compared, the answer has to be
    /// the recorded one; where figures can be, an answer's digest does not replace them, as nothing binds one to the other.
    pub fn holds(&self, tolerance: i64) -> bool {
        // A score is a mean of differences of two figures, in units 2^10 times as large, rounded.
        let off = |[a, b]: [u16; 2]| i64::from(a.abs_diff(b)) > tolerance.saturating_mul(2).div_euclid(1 << 10) + 1;
        match self.largest_difference {
            Some(difference) => difference <= tolerance && !self.scores.is_some_and(off),
            None => self.bit_for_bit,
        }
    }
}

/// Evaluates the records in `openings`, which have to hold against `statement`, with one model or both.
///
/// # Errors
/// [`ProverError::Rerun`] when the openings do not hold, or a model reads other tokens out of a prompt or cannot answer;
/// [`ProverError::Usage`] for a kind that a local model cannot redo.
pub fn rerun(statement: &Statement, openings: &Openings, models: &[Rerun<'_>]) -> Result<Vec<Compared>, ProverError> {
    openings.verify(statement).map_err(|e| ProverError::Rerun(format!("the openings do not hold: {e}")))?;
    let registration = statement.registration();
    let (kind, k) = (registration.fields().kind, registration.k());
    if kind == ScoreKind::KlTopk {
        let why = "records of kl-topk hold what an endpoint gave away of its most likely tokens: no local model can say it again";
        return Err(ProverError::Usage(why.to_owned()));
    }
    let ask = Ask::of(kind, k).map_err(|e| ProverError::model("the score kind", &e))?;
    let records: Vec<&Record> = openings.records.iter().map(|opened| &opened.record).collect();
    let mut answers: Vec<(Side, Vec<Answer>)> = vec![];
    for Rerun { side, model } in models {
        answers.push((*side, again(*side, *model, &records, ask)?));
    }
    let of = |side: Side, at: usize| answers.iter().find(|(other, _)| *other == side).map(|(_, all)| &all[at]);
    let one = |(at, record): (usize, &&Record)| {
        compare(kind, k, record, [of(Side::Reference, at), of(Side::Candidate, at)])
            .map_err(|e| ProverError::model(format_args!("record {}", record.index), &e))
    };
    records.iter().enumerate().map(one).collect()
}

/// Whether a model may take the part of a side.
///
/// # Errors
/// [`ProverError::Model`] with what differs from the registered one.
pub fn standing(registration: &Registration, of: &Rerun<'_>) -> Result<Standing, ProverError> {
    let fields = registration.fields();
    let registered = if of.side == Side::Reference { &fields.reference } else { &fields.candidate };
    let differs = |what: &str, registered: String, given: String| {
        Err(ProverError::Model(format!("the {} has other {what} than registered: {given}, not {registered}", of.side)))
    };
    match (registered, identity_of(of.model)) {
        // What it is called and where it lies is another matter on another machine.
        (
            ModelIdentity::Weights { weights, config, tokenizer, dtype, .. },
            ModelIdentity::Weights { weights: w, config: c, tokenizer: t, dtype: d, .. },
        ) => {
            let digests = [("weights", *weights, w), ("settings", *config, c), ("tokens", *tokenizer, t)];
            if let Some((what, registered, given)) = digests.into_iter().find(|(_, a, b)| a != b) {
                return differs(what, registered.to_string(), given.to_string());
            }
            if *dtype == d { Ok(Standing::Registered) } else { differs("numbers", dtype.clone(), d) }
        }
        (ModelIdentity::Endpoint { .. }, ModelIdentity::Weights { tokenizer, .. })
            if tokenizer == registered.tokenizer() =>
        {
            Ok(Standing::StandsIn)
        }
        (_, given) => differs("identity", registered.name().to_owned(), given.name().to_owned()),
    }
}

/// What a model says to the prompts of the records, under its own reading of their texts.
fn again(side: Side, model: &dyn LanguageModel, records: &[&Record], ask: Ask) -> Result<Vec<Answer>, ProverError> {
    let failed = |index: u64, message: &dyn std::fmt::Display| {
        ProverError::Rerun(format!("record {index}: the {side}: {message}"))
    };
    let mut tokens = vec![];
    for record in records {
        let recorded = if side == Side::Reference { &record.reference.tokens } else { &record.candidate.tokens };
        let own = model.tokenize(&record.prompt).map_err(|e| failed(record.index, &e))?;
        if own != *recorded {
            return Err(failed(record.index, &"reads other tokens out of the prompt than were recorded"));
        }
        tokens.push(own);
    }
    let prompts: Vec<Prompt<'_>> =
        records.iter().zip(&tokens).map(|(record, tokens)| Prompt { text: &record.prompt, tokens }).collect();
    let mut answers = vec![];
    for (prompts, records) in prompts.chunks(model.batch().max(1)).zip(records.chunks(model.batch().max(1))) {
        for (answer, record) in model.answers(prompts, ask).into_iter().zip(records) {
            answers.push(answer.map_err(|e| failed(record.index, &e))?);
        }
    }
    Ok(answers)
}

/// A record beside what models say now; at least one was asked.
fn compare(
    kind: ScoreKind,
    k: u32,
    record: &Record,
    [reference, candidate]: [Option<&Answer>; 2],
) -> Result<Compared, InferenceError> {
    let same = |answer: Option<&Answer>, recorded: pot_protocol::digest::Digest| {
        answer.is_none_or(|answer| answer.digest() == recorded.0)
    };
    let bit_for_bit = same(reference, record.reference.answer) && same(candidate, record.candidate.answer);
    let apart = |ours: &[i64], theirs: &[i64]| {
        let each = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b));
        if ours.len() == theirs.len() {
            each.max().map_or(0, |d| i64::try_from(d).unwrap_or(i64::MAX))
        } else {
            i64::MAX
        }
    };
    let (mut scores, mut largest_difference) = (None, None);
    let recorded = &record.figures;
    match (reference, candidate) {
        (Some(reference), Some(candidate)) => {
            let again: Figures = figures(kind, k, reference, candidate)?;
            let sides = [apart(&recorded.reference, &again.reference), apart(&recorded.candidate, &again.candidate)];
            largest_difference = sides.into_iter().max();
            let score = again.score(kind, k).map_err(|_| InferenceError::OtherAnswer)?;
            scores = Some([record.score.units(), score.units()]);
        }
        // A model's own figures do not depend on the other model; the cross-entropy of a kl does.
        (Some(reference), None) => {
            largest_difference = Some(apart(&recorded.reference, &figures(kind, k, reference, reference)?.reference));
        }
        (None, Some(candidate)) if kind != ScoreKind::Kl => {
            largest_difference = Some(apart(&recorded.candidate, &figures(kind, k, candidate, candidate)?.candidate));
        }
        _ => {}
    }
    Ok(Compared { index: record.index, bit_for_bit, largest_difference, scores })
}
