//! How often a pair of models was tried: the registrations and outcomes that somebody collected.

use std::collections::{BTreeMap, BTreeSet};

use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::{Micro, Policy, Preset},
    registration::Registration,
    statement::Statement,
};
use serde::Serialize;

use crate::error::CheckError;

/// A file of a registry: its name, for messages, and its bytes. Bundles and registrations are told apart by what is in them.
#[derive(Clone, Debug)]
pub struct RegistryFile {
    /// Name for messages.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a registry says about the pair of a bundle.
#[derive(Clone, Debug, Serialize)]
pub struct RegistryReport {
    /// Files that were read.
    pub files: u64,
    /// Attempts, m: registrations of this pair that are here; those that are named as a predecessor and are not; numbers
    /// of which nothing is known; and every further outcome of one registration.
    pub attempts: u64,
    /// The first hundred numbers of which no registration is here.
    pub missing: Vec<u64>,
    /// How many such numbers there are in all.
    pub missing_count: u64,
    /// Numbers that several registrations have.
    pub forked: Vec<u64>,
    /// Numbers whose registration does not name the one before it.
    pub broken: Vec<u64>,
    /// Registrations with several outcomes: the run was made more than once.
    pub repeated: Vec<Digest>,
    /// Registrations that were due and have no outcome in time here: they count as failed.
    pub failed: Vec<Digest>,
    /// Registrations without an outcome that are not due yet.
    pub open: Vec<Digest>,
    /// The largest error bound of any of them whose policy is known.
    pub alpha: Micro,
    /// How many of the attempts have a policy that is not known here, and so no known error bound.
    pub unknown_policies: u64,
}

impl RegistryReport {
    /// What follows for the verdict, in words.
    pub fn bound(&self) -> String {
        let all = u64::from(self.alpha.0).saturating_mul(self.attempts).min(u64::from(Micro::ONE.0));
        let bound = Micro(u32::try_from(all).unwrap_or(Micro::ONE.0));
        let unless = match self.unknown_policies {
            0 => String::new(),
            n => format!(", and the {n} whose policy is not known here had no larger alpha"),
        };
        format!(
            "{} files were read; attempts on this pair: {}. The chance that any of them ever gives a wrong verdict is at most {} \
             times alpha {}, {bound}, if nothing was tried before it was registered{unless}",
            self.files, self.attempts, self.attempts, self.alpha
        )
    }
}

/// Most missing numbers that are listed: a number is what somebody wrote into a file.
const LISTED: usize = 100;

/// Looks for the pair of `statement` among `files`; `now` is in Unix seconds.
///
/// # Errors
/// [`CheckError::Malformed`] when there is no file, or one is neither bundle nor registration: a registry that cannot be
/// read whole says nothing.
pub(crate) fn search(
    files: &[RegistryFile],
    (statement, policy): (&Statement, &Policy),
    now: u64,
) -> Result<RegistryReport, CheckError> {
    if files.is_empty() {
        let message = "holds no registration and no bundle (`*.pot`)".to_owned();
        return Err(CheckError::Malformed { what: "registry", message });
    }
    let own = statement.registration();
    let mut pair = Pair::default();
    pair.add(own.clone(), Some(statement));
    let fields = own.fields();
    for file in files {
        let (registration, outcome) = read(file)?;
        if registration.is_of_pair(&fields.reference, &fields.candidate) {
            pair.add(registration, outcome.as_ref());
        }
    }
    Ok(pair.report(policy, now, files.len() as u64))
}

/// What is known of a pair.
#[derive(Debug, Default)]
struct Pair {
    known: BTreeMap<Digest, Registration>,
    /// Statements about each registration.
    outcomes: BTreeMap<Digest, BTreeSet<Digest>>,
    /// Registrations with an outcome by their due date.
    in_time: BTreeSet<Digest>,
}

impl Pair {
    fn add(&mut self, registration: Registration, outcome: Option<&Statement>) {
        let digest = registration.digest();
        if let Some(statement) = outcome {
            self.outcomes.entry(digest).or_default().insert(statement.digest());
            if statement.fields().sealed_at <= registration.fields().due_by {
                self.in_time.insert(digest);
            }
        }
        self.known.insert(digest, registration);
    }

    fn report(&self, policy: &Policy, now: u64, files: u64) -> RegistryReport {
        let mut numbers: BTreeMap<u64, Vec<&Registration>> = BTreeMap::new();
        for registration in self.known.values() {
            numbers.entry(registration.fields().sequence).or_default().push(registration);
        }
        let highest = numbers.keys().next_back().copied().unwrap_or(1);
        let missing_count = highest - numbers.len() as u64;
        // Predecessors that nobody has, by the number that they must have had.
        let named = |registration: &Registration| {
            let fields = registration.fields();
            fields.previous.filter(|previous| !self.known.contains_key(previous)).map(|p| (fields.sequence - 1, p))
        };
        let absent: BTreeSet<(u64, Digest)> = self.known.values().filter_map(named).collect();
        let told: BTreeSet<u64> =
            absent.iter().map(|(number, _)| *number).filter(|n| !numbers.contains_key(n)).collect();
        let unheard = missing_count - told.len() as u64;
        let again: u64 = self.outcomes.values().map(|of| of.len() as u64 - 1).sum();
        let follows = |registration: &Registration| {
            let fields = registration.fields();
            // Of a missing one nothing can be compared.
            numbers
                .get(&(fields.sequence - 1))
                .is_none_or(|before| before.iter().any(|before| Some(before.digest()) == fields.previous))
        };
        let without = self.known.values().filter(|registration| !self.in_time.contains(&registration.digest()));
        let (failed, open): (Vec<_>, Vec<_>) =
            without.partition(|r| r.fields().due_by < now || self.outcomes.contains_key(&r.digest()));
        let digests = |of: Vec<&Registration>| of.into_iter().map(Registration::digest).collect();
        let alphas: Vec<_> = self.known.values().map(|registration| alpha(registration, policy)).collect();
        let unknown = absent.len() as u64 + alphas.iter().filter(|alpha| alpha.is_none()).count() as u64;
        RegistryReport {
            files,
            attempts: (self.known.len() as u64 + absent.len() as u64 + again).saturating_add(unheard),
            missing: (1..=highest).filter(|number| !numbers.contains_key(number)).take(LISTED).collect(),
            missing_count,
            forked: numbers.iter().filter(|(_, of)| of.len() > 1).map(|(number, _)| *number).collect(),
            broken: numbers.iter().filter(|(_, of)| !of.iter().all(|r| follows(r))).map(|(n, _)| *n).collect(),
            repeated: self.outcomes.iter().filter(|(_, of)| of.len() > 1).map(|(digest, _)| *digest).collect(),
            failed: digests(failed),
            open: digests(open),
            alpha: alphas.iter().flatten().copied().max().unwrap_or(policy.parameters().alpha),
            unknown_policies: unheard.saturating_add(unknown),
        }
    }
}

fn read(file: &RegistryFile) -> Result<(Registration, Option<Statement>), CheckError> {
    let malformed = |e: String| CheckError::Malformed { what: "registry", message: format!("{}: {e}", file.name) };
    if file.bytes.starts_with(b"POTBUNDL") {
        let bundle = Bundle::from_bytes(&file.bytes).map_err(|e| malformed(e.to_string()))?;
        return Ok((bundle.statement.registration().clone(), Some(bundle.statement)));
    }
    Registration::from_bytes(&file.bytes).map(|registration| (registration, None)).map_err(|e| malformed(e.to_string()))
}

/// The error bound of a registration's policy, if it is a built-in one or the bundle's.
fn alpha(registration: &Registration, policy: &Policy) -> Option<Micro> {
    let document = registration.fields().policy.document;
    if document == policy.document_digest() {
        return Some(policy.parameters().alpha);
    }
    let preset = Preset::all().into_iter().find(|preset| preset.document_digest() == document)?;
    Some(preset.policy().parameters().alpha)
}
