//! What others than the auditor sign about a run: a publisher the identity of a model, whoever serves one what it answered.

use pot_protocol::{
    digest::Digest,
    registration::{ModelIdentity, Registration},
    score::ScoreKind,
    transcript::{Record, Side},
};
use serde::{Deserialize, Serialize};

use crate::intoto::{Statement, Subject};

/// Type of the predicate about an identity.
pub const IDENTITY: &str = "urn:proof-of-training:identity:v1";
/// Type of the predicate about answers.
pub const ANSWERS: &str = "urn:proof-of-training:answers:v1";

/// A model's identity as it is registered, countersigned by its publisher: for weights the digests of all files, for an
/// endpoint where it is and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersigned {
    /// The identity.
    pub identity: ModelIdentity,
}

/// What one side answered in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAnswers {
    /// Digest of the registration.
    pub registration: Digest,
    /// Whose answers.
    pub side: Side,
    /// The answers, ascending by index.
    pub answers: Vec<SignedAnswer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAnswer {
    /// Index of the challenge.
    pub index: u64,
    /// SHA-256 of the prompt.
    pub prompt: Digest,
    /// The record's digest of the answer.
    pub answer: Digest,
    /// The side's own figures, in units of 2^-20 nat, for the kinds in which they do not depend on the other side.
    #[serde(deserialize_with = "Option::deserialize")]
    pub figures: Option<Vec<i64>>,
}

impl Countersigned {
    /// The statement about the identity of one side of a registration.
    pub fn statement(registration: &Registration, side: Side) -> Statement<Self> {
        let fields = registration.fields();
        let identity = if side == Side::Reference { &fields.reference } else { &fields.candidate };
        Self::about(identity)
    }

    fn about(identity: &ModelIdentity) -> Statement<Self> {
        let bytes = serde_json::to_vec(identity).unwrap_or_default();
        let subject = Subject::sha256("identity", Digest::of(&bytes));
        Statement::new(vec![subject], IDENTITY, Self { identity: identity.clone() })
    }

    /// Whether a statement is about exactly this identity.
    pub fn is_about(statement: &Statement<Self>, identity: &ModelIdentity) -> bool {
        *statement == Self::about(identity)
    }
}

impl SignedAnswers {
    /// The statement about one side's answers in `records` of a run.
    pub fn statement(registration: &Registration, side: Side, records: &[Record]) -> Statement<Self> {
        let kind = registration.fields().kind;
        let subject = Subject::sha256("registration.pot", Digest::of(&registration.to_bytes()));
        let answers = records.iter().map(|record| SignedAnswer::of(record, side, kind)).collect();
        Statement::new(vec![subject], ANSWERS, Self { registration: registration.digest(), side, answers })
    }

    /// Whether every one of `records` has this side's answer as it is signed.
    ///
    /// # Errors
    /// In words, which record differs, or that the statement is about another registration.
    pub fn covers(statement: &Statement<Self>, registration: &Registration, records: &[&Record]) -> Result<(), String> {
        let (signed, own) =
            (&statement.predicate, Subject::sha256("registration.pot", Digest::of(&registration.to_bytes())));
        if signed.registration != registration.digest() || statement.subject != [own] {
            return Err("it is about another registration".to_owned());
        }
        for record in records {
            let index = record.index;
            let mut of_index = signed.answers.iter().filter(|answer| answer.index == index);
            match (of_index.next(), of_index.next()) {
                (Some(answer), None)
                    if *answer == SignedAnswer::of(record, signed.side, registration.fields().kind) => {}
                (Some(_), None) => {
                    return Err(format!("record {index}: the {} is signed to have answered otherwise", signed.side));
                }
                (None, _) => return Err(format!("record {index} has no signed answer")),
                (Some(_), Some(_)) => return Err(format!("record {index} has two signed answers")),
            }
        }
        Ok(())
    }

    /// Whether the signed answers carry figures of their own, so that a record's figures follow from what is signed.
    pub fn has_figures(&self) -> bool {
        !self.answers.is_empty() && self.answers.iter().all(|answer| answer.figures.is_some())
    }
}

impl SignedAnswer {
    fn of(record: &Record, side: Side, kind: ScoreKind) -> Self {
        let (part, figures) = match side {
            Side::Reference => (&record.reference, &record.figures.reference),
            Side::Candidate => (&record.candidate, &record.figures.candidate),
        };
        // In the others a candidate's figures are cross-entropies of both, and a reference's depend on which tokens count.
        let own = matches!(kind, ScoreKind::DeltaLogprob | ScoreKind::DeltaCe);
        let prompt = Digest::of(record.prompt.as_bytes());
        Self { index: record.index, prompt, answer: part.answer, figures: own.then(|| figures.clone()) }
    }
}
