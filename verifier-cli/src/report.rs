//! What was verified, what was not given, and how much that is worth.

use std::collections::BTreeSet;

use pot_attestation::{model_root, weights_of};
use pot_protocol::{
    digest::Digest,
    policy::{Micro, Policy, Preset},
    registration::{ModelIdentity, Positions},
    score::ScoreKind,
    statement::{Statement, words},
    transcript::Side,
};
use serde::{Deserialize, Serialize};

use crate::{check::TimesReport, registry::RegistryReport, trust::KeyReport};

/// How much the verdict rests on more than the auditor's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Assurance {
    /// A proof under a development key: whoever made the key can forge it.
    None,
    /// The verdict follows from the committed scores; that these scores came from these models is the auditor's word.
    Arithmetic,
    /// Besides, a key that the checker named has signed what the candidate answered in every record, figures and all.
    Signed,
}

impl Assurance {
    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Arithmetic => "arithmetic",
            Self::Signed => "signed",
        }
    }
}

/// An attestation that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// Id of the signer's key: SHA-256 of its `SubjectPublicKeyInfo`.
    pub key: Digest,
    /// What they signed.
    #[serde(flatten)]
    pub said: Said,
}

/// What an attestation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "said", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Said {
    /// All that the bundle says.
    Verdict {
        /// SHA-256 of the transcript that the signer names.
        transcript: Digest,
    },
    /// The registration.
    Registration,
    /// The files of the reference.
    Reference,
    /// The files of the candidate.
    Candidate,
    /// The files or the identity of both, which are the same.
    Both,
    /// The identity of a side, by its publisher or whoever serves it.
    Identity {
        /// Which.
        side: Side,
    },
    /// What a side answered, record by record.
    Answers {
        /// Which.
        side: Side,
        /// How many records were compared.
        records: usize,
        /// Whether the side's own figures are among what is signed.
        figures: bool,
    },
}

/// What can be given beside a bundle, and has to hold when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Piece {
    /// The opened scores: the verdict is derived without any setup.
    Scores,
    /// All records.
    Transcript,
    /// The challenge key, and prompts to hold against it.
    Reveal,
    /// Records that the checker drew.
    Openings,
    /// A nonce signed by a key that the checker named, or a round of the beacon.
    Nonce,
    /// The registrations of this pair that the checker knows of.
    Registry,
    /// That somebody else saw the registration before the run was sealed.
    Time,
}

impl Piece {
    /// The word in JSON and in policy files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scores => "scores",
            Self::Transcript => "transcript",
            Self::Reveal => "reveal",
            Self::Openings => "openings",
            Self::Nonce => "nonce",
            Self::Registry => "registry",
            Self::Time => "time",
        }
    }

    /// In words.
    pub fn what(self) -> &'static str {
        match self {
            Self::Scores => "the opened scores",
            Self::Transcript => "the transcript",
            Self::Reveal => "the challenge key, with prompts to hold against it",
            Self::Openings => "openings of your own request",
            Self::Nonce => "a nonce of the beacon, or signed by a key that you named",
            Self::Registry => "a registry",
            Self::Time => "a time-stamp or a witnessed log proof of the registration, from before the run was sealed",
        }
    }
}

/// Somebody who has to be trusted, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trustee {
    /// Who.
    pub who: String,
    /// That what is so.
    pub what: String,
}

/// The outcome of a check that accepted everything it was given.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `SAME` (`SAME-TOPK` for `kl-topk` scores), `DIFFERENT` or `UNDECIDED`.
    pub verdict: &'static str,
    /// `strict`, `strong` or nothing.
    pub grade: Option<&'static str>,
    /// Number of challenges asked.
    pub n: u32,
    /// Name of the registered reference.
    pub reference: String,
    /// SHA-256 of its weights, where they were at hand.
    pub reference_weights: Option<Digest>,
    /// The root of `OpenSSF` model signing over its files, where it was read from files.
    pub reference_root: Option<Digest>,
    /// How it was asked, where it is an endpoint.
    pub reference_settings: Option<String>,
    /// Name of the registered candidate.
    pub candidate: String,
    /// SHA-256 of its weights, where they were at hand.
    pub candidate_weights: Option<Digest>,
    /// The root of `OpenSSF` model signing over its files, where it was read from files.
    pub candidate_root: Option<Digest>,
    /// How it was asked, where it is an endpoint: `top N` is the k of `kl-topk`.
    pub candidate_settings: Option<String>,
    /// Challenge family and version, and which tokens of a prompt are scored.
    pub challenges: String,
    /// Policy name.
    pub policy: String,
    /// The policy's name among those that come with this program, if it is one of them.
    pub preset: Option<&'static str>,
    /// SHA-256 of the policy's document.
    pub policy_document: Digest,
    /// The policy's bound on the chance of a wrong verdict.
    pub alpha: Micro,
    /// The policy's margin in nats; in nats per byte for `delta-ce`.
    pub gamma: Micro,
    /// Score kind.
    pub kind: ScoreKind,
    /// Assurance level.
    pub assurance: Assurance,
    /// The verdict's error bound in words.
    pub bound: String,
    /// What follows from a SAME for single prompts, in words.
    pub consequence: Option<String>,
    /// What was given beside the bundle, and holds.
    pub pieces: BTreeSet<Piece>,
    /// Who has to be trusted, and for what, for this verdict to be about the models.
    pub trusted_for: Vec<Trustee>,
    /// The challenges whose records were opened and hold.
    pub opened: Option<Vec<u64>>,
    /// Id of the counterparty's key, where their signed nonce was given and holds.
    pub nonce_key: Option<Digest>,
    /// When the registration was there, by the word of others than the auditor.
    pub times: TimesReport,
    /// Attestations that hold.
    pub signed: Vec<Signed>,
    /// Each thing that was verified.
    pub verified: Vec<String>,
    /// Each thing that could have been verified and was not given.
    pub not_given: Vec<String>,
    /// What a reader should know beside the verdict.
    pub warnings: Vec<String>,
    /// Identity of the publication.
    pub statement_digest: Digest,
    /// Verifying key id.
    pub key: Digest,
    /// Whether one party could have forged proofs under that key: a development key, or a rehearsal's.
    pub forgeable_key: bool,
    /// Where the verifying key comes from, why it is trusted, and who could forge under it.
    pub trusted_key: KeyReport,
    /// Attempts of both sides in all, and the most that one answer took.
    pub attempts: (u64, u32),
    /// How many registrations this pair has had at least: the number of this one.
    pub registrations_known: u64,
    /// What the registry that was given says about this pair.
    pub registry: Option<RegistryReport>,
    /// When it was registered, was due and was sealed by the auditor's own clock, Unix seconds.
    pub registered_due_sealed: [u64; 3],
}

/// The root over a model's files, where the registered weights are those of the files: what else they are is no root of it.
fn root_of(identity: &ModelIdentity) -> Option<Digest> {
    model_root(identity).filter(|_| identity.weights() == Some(weights_of(identity)))
}

impl Report {
    pub(crate) fn new(statement: &Statement, policy: &Policy, key: KeyReport) -> Self {
        let outcome = statement.outcome();
        let registration = statement.registration().fields();
        let attempts = statement.attempts();
        let family = &registration.family;
        Self {
            verdict: outcome.verdict.word_for(registration.kind),
            grade: outcome.grade_word(),
            n: outcome.n,
            reference: registration.reference.name().to_owned(),
            reference_weights: registration.reference.weights(),
            reference_root: root_of(&registration.reference),
            reference_settings: registration.reference.settings().map(str::to_owned),
            candidate: registration.candidate.name().to_owned(),
            candidate_weights: registration.candidate.weights(),
            candidate_root: root_of(&registration.candidate),
            candidate_settings: registration.candidate.settings().map(str::to_owned),
            challenges: match registration.positions {
                Positions::Last(k) => format!("{} v{}, last {k} tokens of each", family.name, family.version),
                _ => format!("{} v{}, all tokens of each", family.name, family.version),
            },
            policy: registration.policy.name.clone(),
            preset: policy.preset().map(Preset::name),
            policy_document: registration.policy.document,
            alpha: policy.parameters().alpha,
            gamma: policy.parameters().gamma,
            kind: registration.kind,
            assurance: Assurance::None,
            bound: words::bound(outcome, policy),
            consequence: words::consequence(outcome, policy.parameters()),
            pieces: BTreeSet::new(),
            trusted_for: Vec::new(),
            opened: None,
            nonce_key: None,
            times: TimesReport::default(),
            signed: Vec::new(),
            verified: Vec::new(),
            not_given: Vec::new(),
            warnings: Vec::new(),
            statement_digest: statement.digest(),
            key: key.id,
            forgeable_key: true,
            trusted_key: key,
            attempts: (attempts.total, attempts.most),
            registrations_known: registration.sequence,
            registry: None,
            registered_due_sealed: [registration.registered_at, registration.due_by, statement.fields().sealed_at],
        }
    }

    pub(crate) fn add_registry(&mut self, found: RegistryReport) {
        self.pieces.insert(Piece::Registry);
        self.verified.push(format!("registry: {}", found.bound()));
        self.registrations_known = found.attempts;
        if let Some(first) = found.missing.first() {
            self.warnings.push(format!(
                "registry: {} numbers, {first} first, have no registration here: what became of them is not known, so they count \
                 as failed",
                found.missing_count
            ));
        }
        for (numbers, what) in [
            (&found.forked, "were given to several registrations, all of which count"),
            (&found.broken, "do not name the registration before them: the chain is not one chain"),
        ] {
            if !numbers.is_empty() {
                self.warnings.push(format!("registry: numbers {numbers:?} {what}"));
            }
        }
        if !found.repeated.is_empty() {
            self.warnings.push(format!(
                "registry: {} registrations have several outcomes, each of which counts: a run was made again until it suited, or \
                 the run folder was copied",
                found.repeated.len()
            ));
        }
        self.not_given.push("the proofs of other outcomes in the registry (whether they are any)".to_owned());
        if !found.failed.is_empty() {
            self.warnings.push(format!(
                "registry: {} registrations of this pair have no outcome that was sealed by its due date: they count as failed",
                found.failed.len()
            ));
        }
        self.registry = Some(found);
    }
}
