//! Our predicate: what a bundle says, for clients that read in-toto statements and no bundles.
//!
//! Every field follows from the bundle (and the policy that it names), so that a checker who has the bundle compares the
//! whole predicate with his own and needs to trust none of it. `docs/attestations.md` describes it, with a JSON schema.

use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::Policy,
    registration::{ModelIdentity, NonceSource, PolicyRef},
    score::ScoreKind,
};
use serde::{Deserialize, Serialize};

use crate::{
    intoto::{Statement, Subject},
    model_root::model_root,
};

/// Type of the predicate.
pub const VERDICT: &str = "urn:proof-of-training:verdict:v1";

/// Names of the subjects.
const BUNDLE: &str = "bundle.pot";
const TRANSCRIPT: &str = "transcript.ndjson";
const REFERENCE: &str = "reference";
const CANDIDATE: &str = "candidate";

/// What the bundle says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verdict {
    /// `SAME`, `SAME-TOPK`, `DIFFERENT` or `UNDECIDED`.
    pub verdict: String,
    /// `strict`, `strong` or nothing, which is said too.
    #[serde(deserialize_with = "Option::deserialize")]
    pub grade: Option<String>,
    /// Challenges asked.
    pub n: u32,
    /// What a score measures.
    pub score_kind: ScoreKind,
    /// Bound on the chance of a wrong verdict, as a decimal fraction.
    pub alpha: String,
    /// Equivalence margin, in nats (nats per byte for `delta-ce`), as a decimal fraction.
    pub gamma: String,
    /// The policy.
    pub policy: PolicyRef,
    /// Digest of the bundle's statement: the identity of the publication.
    pub statement: Digest,
    /// Digest of the registration.
    pub registration: Digest,
    /// Number of the registration for this pair, from 1.
    pub sequence: u64,
    /// Who chose the nonce.
    pub nonce: NonceSource,
    /// Id of the verifying key.
    pub verifying_key: Digest,
    /// Id of the circuit.
    pub circuit: Digest,
    /// Root of the evidence tree over the records.
    pub evidence_root: Digest,
    /// Attempts of both sides in all.
    pub attempts_total: u64,
    /// The most attempts that one answer took.
    pub attempts_most: u32,
    /// When it was registered, was due and was sealed, Unix seconds by the auditor's clock.
    pub registered_at: u64,
    /// See [`Self::registered_at`].
    pub due_by: u64,
    /// See [`Self::registered_at`].
    pub sealed_at: u64,
    /// The model that is claimed.
    pub reference: ModelIdentity,
    /// The model under test.
    pub candidate: ModelIdentity,
}

impl Verdict {
    /// What `bundle` says under `policy`, which is the one it names.
    pub fn of(bundle: &Bundle, policy: &Policy) -> Self {
        let (statement, outcome) = (bundle.statement.fields(), bundle.statement.outcome());
        let registration = &statement.registration;
        Self {
            verdict: outcome.verdict.word_for(registration.kind).to_owned(),
            grade: outcome.grade_word().map(str::to_owned),
            n: outcome.n,
            score_kind: registration.kind,
            alpha: policy.parameters().alpha.to_string(),
            gamma: policy.parameters().gamma.to_string(),
            policy: registration.policy.clone(),
            statement: bundle.statement.digest(),
            registration: bundle.statement.registration().digest(),
            sequence: registration.sequence,
            nonce: registration.nonce.clone(),
            verifying_key: Digest(bundle.key.0),
            circuit: statement.circuit,
            evidence_root: statement.evidence_root,
            attempts_total: statement.attempts_total,
            attempts_most: statement.attempts_most,
            registered_at: registration.registered_at,
            due_by: registration.due_by,
            sealed_at: statement.sealed_at,
            reference: registration.reference.clone(),
            candidate: registration.candidate.clone(),
        }
    }

    /// The statement that an auditor signs: about the bundle, the transcript, and the files of each model, where it has any.
    pub fn statement(bundle: &Bundle, policy: &Policy, transcript: Digest) -> Statement<Self> {
        let verdict = Self::of(bundle, policy);
        let mut subject =
            vec![Subject::sha256(BUNDLE, Digest::of(&bundle.to_bytes())), Subject::sha256(TRANSCRIPT, transcript)];
        for (role, identity) in [(REFERENCE, &verdict.reference), (CANDIDATE, &verdict.candidate)] {
            subject.extend(model_root(identity).map(|root| Subject::sha256(role, root)));
        }
        Statement::new(subject, VERDICT, verdict)
    }

    /// The digest of the transcript that a statement names, if the statement says of `bundle` what the bundle says.
    ///
    /// # Errors
    /// The first field, or the subject, in which they differ.
    pub fn compare(statement: &Statement<Self>, bundle: &Bundle, policy: &Policy) -> Result<Digest, String> {
        let transcript = statement.subject.iter().find(|s| s.name == TRANSCRIPT).and_then(Subject::sha256_digest);
        let transcript = transcript.ok_or("it names no transcript by its SHA-256")?;
        let ours = Self::statement(bundle, policy, transcript);
        let json = |verdict: &Self| match serde_json::to_value(verdict) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (theirs, stated) = (json(&statement.predicate), json(&ours.predicate));
        if let Some((field, value)) = stated.iter().find(|(field, value)| theirs.get(*field) != Some(value)) {
            let other = theirs.get(field).unwrap_or(&serde_json::Value::Null);
            return Err(format!("it says {field} {other}, the bundle says {value}"));
        }
        if let Some(missing) = ours.subject.iter().find(|subject| !statement.subject.contains(subject)) {
            return Err(format!("it is not about {} {:?}", missing.name, missing.digest));
        }
        if statement.subject.len() != ours.subject.len() {
            return Err("it is about more than the bundle, its transcript and its models".to_owned());
        }
        Ok(transcript)
    }
}
