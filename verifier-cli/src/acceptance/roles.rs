//! Which signature counts for what, by the checker's own list of keys.

use pot_attestation::PublicKey;
use pot_protocol::{digest::Digest, transcript::Side};

use super::document::SignerRole;
use crate::report::{Assurance, Piece, Report, Said, Signed};

/// Keys with their roles. Without any, every key that the checker named may have signed anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roles<'a>(&'a [(SignerRole, PublicKey)]);

impl<'a> Roles<'a> {
    /// The keys of an acceptance file.
    pub fn new(signers: &'a [(SignerRole, PublicKey)]) -> Self {
        Self(signers)
    }

    /// Whether `key` may act in `role`.
    fn allows(&self, role: SignerRole, key: Digest) -> bool {
        self.0.is_empty() || self.0.iter().any(|(other, k)| *other == role && k.id() == key)
    }

    /// The keys by which what `role` signs was signed, as far as they may sign it. Answers count only if they are those of
    /// every record, or of the records that the checker drew.
    pub(crate) fn signers_of(&self, role: SignerRole, report: &Report) -> Vec<Digest> {
        if role == SignerRole::Counterparty {
            return report.nonce_key.into_iter().filter(|key| self.allows(role, *key)).collect();
        }
        let fits = |signed: &&Signed| roles_of(&signed.said).contains(&role) && self.allows(role, signed.key);
        let complete = |signed: &&Signed| match signed.said {
            Said::Answers { records, .. } => covers_the_run(records, report) || is_the_checkers_sample(report),
            _ => true,
        };
        report.signed.iter().filter(fits).filter(complete).map(|signed| signed.key).collect()
    }

    /// Whether a piece was given and counts: a nonce has to be the beacon's, or signed by a key that is none of somebody else's
    /// role and, where counterparties are listed, one of theirs. An auditor's own key is named too, and could sign a nonce.
    pub(crate) fn counts(&self, piece: Piece, report: &Report) -> bool {
        let given = report.pieces.contains(&piece);
        let (Piece::Nonce, Some(key)) = (piece, report.nonce_key) else { return given };
        let has = |role: SignerRole| self.0.iter().any(|(other, k)| *other == role && k.id() == key);
        let listed = self.0.iter().any(|(role, _)| *role == SignerRole::Counterparty);
        let of_another = self.0.iter().any(|(role, k)| *role != SignerRole::Counterparty && k.id() == key);
        given && !of_another && (!listed || has(SignerRole::Counterparty))
    }

    /// The assurance level under these roles: `signed` takes answers and figures of all records under a key that may sign the
    /// candidate's answers, and that speaks for nobody else in this report.
    pub fn assurance(&self, report: &Report) -> Assurance {
        let speaks_for_others = |key: Digest| {
            let of_auditor = |signed: &Signed| matches!(signed.said, Said::Verdict { .. } | Said::Registration);
            report.nonce_key == Some(key) || report.signed.iter().any(|s| s.key == key && of_auditor(s))
        };
        let by_its_server = report.signed.iter().any(|signed| match signed.said {
            Said::Answers { side: Side::Candidate, records, figures: true } => {
                covers_the_run(records, report)
                    && self.allows(SignerRole::CandidateServer, signed.key)
                    && !speaks_for_others(signed.key)
            }
            _ => false,
        });
        match report.assurance {
            Assurance::None => Assurance::None,
            _ if by_its_server => Assurance::Signed,
            _ => Assurance::Arithmetic,
        }
    }
}

fn covers_the_run(records: usize, report: &Report) -> bool {
    records == report.n as usize
}

/// Whether the records at hand are those that the checker asked for: an auditor could choose others.
fn is_the_checkers_sample(report: &Report) -> bool {
    report.pieces.contains(&Piece::Openings) && !report.pieces.contains(&Piece::Transcript)
}

/// The roles that what was signed belongs to.
pub(crate) fn roles_of(said: &Said) -> &'static [SignerRole] {
    match said {
        Said::Verdict { .. } => &[SignerRole::Auditor],
        Said::Registration => &[SignerRole::Registrar],
        Said::Reference | Said::Identity { side: Side::Reference } => &[SignerRole::ReferencePublisher],
        Said::Candidate | Said::Identity { side: Side::Candidate } => &[SignerRole::CandidatePublisher],
        Said::Both => &[SignerRole::ReferencePublisher, SignerRole::CandidatePublisher],
        Said::Answers { side: Side::Reference, .. } => &[SignerRole::ReferenceServer],
        Said::Answers { side: Side::Candidate, .. } => &[SignerRole::CandidateServer],
    }
}
