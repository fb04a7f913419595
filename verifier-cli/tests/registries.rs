//! What the registrations and outcomes that somebody collected say about the pair of a bundle.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

#[allow(dead_code, reason = "other tests use more of it")]
mod known;

use known::{ceremony, key, statement};
use pot_protocol::{digest::Digest, policy::Preset, registration::ModelIdentity, statement::RawStatement};
use pot_verifier::{
    CheckError, Class, Evidence, Piece, RegistryFile, RegistryReport, Report, check,
    trust::{TrustStore, known_circuit},
};

/// Later than every due date here, which are at 20,000.
const NOW: u64 = 20_001;

/// A run of the pair with this number, after that one.
fn run(sequence: u64, previous: Option<Digest>) -> RawStatement {
    let mut raw = statement();
    (raw.registration.sequence, raw.registration.previous) = (sequence, previous);
    raw
}

fn digest(raw: &RawStatement) -> Digest {
    raw.registration.clone().validate().unwrap().digest()
}

/// Registers `preset`.
fn under(mut raw: RawStatement, preset: Preset) -> RawStatement {
    let (policy, registered) = (preset.policy(), &mut raw.registration.policy);
    preset.name().clone_into(&mut registered.name);
    (registered.document, registered.coefficients) = (policy.document_digest(), policy.coefficients_digest());
    raw
}

fn bundle(raw: &RawStatement) -> Vec<u8> {
    let key = key(raw.capacity, ceremony(), known_circuit(raw.capacity));
    known::bundle(&key, raw.clone().validate().unwrap()).to_bytes()
}

fn outcome(raw: &RawStatement) -> RegistryFile {
    RegistryFile { name: "outcome.pot".to_owned(), bytes: bundle(raw) }
}

fn registration(raw: &RawStatement) -> RegistryFile {
    let bytes = raw.registration.clone().validate().unwrap().to_bytes();
    RegistryFile { name: "registration.pot".to_owned(), bytes }
}

fn checked(own: &RawStatement, files: &[RegistryFile], now: u64) -> Result<Report, CheckError> {
    let mut trust = TrustStore::new(false);
    trust.add(&key(own.capacity, ceremony(), known_circuit(own.capacity)).to_bytes()).unwrap();
    check(&bundle(own), &trust, &Evidence { registry: Some((files, now)), ..Evidence::default() })
}

fn search(own: &RawStatement, files: &[RegistryFile]) -> RegistryReport {
    checked(own, files, NOW).unwrap().registry.unwrap()
}

/// What is warned of the registry.
fn warned(report: &Report) -> Vec<&str> {
    report.warnings.iter().filter_map(|warning| warning.strip_prefix("registry: ")).collect()
}

#[test]
fn a_whole_chain_with_its_outcomes_counts_its_runs() {
    let first = run(1, None);
    let second = run(2, Some(digest(&first)));
    let mut third = run(3, Some(digest(&second)));
    third.sealed_at = third.registration.due_by;
    let report = checked(&third, &[outcome(&first), outcome(&second), outcome(&third)], NOW).unwrap();
    assert!(report.pieces.contains(&Piece::Registry) && warned(&report).is_empty(), "{:?}", report.warnings);
    assert_eq!(report.registrations_known, 3);
    let found = report.registry.clone().unwrap();
    assert_eq!((found.files, found.attempts, found.missing_count, found.unknown_policies), (3, 3, 0, 0));
    assert!([&found.missing, &found.forked, &found.broken].iter().all(|of| of.is_empty()));
    assert!([&found.repeated, &found.failed, &found.open].iter().all(|of| of.is_empty()));
    let bound = "3 files were read; attempts on this pair: 3. The chance that any of them ever gives a wrong verdict is at \
                 most 3 times alpha 0.025, 0.075, if nothing was tried before it was registered";
    assert_eq!(found.bound(), bound);
    assert!(report.verified.contains(&format!("registry: {bound}")));
    assert!(report.not_given.iter().any(|line| line.starts_with("the proofs of other outcomes")));
    assert!(report.trusted_for.iter().any(|trustee| trustee.who == "the registry's collector"));
    // One's own bundle counts whether or not it is among the files.
    assert_eq!(search(&third, &[outcome(&first), outcome(&second)]).attempts, 3);
}

#[test]
fn a_run_without_an_outcome_in_time_has_failed_once_it_was_due() {
    let first = run(1, None);
    let own = run(2, Some(digest(&first)));
    for (now, failed) in [(20_000, false), (20_001, true)] {
        let report = checked(&own, &[registration(&first)], now).unwrap();
        let found = report.registry.as_ref().unwrap();
        let (of, other) = if failed { (&found.failed, &found.open) } else { (&found.open, &found.failed) };
        assert_eq!((of, other.is_empty()), (&vec![digest(&first)], true), "{now}");
        assert_eq!(warned(&report).len(), usize::from(failed));
    }
    // An outcome that came too late is none in time, also before the date.
    let mut late = own.clone();
    late.sealed_at = late.registration.due_by + 1;
    let report = checked(&late, &[outcome(&first)], 0).unwrap();
    assert_eq!(report.registry.as_ref().unwrap().failed, [digest(&late)]);
    assert!(warned(&report)[0].starts_with("1 registrations of this pair have no outcome"), "{:?}", report.warnings);
}

#[test]
fn numbers_of_which_nothing_is_known_count_as_attempts() {
    let own = run(5, Some(Digest([9; 32])));
    let report = checked(&own, &[outcome(&own)], NOW).unwrap();
    let found = report.registry.as_ref().unwrap();
    assert_eq!((found.attempts, found.missing_count, found.unknown_policies), (5, 4, 4));
    assert_eq!((found.missing.as_slice(), found.broken.len()), (&[1, 2, 3, 4][..], 0));
    assert!(warned(&report)[0].starts_with("4 numbers, 1 first, have no registration here"), "{:?}", report.warnings);
    let unless =
        "if nothing was tried before it was registered, and the 4 whose policy is not known here had no larger alpha";
    assert!(found.bound().ends_with(unless), "{}", found.bound());

    // Two that name different ones before them: both are attempts, of which one number tells.
    let mut fork = own.clone();
    fork.registration.previous = Some(Digest([8; 32]));
    let forked = search(&own, &[outcome(&fork)]);
    assert_eq!((forked.attempts, forked.unknown_policies, forked.forked), (7, 5, vec![5]));

    // The first hundred are listed; a bound is never above one.
    let far = search(&run(200, Some(Digest([9; 32]))), &[outcome(&run(1, None))]);
    assert_eq!((far.missing.len(), far.missing_count, far.missing[0]), (100, 198, 2));
    assert!(far.bound().contains("at most 200 times alpha 0.025, 1, if"), "{}", far.bound());
}

#[test]
fn a_chain_that_forks_or_breaks_is_warned_of() {
    let first = run(1, None);
    let mut twin = first.clone();
    twin.registration.run_id = Digest([9; 32]);
    let own = run(2, Some(digest(&first)));
    let report = checked(&own, &[outcome(&first), outcome(&twin)], NOW).unwrap();
    let found = report.registry.as_ref().unwrap();
    assert_eq!((found.forked.as_slice(), found.broken.len(), found.attempts), (&[1][..], 0, 3));
    assert_eq!(warned(&report), ["numbers [1] were given to several registrations, all of which count"]);

    // It names another one than the first that is here: that one is an attempt as well.
    let stray = run(2, Some(Digest([7; 32])));
    let report = checked(&stray, &[outcome(&first)], NOW).unwrap();
    let found = report.registry.as_ref().unwrap();
    assert_eq!((found.broken.as_slice(), found.attempts, found.unknown_policies), (&[2][..], 3, 1));
    assert!(warned(&report)[0].starts_with("numbers [2] do not name the registration before them"));
}

#[test]
fn every_outcome_of_one_registration_is_an_attempt() {
    let own = run(1, None);
    let mut again = own.clone();
    again.evidence_root = Digest([9; 32]);
    let report = checked(&own, &[outcome(&own), outcome(&again)], NOW).unwrap();
    let found = report.registry.as_ref().unwrap();
    assert_eq!((found.attempts, found.repeated.as_slice()), (2, &[digest(&own)][..]));
    assert!(warned(&report)[0].starts_with("1 registrations have several outcomes"), "{:?}", report.warnings);
}

#[test]
fn the_largest_alpha_of_the_known_policies_bounds_all() {
    let own = under(run(1, None), Preset::Audit);
    let own = RawStatement { capacity: pot_protocol::rule::Capacity::C1024, n: 60, attempts_total: 120, ..own };
    let own = RawStatement { circuit: known_circuit(own.capacity), ..own };
    let quick = run(2, Some(digest(&own)));
    let found = search(&own, &[registration(&quick)]);
    assert_eq!((found.alpha.to_string().as_str(), found.unknown_policies), ("0.025", 0));
    assert_eq!(search(&own, &[outcome(&own)]).alpha.to_string(), "0.01");
    let mut strange = quick;
    strange.registration.policy.document = Digest([9; 32]);
    let found = search(&own, &[registration(&strange)]);
    assert_eq!((found.alpha.to_string().as_str(), found.unknown_policies), ("0.01", 1));
}

#[test]
fn only_the_pair_of_the_bundle_counts() {
    let own = run(1, None);
    let mut other = own.clone();
    if let ModelIdentity::Weights { weights, .. } = &mut other.registration.candidate {
        *weights = Digest([9; 32]);
    }
    let found = search(&own, &[outcome(&other), registration(&other)]);
    assert_eq!((found.files, found.attempts), (2, 1));
}

#[test]
fn a_registry_that_cannot_be_read_whole_says_nothing() {
    let own = run(1, None);
    let mut cut = outcome(&own);
    cut.bytes.pop();
    for files in [vec![], vec![cut], vec![registration(&own), RegistryFile { name: "x".to_owned(), bytes: vec![1] }]] {
        assert_eq!(checked(&own, &files, NOW).unwrap_err().class(), Class::Malformed);
    }
}
