//! The demands, held against a report.

use std::collections::BTreeSet;

use pot_attestation::PublicKey;
use pot_protocol::digest::Digest;
use serde::Serialize;

use super::{
    document::{Acceptance, Model, SignerRole, document_of},
    roles::{Roles, roles_of},
};
use crate::report::{Report, Said, Signed};

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
        let roles = Roles::new(signers);
        let mut demands = self.of_the_verdict(report);
        demands.extend(self.of_the_policy(report));
        demands.extend(self.of_the_time(report, now));
        if let Some(least) = self.assurance {
            demands.push(demand(
                format!("assurance at least {}", least.name()),
                roles.assurance(report).name(),
                roles.assurance(report) >= least,
            ));
        }
        for piece in &self.pieces {
            let given = roles.counts(*piece, report);
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
        // The file's own roles: whoever passes no key for one meets nothing by that.
        let demanded: BTreeSet<SignerRole> = self.roles().chain(signers.iter().map(|(role, _)| *role)).collect();
        demands.extend(demanded.into_iter().map(|role| signed(role, report, signers)));
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
        // A name is the auditor's word: it counts for what has no weights at hand, an endpoint.
        let by_name = |wanted: &Vec<String>| roots[0].is_none() && wanted.iter().any(|one| one == name);
        let shown = roots.iter().flatten().map(Digest::to_string).collect::<Vec<_>>().join(", ");
        let found =
            format!("'{}' ({})", name.escape_debug(), if shown.is_empty() { "no weights at hand" } else { &shown });
        // Where roots are listed a name does not replace them: anybody can call a model anything.
        let met = match (&self.roots, &self.names) {
            (Some(roots), _) => by_root(roots),
            (None, Some(names)) => by_name(names),
            (None, None) => false,
        };
        demand(format!("the {side} to be one of those listed"), found, met)
    }
}

/// Whether somebody of `role` signed what this role signs.
fn signed(role: SignerRole, report: &Report, signers: &[(SignerRole, PublicKey)]) -> Demand {
    let of_role: Vec<_> = signers.iter().filter(|(other, _)| *other == role).cloned().collect();
    let met = !of_role.is_empty() && !Roles::new(&of_role).signers_of(role, report).is_empty();
    let mut by: Vec<String> = match role {
        SignerRole::Counterparty => report.nonce_key.iter().map(Digest::to_string).collect(),
        _ => report.signed.iter().filter(|s| roles_of(&s.said).contains(&role)).map(by_whom).collect(),
    };
    by.dedup();
    let found = if by.is_empty() {
        "signed by nobody that was given".to_owned()
    } else {
        format!("signed by {}", by.join(", "))
    };
    demand(format!("{} signed by the {}", role.what(), role.name()), found, met)
}

fn by_whom(signed: &Signed) -> String {
    match signed.said {
        Said::Answers { records, .. } => format!("{} in {records} records", signed.key),
        _ => signed.key.to_string(),
    }
}

fn demand(demanded: String, found: impl std::fmt::Display, met: bool) -> Demand {
    Demand { demanded, found: found.to_string(), met }
}
