//! The report as in-toto's Simple Verification Result, for clients that ask a verifier they trust.

use pot_attestation::{SVR, Statement, Subject, VerificationResult};
use pot_protocol::{digest::Digest, transcript::Side};

use crate::report::{Assurance, Report, Said};

/// Who verified, when, and by which policy file of his own.
#[derive(Clone, Debug)]
pub struct Verified {
    /// URI of the verifier.
    pub verifier: String,
    /// The acceptance policy that was met: what it is called, and its SHA-256.
    pub acceptance: Option<(String, Digest)>,
    /// RFC 3339.
    pub time: String,
}

/// The statement about `bundle` (the file's bytes), and about the models where they were read from files. Only for a report
/// that is accepted: every property in it holds.
pub fn svr(report: &Report, bundle: &[u8], verified: Verified) -> Statement<VerificationResult> {
    let mut subject = vec![Subject::sha256("bundle.pot", Digest::of(bundle))];
    for (role, root) in [("reference", report.reference_root), ("candidate", report.candidate_root)] {
        subject.extend(root.map(|root| Subject::sha256(role, root)));
    }
    let met = verified.acceptance.is_some();
    let properties = properties(report, met);
    let result = VerificationResult::new(verified.verifier, verified.acceptance, verified.time, properties);
    Statement::new(subject, SVR, result)
}

/// Every property, in the order of the report.
fn properties(report: &Report, accepted: bool) -> Vec<String> {
    let word = |text: &str| text.to_ascii_uppercase().replace('-', "_");
    let mut names = vec![format!("VERDICT_{}", word(report.verdict))];
    names.extend(report.grade.map(|grade| format!("GRADE_{}", word(grade))));
    names.push(format!("ASSURANCE_{}", word(report.assurance.name())));
    if report.assurance != Assurance::None {
        names.push("PROOF_VERIFIED".to_owned());
    }
    names.extend(report.preset.map(|preset| format!("POLICY_{}", word(preset))));
    names.extend(report.pieces.iter().map(|piece| format!("{}_VERIFIED", word(piece.name()))));
    for signed in &report.signed {
        let what = match signed.said {
            Said::Verdict { .. } => &["OUTCOME"][..],
            Said::Registration => &["REGISTRATION"],
            Said::Reference => &["REFERENCE"],
            Said::Candidate => &["CANDIDATE"],
            Said::Both => &["REFERENCE", "CANDIDATE"],
            Said::Identity { side: Side::Reference } => &["REFERENCE_IDENTITY"],
            Said::Identity { side: Side::Candidate } => &["CANDIDATE_IDENTITY"],
            Said::Answers { side: Side::Reference, .. } => &["REFERENCE_ANSWERS"],
            Said::Answers { side: Side::Candidate, .. } => &["CANDIDATE_ANSWERS"],
        };
        names.extend(what.iter().map(|what| format!("SIGNED_{what}")));
    }
    names.extend(accepted.then(|| "ACCEPTANCE_POLICY_MET".to_owned()));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.into_iter().map(|name| format!("POT_{name}")).collect()
}
