//! How often a pair of models was tried: the registrations and outcomes that somebody collected.

use std::collections::{BTreeMap, BTreeSet};

use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    policy::{Micro, Policy, Preset},
    registration::{ModelIdentity, Registration},
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
    /// Registrations of this pair, m: as many as there are, or as the highest number says.
    pub attempts: u64,
    /// Numbers that nobody has: a registration was made and is not here.
    pub missing: Vec<u64>,
    /// Numbers that several registrations have.
    pub forked: Vec<u64>,
    /// Numbers whose registration does not name the one before it.
    pub broken: Vec<u64>,
    /// Registrations that are due and have no outcome here: they count as failed.
    pub failed: Vec<Digest>,
    /// Registrations without an outcome that are not due yet.
    pub open: Vec<Digest>,
    /// The largest error bound of any of them whose policy is known.
    pub alpha: Micro,
    /// How many have a policy that is no built-in one and not the bundle's; nothing is known of their error bounds.
    pub unknown_policies: u64,
}

impl RegistryReport {
    /// What follows for the verdict, in words.
    pub fn bound(&self) -> String {
        let all = u64::from(self.alpha.0).saturating_mul(self.attempts).min(u64::from(Micro::ONE.0));
        let bound = Micro(u32::try_from(all).unwrap_or(Micro::ONE.0));
        let times =
            if self.attempts == 1 { "1 registration".to_owned() } else { format!("{} registrations", self.attempts) };
        let unless = match self.missing.len() as u64 + self.unknown_policies {
            0 => String::new(),
            n => format!(", if the {n} whose policy is not known here had no larger alpha"),
        };
        format!(
            "{times} of this pair: the chance that any of them ever gives a wrong verdict is at most {} times alpha {}, {bound}{unless}",
            self.attempts, self.alpha
        )
    }
}

/// Looks for the pair of `statement` among `files`; `now` is in Unix seconds.
///
/// # Errors
/// [`CheckError::Malformed`] when a file is neither bundle nor registration: a registry that cannot be read whole says nothing.
pub(crate) fn search(
    files: &[RegistryFile],
    (statement, policy): (&Statement, &Policy),
    now: u64,
) -> Result<RegistryReport, CheckError> {
    let own = statement.registration();
    let mut outcomes = BTreeSet::from([own.digest()]);
    let mut known = BTreeMap::from([(own.digest(), own.clone())]);
    for file in files {
        let (registration, outcome) = read(file)?;
        if outcome {
            outcomes.insert(registration.digest());
        }
        if is_of_pair(&registration, own) {
            known.insert(registration.digest(), registration);
        }
    }
    let mut numbers: BTreeMap<u64, Vec<&Registration>> = BTreeMap::new();
    for registration in known.values() {
        numbers.entry(registration.fields().sequence).or_default().push(registration);
    }
    let highest = numbers.keys().next_back().copied().unwrap_or(1);
    let follows = |number: u64, registration: &Registration| {
        let before = number.checked_sub(1).and_then(|n| numbers.get(&n));
        // Of a missing one nothing can be compared.
        before.is_none_or(|before| before.iter().any(|b| Some(b.digest()) == registration.fields().previous))
    };
    let without = known.values().filter(|registration| !outcomes.contains(&registration.digest()));
    let (failed, open): (Vec<_>, Vec<_>) = without.partition(|registration| registration.fields().due_by < now);
    let digests = |of: Vec<&Registration>| of.into_iter().map(Registration::digest).collect();
    let alphas: Vec<_> = known.values().map(|registration| alpha(registration, policy)).collect();
    Ok(RegistryReport {
        attempts: highest.max(known.len() as u64),
        missing: missing(&numbers, highest),
        forked: numbers.iter().filter(|(_, of)| of.len() > 1).map(|(number, _)| *number).collect(),
        broken: numbers.iter().filter(|(n, of)| of.iter().any(|r| !follows(**n, r))).map(|(n, _)| *n).collect(),
        failed: digests(failed),
        open: digests(open),
        alpha: alphas.iter().flatten().copied().max().unwrap_or(policy.parameters().alpha),
        unknown_policies: alphas.iter().filter(|alpha| alpha.is_none()).count() as u64,
    })
}

/// Most missing numbers that are listed: a number is what somebody wrote into a file.
const LISTED: usize = 100;

fn missing(numbers: &BTreeMap<u64, Vec<&Registration>>, highest: u64) -> Vec<u64> {
    (1..=highest).filter(|number| !numbers.contains_key(number)).take(LISTED).collect()
}

fn read(file: &RegistryFile) -> Result<(Registration, bool), CheckError> {
    let malformed = |e: String| CheckError::Malformed { what: "registry", message: format!("{}: {e}", file.name) };
    if file.bytes.starts_with(b"POTBUNDL") {
        let bundle = Bundle::from_bytes(&file.bytes).map_err(|e| malformed(e.to_string()))?;
        return Ok((bundle.statement.registration().clone(), true));
    }
    Registration::from_bytes(&file.bytes)
        .map(|registration| (registration, false))
        .map_err(|e| malformed(e.to_string()))
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

fn is_of_pair(one: &Registration, other: &Registration) -> bool {
    let (one, other) = (one.fields(), other.fields());
    is_same_model(&one.reference, &other.reference) && is_same_model(&one.candidate, &other.candidate)
}

/// Names of weights are what the auditor calls them; endpoints have nothing else.
fn is_same_model(one: &ModelIdentity, other: &ModelIdentity) -> bool {
    match (one.weights(), other.weights()) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.name() == other.name(),
        _ => false,
    }
}
