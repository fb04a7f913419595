//! Registers a run: everything that a later verdict depends on is fixed and written before any query.

use std::path::{Path, PathBuf};

use pot_attestation::{PublicKey, QUICKNET};
use pot_protocol::{
    challenge::Family,
    digest::Digest,
    policy::Policy,
    registration::{
        FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration, Registration, RegistrationError,
    },
    score::ScoreKind,
    transcript::MAX_LINE,
};

use crate::{
    error::ProverError,
    run_folder::{RunFolder, Secrets, Sources, random32, write_new},
};

/// Number of scored positions unless the user says otherwise.
pub const DEFAULT_POSITIONS: u32 = 32;
/// Days until the outcome is due unless the user says otherwise.
pub const DEFAULT_DUE_DAYS: u32 = 30;

/// Who gives the nonce.
#[derive(Clone, Debug)]
pub enum Nonce {
    /// The auditor: printed as grindable.
    Own,
    /// Another party, who signs it if their key is registered.
    Counterparty {
        /// Their name.
        name: String,
        /// Their key.
        key: Option<Box<PublicKey>>,
    },
    /// drand's quicknet.
    Beacon {
        /// Seconds between the registration and the round.
        seconds: u64,
    },
}

/// What the user asks to register.
#[derive(Debug)]
pub struct Request {
    /// Where the models and the corpus are.
    pub sources: Sources,
    /// Identity of the reference.
    pub reference: ModelIdentity,
    /// Identity of the candidate.
    pub candidate: ModelIdentity,
    /// The policy.
    pub policy: Policy,
    /// The challenge family.
    pub family: Family,
    /// K, for all kinds but `delta-ce`.
    pub positions: u32,
    /// Noise of the reference against itself, score units.
    pub calibration_bound: u32,
    /// Who will give the nonce.
    pub nonce: Nonce,
    /// The pair's previous registration.
    pub previous: Option<Registration>,
    /// Days until the outcome is due.
    pub due_days: u32,
    /// The largest K that no prompt is expected to fall short of.
    pub largest_k: u32,
    /// Positions that every prompt is expected to fit in.
    pub needed_positions: usize,
    /// The most tokens that both models take.
    pub longest_context: usize,
}

/// Registers: checks everything, then makes the run folder `root` with registration and secrets in it, or nothing.
///
/// # Errors
/// [`ProverError::Usage`] when a field is refused or the folder is taken; an I/O error otherwise.
pub fn register(root: &Path, request: Request) -> Result<(RunFolder, Registration), ProverError> {
    let refused = |e: RegistrationError| ProverError::Usage(e.to_string());
    check_positions(&request)?;
    let of_pair = |previous: &Registration| previous.is_of_pair(&request.reference, &request.candidate);
    if request.previous.as_ref().is_some_and(|previous| !of_pair(previous)) {
        return Err(ProverError::Usage("--previous is a registration of another pair of models".to_owned()));
    }
    let registered_at = crate::run_folder::now_millis() / 1000;
    let policy = &request.policy;
    let kind = policy.parameters().kind;
    let nonce = match request.nonce {
        Nonce::Own => NonceSource::OwnChoice { nonce: Digest(random32()?) },
        Nonce::Counterparty { name, key: None } => NonceSource::Counterparty { name },
        Nonce::Counterparty { name, key: Some(key) } => NonceSource::Signed { name, key: key.to_der() },
        Nonce::Beacon { seconds } => NonceSource::Beacon {
            chain: QUICKNET.hash,
            round: QUICKNET.round_after(registered_at.saturating_add(seconds)),
        },
    };
    let secrets = Secrets::draw()?;
    let family = request.family.id();
    let raw = RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest(random32()?),
        sequence: request.previous.as_ref().map_or(1, |p| p.fields().sequence.saturating_add(1)),
        previous: request.previous.as_ref().map(Registration::digest),
        registered_at,
        due_by: registered_at + u64::from(request.due_days) * 86_400,
        reference: request.reference,
        candidate: request.candidate,
        policy: PolicyRef {
            name: policy.parameters().name.clone(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: family.name, version: family.version, corpus: request.family.corpus_digest() },
        kind,
        positions: if kind == ScoreKind::DeltaCe { Positions::All } else { Positions::Last(request.positions) },
        calibration_bound: request.calibration_bound,
        key_commitment: Digest(secrets.key().commitment()),
        nonce,
    };
    let registration = raw.validate().map_err(refused)?;
    registration.bind_policy(policy).map_err(refused)?;
    let files = [
        ("sources.json", pretty(&request.sources)?),
        ("policy.json", pretty(request.policy.document())?),
        ("registration.json", pretty(registration.fields())?),
        ("registration.pot", registration.to_bytes()),
    ];
    let folder = RunFolder::create(root, |staging| {
        secrets.write(staging)?;
        files.iter().try_for_each(|(name, bytes)| write_new(&staging.join(name), bytes))
    })?;
    Ok((folder, registration))
}

/// Every prompt of the family should have K predicted tokens and fit both models: a run should not be able to fail by
/// the choice of K.
fn check_positions(request: &Request) -> Result<(), ProverError> {
    let scores_last = request.policy.parameters().kind != ScoreKind::DeltaCe;
    if scores_last && !(1..=request.largest_k).contains(&request.positions) {
        return Err(ProverError::Usage(format!(
            "--positions {}: under these models' tokenizers the shortest prompts have few tokens to score, so K lies in \
             1..={}",
            request.positions, request.largest_k
        )));
    }
    let top = if request.policy.parameters().kind == ScoreKind::KlTopk { request.sources.settings.top } else { 0 };
    if !fits_a_line(top, request.positions) {
        return Err(ProverError::Usage(format!(
            "--top {top} at {} positions makes answers too long for the transcript: ask for fewer",
            request.positions
        )));
    }
    if request.needed_positions > request.longest_context {
        return Err(ProverError::Usage(format!(
            "prompts have up to {} tokens, and a model takes only {}",
            request.needed_positions, request.longest_context
        )));
    }
    Ok(())
}

/// Whether an answer of `top` tokens at each position, which the transcript keeps, takes a line that is read again: index,
/// colon, 16 digits and a comma for each, and what an event has beside.
fn fits_a_line(top: u32, positions: u32) -> bool {
    let each = u64::from(top).saturating_mul(u64::from(positions)).saturating_mul(28);
    each.saturating_add(1024) <= MAX_LINE as u64
}

/// Reads a previous registration of the same pair.
///
/// # Errors
/// [`ProverError`] when the file is no registration.
pub fn read_previous(path: &Path) -> Result<Registration, ProverError> {
    let bytes = crate::run_folder::read_file(path)?;
    Registration::from_bytes(&bytes).map_err(|e| ProverError::input(path, e))
}

/// Opens the challenge family of a registration: the built-in grammar, or the corpus at `corpus`.
///
/// # Errors
/// [`ProverError`] when the corpus is missing, unusable, or not the registered one.
pub fn open_family(registered: &FamilyRef, corpus: Option<&PathBuf>) -> Result<Family, ProverError> {
    let family = match corpus {
        Some(path) => read_corpus(path)?,
        None => Family::Grammar,
    };
    let id = family.id();
    if id.name != registered.name || id.version != registered.version || family.corpus_digest() != registered.corpus {
        return Err(ProverError::Usage(format!(
            "the challenges come from {} v{}, registered is {} v{}: give the registered corpus",
            id.name, id.version, registered.name, registered.version
        )));
    }
    Ok(family)
}

/// Reads a private corpus.
///
/// # Errors
/// [`ProverError`] when it cannot be read or is too small.
pub fn read_corpus(path: &Path) -> Result<Family, ProverError> {
    let bytes = crate::run_folder::read_file(path)?;
    let text = String::from_utf8(bytes).map_err(|e| ProverError::input(path, format!("not UTF-8: {e}")))?;
    Family::corpus(text).map_err(|e| ProverError::input(path, e))
}

pub(crate) fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>, ProverError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| ProverError::Usage(e.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_could_not_be_read_again_are_not_asked_for() {
        assert!(fits_a_line(1000, 32) && fits_a_line(5, 4096) && fits_a_line(0, 4096));
        assert!(!fits_a_line(1000, 40) && !fits_a_line(u32::MAX, u32::MAX));
    }

    #[cfg(feature = "inference")]
    #[test]
    fn the_longest_answer_of_that_size_fits() {
        let row = vec![(u32::MAX, -1.5); 1000];
        let content = pot_inference::Scored::Top(vec![row; 32]).to_text();
        let event = pot_protocol::transcript::Event::Answer {
            index: u64::MAX,
            side: pot_protocol::transcript::Side::Candidate,
            attempt: u32::MAX,
            digest: Digest([0; 32]),
            content,
            at: u64::MAX,
        };
        assert!(serde_json::to_vec(&event).unwrap().len() < MAX_LINE);
    }
}
