//! The file, as it is written and read.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use pot_attestation::PublicKey;
use pot_protocol::{
    digest::Digest,
    policy::{Micro, Preset},
    score::ScoreKind,
    text::is_unprintable,
};
use serde::Deserialize;

use crate::{
    error::CheckError,
    report::{Assurance, Piece},
};

const FORMAT: &str = "pot acceptance v1";
const MAX_SIGNERS: usize = 64;
const VERDICTS: [&str; 4] = ["SAME", "SAME-TOPK", "DIFFERENT", "UNDECIDED"];
const GRADES: [&str; 2] = ["strict", "strong"];

/// What a checker demands. See `docs/attestations.md` for the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    format: String,
    /// The verdicts that are accepted, by their words; empty: no verdict, so the file demands one.
    #[serde(default)]
    pub(super) verdicts: Vec<String>,
    /// The grade that the verdict has to have.
    pub(super) grade: Option<String>,
    /// The least assurance level.
    pub(super) assurance: Option<Assurance>,
    /// Built-in policies by name, or the SHA-256 of policy documents.
    pub(super) policies: Option<Vec<String>>,
    /// What may be scored.
    pub(super) kinds: Option<Vec<ScoreKind>>,
    /// The largest error bound of the policy.
    pub(super) max_alpha: Option<Micro>,
    /// The largest margin of the policy, in nats.
    pub(super) max_gamma: Option<Micro>,
    /// The least number of challenges asked.
    pub(super) min_n: Option<u32>,
    /// The oldest that the run may be, by its own time of sealing.
    pub(super) max_age_days: Option<u32>,
    /// The most attempts that this pair may have had, by the registry.
    pub(super) max_attempts: Option<u64>,
    /// What has to be given beside the bundle, and hold.
    #[serde(default)]
    pub(super) pieces: BTreeSet<Piece>,
    /// Ids of the verifying keys that count.
    pub(super) verifying_keys: Option<Vec<Digest>>,
    /// What the reference may be.
    pub(super) reference: Option<Model>,
    /// What the candidate may be.
    pub(super) candidate: Option<Model>,
    /// Who has to have signed what.
    #[serde(default, rename = "signer")]
    signers: Vec<SignerText>,
}

/// A model: one of these roots, or of these names. One list is there: what has a root has weights, whose name counts for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    /// SHA-256 of the weights, or roots of `OpenSSF` model signing over all files.
    pub(super) roots: Option<Vec<Digest>>,
    /// Registered names: for endpoints, which have no weights at hand.
    pub(super) names: Option<Vec<String>>,
}

/// What somebody has to have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignerRole {
    /// All that the bundle says.
    Auditor,
    /// The registration. When, a signature does not show.
    Registrar,
    /// The nonce, after the registration.
    Counterparty,
    /// The files or the identity of the reference.
    ReferencePublisher,
    /// The files or the identity of the candidate.
    CandidatePublisher,
    /// What the reference answered.
    ReferenceServer,
    /// What the candidate answered.
    CandidateServer,
}

impl SignerRole {
    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Registrar => "registrar",
            Self::Counterparty => "counterparty",
            Self::ReferencePublisher => "reference-publisher",
            Self::CandidatePublisher => "candidate-publisher",
            Self::ReferenceServer => "reference-server",
            Self::CandidateServer => "candidate-server",
        }
    }
}

impl SignerRole {
    /// What it signs, in words.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Auditor => "the outcome",
            Self::Registrar => "the registration",
            Self::Counterparty => "the nonce",
            Self::ReferencePublisher => "the reference's files or identity",
            Self::CandidatePublisher => "the candidate's files or identity",
            Self::ReferenceServer => "the reference's answers, in all records or those that you drew,",
            Self::CandidateServer => "the candidate's answers, in all records or those that you drew,",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerText {
    role: SignerRole,
    pem: Option<String>,
    file: Option<PathBuf>,
}

/// A trusted signer. Of several with one role any may have signed.
#[derive(Clone, Debug)]
pub struct Signer {
    /// What for.
    pub role: SignerRole,
    /// The public key, or where it is.
    pub key: SignerKey,
}

/// The public key of a signer.
#[derive(Clone, Debug)]
pub enum SignerKey {
    /// In the file itself.
    Here(Box<PublicKey>),
    /// A PEM file, relative to the folder of the acceptance file and inside it.
    File(PathBuf),
}

impl Acceptance {
    /// Reads a file, and gives its signers beside it, whose keys may lie in other files.
    ///
    /// # Errors
    /// [`CheckError::Malformed`] when it is none, demands what cannot be, or names a key that is none.
    pub fn from_toml(bytes: &[u8]) -> Result<(Self, Vec<Signer>), CheckError> {
        // The parser's messages repeat what the file says as it is.
        let refuse = |message: String| CheckError::Malformed {
            what: "acceptance policy",
            message: message.replace(is_unprintable, " "),
        };
        let text = str::from_utf8(bytes).map_err(|e| refuse(format!("not UTF-8: {e}")))?;
        // toml's messages have several lines: where it is, the line itself, and what is wrong.
        let read: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
            refuse(format!("line {line}: {}", e.message()))
        })?;
        if read.format != FORMAT {
            return Err(refuse(format!(
                "its format is \"{}\", this program reads {FORMAT:?}",
                shortened(&read.format)
            )));
        }
        read.words_are_known().map_err(refuse)?;
        if read.signers.len() > MAX_SIGNERS {
            return Err(refuse(format!("it names more than {MAX_SIGNERS} signers")));
        }
        let signer = |text: &SignerText| {
            let at = |what: &str| refuse(format!("signer with role {}: {what}", text.role.name()));
            let key = match (&text.pem, &text.file) {
                (Some(pem), None) => {
                    SignerKey::Here(Box::new(PublicKey::from_pem(pem).map_err(|e| at(&e.to_string()))?))
                }
                (None, Some(path)) if is_inside(path) => SignerKey::File(path.clone()),
                (None, Some(_)) => {
                    return Err(at("'file' has to lie in the folder of the acceptance file or below it"));
                }
                _ => return Err(at("it needs either 'pem' or 'file'")),
            };
            Ok(Signer { role: text.role, key })
        };
        let signers = read.signers.iter().map(signer).collect::<Result<_, _>>()?;
        Ok((read, signers))
    }

    /// The roles of the signers that the file lists.
    pub(super) fn roles(&self) -> impl Iterator<Item = SignerRole> {
        self.signers.iter().map(|signer| signer.role)
    }

    fn words_are_known(&self) -> Result<(), String> {
        let unknown = |what: &str, word: &str, known: &[&str]| {
            Err(format!("'{}' is no {what}: it is one of {}", shortened(word), known.join(", ")))
        };
        if self.verdicts.is_empty() {
            return Err("'verdicts' has to name the verdicts that are accepted, such as [\"SAME\"]".to_owned());
        }
        if let Some(word) = self.verdicts.iter().find(|word| !VERDICTS.contains(&word.as_str())) {
            return unknown("verdict", word, &VERDICTS);
        }
        if let Some(word) = self.grade.as_ref().filter(|word| !GRADES.contains(&word.as_str())) {
            return unknown("grade", word, &GRADES);
        }
        if let Some(name) = self.policies.iter().flatten().find(|name| document_of(name).is_none()) {
            let known = Preset::all().map(|preset| preset.name().to_ascii_lowercase());
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return unknown("SHA-256 of a policy document and no built-in policy", name, &known);
        }
        let empty = [
            ("policies", self.policies.as_ref().is_some_and(Vec::is_empty)),
            ("kinds", self.kinds.as_ref().is_some_and(Vec::is_empty)),
            ("verifying_keys", self.verifying_keys.as_ref().is_some_and(Vec::is_empty)),
            ("reference", self.reference.as_ref().is_some_and(Model::demands_nothing)),
            ("candidate", self.candidate.as_ref().is_some_and(Model::demands_nothing)),
        ];
        if let Some((name, _)) = empty.into_iter().find(|(_, empty)| *empty) {
            return Err(format!("'{name}' lists nothing that would be accepted: leave it out, or fill it"));
        }
        let lists_both = |model: &Option<Model>| model.as_ref().is_some_and(|m| m.roots.is_some() && m.names.is_some());
        let side = [("reference", &self.reference), ("candidate", &self.candidate)];
        match side.into_iter().find(|(_, model)| lists_both(model)) {
            Some((side, _)) => Err(format!(
                "'{side}' lists roots and names, which no model meets: roots are for weights, names for endpoints"
            )),
            None => Ok(()),
        }
    }
}

impl Model {
    fn demands_nothing(&self) -> bool {
        self.roots.as_ref().is_none_or(Vec::is_empty) && self.names.as_ref().is_none_or(Vec::is_empty)
    }
}

/// The SHA-256 of the document of a built-in policy by its name, or the one that is written there.
pub(super) fn document_of(policy: &str) -> Option<Digest> {
    policy.parse().ok().or_else(|| policy.parse::<Preset>().ok().map(Preset::document_digest))
}

fn shortened(text: &str) -> String {
    text.escape_debug().take(64).collect()
}

fn is_inside(path: &Path) -> bool {
    path.components().next().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}
