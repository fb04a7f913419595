//! The demands, held against a report.

use pot_attestation::PublicKey;
use pot_protocol::{digest::Digest, transcript::Side};
use serde::Serialize;

use super::document::{Acceptance, Model, SignerRole, document_of};
use crate::report::{Piece, Report, Said};

/// A run that says it was sealed later than this after now has a clock that cannot be right, seconds.
const SKEW: u64 = 600;
const DAY: u64 = 86_400;

/// One demand, and whether the report meets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// What was demanded.
    pub demanded: String,
    /// What there is.
    pub found: String,
    /// Whether this is enough.
    pub met: bool,
}

impl Acceptance {
    /// Every demand of this file, against `report`, at `now` (Unix seconds), with the keys of its signers.
    pub fn judge(&self, report: &Report, signers: &[(SignerRole, PublicKey)], now: u64) -> Vec<Demand> {
        let mut demands = self.of_the_verdict(report);
        demands.extend(self.of_the_policy(report));
        demands.extend(self.of_the_time(report, now));
        if let Some(least) = self.assurance {
            demands.push(demand(
                format!("assurance at least {}", least.name()),
                report.assurance.name(),
                report.assurance >= least,
            ));
        }
        for piece in &self.pieces {
            let given = report.pieces.contains(piece) && (*piece != Piece::Nonce || nonce_counts(report, signers));
            demands.push(demand(piece.what().to_owned(), if given { "given, and holds" } else { "not given" }, given));
        }
        if let Some(keys) = &self.verifying_keys {
            demands.push(demand(
                "a proof under one of the verifying keys listed".to_owned(),
                report.key,
                keys.contains(&report.key),
            ));
        }
        let models = [
            ("reference", &self.reference, [report.reference_weights, report.reference_root], &report.reference),
            ("candidate", &self.candidate, [report.candidate_weights, report.candidate_root], &report.candidate),
        ];
        for (side, wanted, roots, name) in models {
            demands.extend(wanted.as_ref().map(|wanted| wanted.judge(side, roots, name)));
        }
        let mut roles: Vec<SignerRole> = signers.iter().map(|(role, _)| *role).collect();
        roles.sort_unstable();
        roles.dedup();
        demands.extend(roles.into_iter().map(|role| signed(role, report, signers)));
        demands
    }

    fn of_the_verdict(&self, report: &Report) -> Vec<Demand> {
        let mut demands = vec![demand(
            format!("verdict {}", self.verdicts.join(" or ")),
            report.verdict,
            self.verdicts.iter().any(|word| word == report.verdict),
        )];
        if let Some(grade) = &self.grade {
            let found = report.grade.unwrap_or("none");
            demands.push(demand(format!("grade {grade}"), found, found == grade));
        }
        if let Some(least) = self.min_n {
            demands.push(demand(format!("at least {least} challenges"), report.n, report.n >= least));
        }
        demands
    }

    fn of_the_policy(&self, report: &Report) -> Vec<Demand> {
        let mut demands = vec![];
        if let Some(policies) = &self.policies {
            // The name that a run gives its policy is the auditor's word: the document decides.
            let met = policies.iter().any(|wanted| document_of(wanted) == Some(report.policy_document));
            let found = match report.preset {
                Some(preset) => format!("the built-in policy {preset}"),
                None => {
                    format!("'{}', {}, which is not built in", report.policy.escape_debug(), report.policy_document)
                }
            };
            demands.push(demand(format!("a policy out of {}", policies.join(", ")), found, met));
        }
        if let Some(kinds) = &self.kinds {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            demands.push(demand(
                format!("scores of {}", names.join(" or ")),
                report.kind,
                kinds.contains(&report.kind),
            ));
        }
        for (name, most, found) in [("alpha", self.max_alpha, report.alpha), ("gamma", self.max_gamma, report.gamma)] {
            demands.extend(most.map(|most| demand(format!("{name} at most {most}"), found, found <= most)));
        }
        demands
    }

    fn of_the_time(&self, report: &Report, now: u64) -> Vec<Demand> {
        let mut demands = vec![];
        if let Some(days) = self.max_age_days {
            let [_, _, sealed] = report.registered_due_sealed;
            let (age, ahead) = (now.saturating_sub(sealed), sealed.saturating_sub(now));
            let found = if ahead > SKEW {
                "sealed in the future, by the auditor's clock".to_owned()
            } else {
                format!("{} days, by the auditor's clock", age.div_ceil(DAY))
            };
            let met = ahead <= SKEW && age <= u64::from(days) * DAY;
            demands.push(demand(format!("sealed at most {days} days ago"), found, met));
        }
        if let Some(most) = self.max_attempts {
            let attempts = report.registry.as_ref().map(|registry| registry.attempts);
            let found = attempts.map_or("no registry was given".to_owned(), |m| m.to_string());
            let met = attempts.is_some_and(|m| m <= most);
            demands.push(demand(format!("at most {most} attempts on this pair"), found, met));
        }
        demands
    }
}

impl Model {
    fn judge(&self, side: &str, roots: [Option<Digest>; 2], name: &str) -> Demand {
        let by_root = |wanted: &Vec<Digest>| roots.iter().flatten().any(|root| wanted.contains(root));
        let by_name = |wanted: &Vec<String>| wanted.iter().any(|one| one == name);
        let shown = roots.iter().flatten().map(Digest::to_string).collect::<Vec<_>>().join(", ");
        let found =
            format!("'{}' ({})", name.escape_debug(), if shown.is_empty() { "no weights at hand" } else { &shown });
        // Where roots are listed a name does not replace them: anybody can call a model anything.
        let met = match (&self.roots, &self.names) {
            (Some(roots), None) => by_root(roots),
            (None, Some(names)) => by_name(names),
            (Some(roots), Some(names)) => by_root(roots) && by_name(names),
            (None, None) => false,
        };
        demand(format!("the {side} to be one of those listed"), found, met)
    }
}

/// Whether the nonce comes from the beacon, or from a key that is none of somebody else's role and, where counterparties are
/// listed, one of theirs: an auditor's own key is named too, and could sign a nonce.
fn nonce_counts(report: &Report, signers: &[(SignerRole, PublicKey)]) -> bool {
    let Some(key) = report.nonce_key else { return true };
    let mut theirs =
        signers.iter().filter(|(role, _)| *role == SignerRole::Counterparty).map(|(_, k)| k.id()).peekable();
    let other = signers.iter().any(|(role, k)| *role != SignerRole::Counterparty && k.id() == key);
    !other && (theirs.peek().is_none() || theirs.any(|id| id == key))
}

/// Whether somebody of `role` signed what this role signs.
fn signed(role: SignerRole, report: &Report, signers: &[(SignerRole, PublicKey)]) -> Demand {
    let keys: Vec<Digest> = signers.iter().filter(|(other, _)| *other == role).map(|(_, key)| key.id()).collect();
    let by = |said: fn(&Said) -> bool| {
        report.signed.iter().filter(|signed| said(&signed.said)).map(|signed| signed.key).collect::<Vec<_>>()
    };
    let (what, found) = match role {
        SignerRole::Auditor => ("the outcome", by(|said| matches!(said, Said::Verdict { .. }))),
        SignerRole::Registrar => ("the registration", by(|said| matches!(said, Said::Registration))),
        SignerRole::Counterparty => ("the nonce", report.nonce_key.into_iter().collect()),
        SignerRole::ReferencePublisher => (
            "the reference",
            by(|said| matches!(said, Said::Reference | Said::Both | Said::Identity { side: Side::Reference })),
        ),
        SignerRole::CandidatePublisher => (
            "the candidate",
            by(|said| matches!(said, Said::Candidate | Said::Both | Said::Identity { side: Side::Candidate })),
        ),
        SignerRole::ReferenceServer => {
            ("the reference's answers", by(|said| matches!(said, Said::Answers { side: Side::Reference, .. })))
        }
        SignerRole::CandidateServer => {
            ("the candidate's answers", by(|said| matches!(said, Said::Answers { side: Side::Candidate, .. })))
        }
    };
    let met = found.iter().any(|key| keys.contains(key));
    let shown = match &found[..] {
        [] => "signed by nobody that was given".to_owned(),
        found => format!("signed by {}", found.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ")),
    };
    demand(format!("{what} signed by the {}", role.name()), shown, met)
}

fn demand(demanded: String, found: impl std::fmt::Display, met: bool) -> Demand {
    Demand { demanded, found: found.to_string(), met }
}
