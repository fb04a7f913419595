//! The report as in-toto's Simple Verification Result, for clients that ask a verifier they trust.

use pot_attestation::{SVR, Statement, Subject, VerificationResult};
use pot_protocol::{digest::Digest, transcript::Side};

use crate::{
    acceptance::{Roles, roles_of},
    report::{Report, Said, Signed},
};

/// Who verified, when, and by which policy file of his own.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    /// URI of the verifier.
    pub verifier: String,
    /// The acceptance policy that was met: what it is called, and its SHA-256.
    pub acceptance: Option<(String, Digest)>,
    /// Its keys with their roles.
    pub roles: Roles<'a>,
    /// RFC 3339.
    pub time: String,
}

/// The statement about `bundle` (the file's bytes), and about the models where they were read from files. Only for a report
/// that is accepted: every property in it holds.
pub fn svr(report: &Report, bundle: &[u8], verified: Verified<'_>) -> Statement<VerificationResult> {
    let mut subject = vec![Subject::sha256("bundle.pot", Digest::of(bundle))];
    for (role, root) in [("reference", report.reference_root), ("candidate", report.candidate_root)] {
        subject.extend(root.map(|root| Subject::sha256(role, root)));
    }
    let properties = properties(report, &verified);
    let result = VerificationResult::new(verified.verifier, verified.acceptance, verified.time, properties);
    Statement::new(subject, SVR, result)
}

/// Every property, in the order of the report.
fn properties(report: &Report, verified: &Verified<'_>) -> Vec<String> {
    let word = |text: &str| text.to_ascii_uppercase().replace('-', "_");
    let roles = &verified.roles;
    let mut names = vec![format!("VERDICT_{}", word(report.verdict))];
    names.extend(report.grade.map(|grade| format!("GRADE_{}", word(grade))));
    names.push(format!("ASSURANCE_{}", word(roles.assurance(report).name())));
    if !report.forgeable_key {
        names.push("PROOF_VERIFIED".to_owned());
    }
    names.extend(report.preset.map(|preset| format!("POLICY_{}", word(preset))));
    let pieces = report.pieces.iter().filter(|piece| roles.counts(**piece, report));
    names.extend(pieces.map(|piece| format!("{}_VERIFIED", word(piece.name()))));
    // A signature by somebody whose role is another says nothing here.
    let counts = |signed: &&Signed| {
        roles_of(&signed.said).iter().any(|role| roles.signers_of(*role, report).contains(&signed.key))
    };
    for signed in report.signed.iter().filter(counts) {
        let what = match signed.said {
            Said::Verdict { .. } => &["OUTCOME"][..],
            Said::Registration => &["REGISTRATION"],
            Said::Reference | Said::Identity { side: Side::Reference } => &["REFERENCE"],
            Said::Candidate | Said::Identity { side: Side::Candidate } => &["CANDIDATE"],
            Said::Both => &["REFERENCE", "CANDIDATE"],
            Said::Answers { side: Side::Reference, .. } => &["REFERENCE_ANSWERS"],
            Said::Answers { side: Side::Candidate, .. } => &["CANDIDATE_ANSWERS"],
        };
        names.extend(what.iter().map(|what| format!("SIGNED_{what}")));
    }
    names.extend(verified.acceptance.is_some().then(|| "ACCEPTANCE_POLICY_MET".to_owned()));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.into_iter().map(|name| format!("POT_{name}")).collect()
}
