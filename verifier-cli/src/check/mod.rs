//! The check itself: statement, policy, key, proof, then whatever else was given.

mod attested;
mod batch;
mod cautions;
mod claim;
mod nonce;
mod opened;
mod revealed;
mod sealed;
mod spot;
mod times;
mod trustees;

pub use times::{Logged, Seen, Stamped, Times, TimesReport};

use pot_attestation::PublicKey;
use pot_protocol::{
    challenge::{Corpus, Family},
    policy::{Policy, Preset},
    statement::Statement,
    transcript::Transcript,
};

pub use self::batch::check_batch;
use self::claim::Claim;
use crate::{
    acceptance::Roles,
    error::CheckError,
    registry::{self, RegistryFile},
    report::{Assurance, Report},
    trust::TrustStore,
};

/// Everything that was given beside the bundle, as file contents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// A policy file, for bundles whose policy is no preset.
    pub policy: Option<&'a [u8]>,
    /// The opened score list.
    pub scores: Option<&'a [u8]>,
    /// The transcript.
    pub transcript: Option<&'a [u8]>,
    /// The revealed challenge key, 64 hexadecimal digits.
    pub reveal: Option<&'a [u8]>,
    /// The private corpus, for the corpus family.
    pub corpus: Option<&'a [u8]>,
    /// Opened records and scores of a sample of the challenges.
    pub openings: Option<&'a [u8]>,
    /// The request that they answer, if it was one's own.
    pub request: Option<&'a [u8]>,
    /// The counterparty's answer to the registration, or the registered round of a beacon.
    pub nonce: Option<&'a [u8]>,
    /// Registrations and bundles that somebody collected, and the time to judge them at, Unix seconds.
    pub registry: Option<(&'a [RegistryFile], u64)>,
    /// Sigstore bundles with what was signed about the bundle.
    pub attestations: &'a [Vec<u8>],
    /// Keys of those who are to have signed.
    pub identities: &'a [PublicKey],
    /// When the registration was there, by the word of others.
    pub times: Times<'a>,
}

/// Checks `bundle` under the keys in `trust` and against all of `evidence`.
///
/// # Errors
/// [`CheckError`] with the first thing that does not hold. Nothing is ever partly accepted.
pub fn check(bundle: &[u8], trust: &TrustStore, evidence: &Evidence<'_>) -> Result<Report, CheckError> {
    let claim = Claim::read(bundle, trust, |statement| policy_of(statement, evidence.policy))?;
    claim.verify()?;
    accepted(&claim, evidence)
}

/// Goes on where the proof holds: the report, and everything that was given beside the bundle.
fn accepted(claim: &Claim<'_>, evidence: &Evidence<'_>) -> Result<Report, CheckError> {
    let Claim { bundle, policy, trusted, .. } = claim;
    let statement = &bundle.statement;
    let mut report = Report::new(statement, policy, trusted.report());
    report.verified.push(format!(
        "statement: canonical, registration embedded, policy '{}' registered and certified",
        policy.parameters().name
    ));
    let kind = trusted.kind();
    report.verified.push(format!("proof: Groth16 over BN254 under {kind} key {}", bundle.key));
    if trusted.is_development() {
        report.warnings.push(format!(
            "the verifying key is a {kind} key: whoever made it can forge proofs; only opened scores replace the proof"
        ));
    } else {
        report.assurance = Assurance::Arithmetic;
        report.forgeable_key = false;
    }
    times::check(&evidence.times, statement, &mut report)?;
    nonce::check(evidence.nonce, evidence.identities, statement, &mut report)?;
    cautions::add(statement, policy, &mut report);
    let family = family_of(statement, evidence)?;

    let opened = if let Some(bytes) = evidence.scores {
        Some(opened::check(bytes, statement, policy, &mut report)?)
    } else {
        report.not_given.push("--scores: the opened score list (a native check without any setup)".to_owned());
        None
    };
    let transcript = match evidence.transcript {
        Some(bytes) => Some(Transcript::replay(bytes)?),
        None => None,
    };
    match &transcript {
        Some(transcript) => sealed::check(transcript, statement, policy, opened.as_deref(), &mut report)?,
        None => report.not_given.push("--transcript: the records behind the evidence root".to_owned()),
    }
    let run_key = if let Some(bytes) = evidence.reveal {
        Some(revealed::check(bytes, statement, family.as_ref(), transcript.as_ref(), &mut report)?)
    } else {
        report.not_given.push("--reveal: the challenge key (that the prompts are the committed ones)".to_owned());
        None
    };
    let prompts = family.as_ref().zip(run_key.as_ref());
    let openings = evidence.openings.map(|bytes| spot::check(bytes, evidence.request, statement, prompts, &mut report));
    let openings = openings.transpose()?;
    if openings.is_none() && transcript.is_none() {
        report.not_given.push("--openings: a sample of the records (`pot-check challenge-openings`)".to_owned());
    }
    match evidence.registry {
        Some((files, now)) => report.add_registry(registry::search(files, (statement, policy), now)?),
        None => report.not_given.push("--registry: the registrations of this pair (how often it was tried)".to_owned()),
    }
    let records = match (&transcript, &openings) {
        (Some(transcript), _) => transcript.records().iter().collect(),
        (None, Some(openings)) => openings.records.iter().map(|opened| &opened.record).collect(),
        (None, None) => vec![],
    };
    let about = attested::About { bundle, policy, transcript: evidence.transcript, records };
    for bytes in evidence.attestations {
        attested::check(bytes, evidence.identities, &about, &mut report)?;
    }
    attested::missing(evidence.identities, &mut report);
    report.assurance = Roles::default().assurance(&report);
    trustees::add(statement, &mut report);
    report.not_given.push(
        "a rerun of records with the models, `pot-prove rerun` (that the scores came from these models)".to_owned(),
    );
    Ok(report)
}

/// The registered policy: a preset by its pinned digest, or the file that was given.
fn policy_of(statement: &Statement, file: Option<&[u8]>) -> Result<Policy, CheckError> {
    let registered = &statement.registration().fields().policy;
    if let Some(bytes) = file {
        return policy_file(bytes);
    }
    let preset = Preset::all().into_iter().find(|p| p.document_digest() == registered.document);
    preset.map(Preset::policy).ok_or_else(|| {
        CheckError::Trust(format!(
            "policy '{}' ({}) is no built-in policy: pass the file that you accept with --policy",
            registered.name.escape_debug(),
            registered.document
        ))
    })
}

/// The policy in a file.
fn policy_file(bytes: &[u8]) -> Result<Policy, CheckError> {
    let malformed = |message| CheckError::Malformed { what: "policy", message };
    let text = str::from_utf8(bytes).map_err(|e| malformed(format!("not UTF-8: {e}")))?;
    Policy::from_json(text).map_err(|e| malformed(e.to_string()))
}

/// The challenge family that the statement names; `None` for a corpus that was not given. The corpus is hashed before
/// anything is made of it, and looked at only when the challenge key is there to use it with.
fn family_of(statement: &Statement, evidence: &Evidence<'_>) -> Result<Option<Family>, CheckError> {
    let registered = &statement.registration().fields().family;
    let known = match registered.name.as_str() {
        "grammar" => Family::Grammar.id().version == registered.version,
        "corpus" => Corpus::VERSION == registered.version,
        _ => false,
    };
    if !known {
        return Err(CheckError::Trust(format!(
            "challenge family {} v{} is not known to this program",
            registered.name.escape_debug(),
            registered.version
        )));
    }
    let malformed = |message: String| CheckError::Malformed { what: "corpus", message };
    match (registered.corpus, evidence.corpus, evidence.reveal) {
        (None, ..) => Ok(Some(Family::Grammar)),
        (Some(digest), Some(bytes), Some(_)) => {
            let text = String::from_utf8(bytes.to_vec()).map_err(|e| malformed(e.to_string()))?;
            if Corpus::digest_of(&text) != digest {
                return Err(CheckError::Invalid("the corpus is not the registered one".to_owned()));
            }
            Family::corpus(text).map(Some).map_err(|e| malformed(e.to_string()))
        }
        (Some(_), ..) => Ok(None),
    }
}
