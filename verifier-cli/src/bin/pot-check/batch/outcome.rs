//! What became of each bundle of a batch, and of all together.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use pot_protocol::digest::Digest;
use pot_verifier::{Assurance, Report};
use serde::Serialize;

use crate::{
    args::Required,
    exit::{Exit, Stop},
    output,
};

/// The outcome of one bundle.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    /// Where it lies.
    pub(crate) path: String,
    /// The exit code that `pot-check verify` would end with.
    pub(crate) exit: u8,
    /// What it says, if it is valid.
    #[serde(flatten)]
    pub(crate) says: Option<Says>,
    /// Why it is not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// What a valid bundle says.
#[derive(Debug, Serialize)]
pub(crate) struct Says {
    verdict: &'static str,
    grade: Option<&'static str>,
    n: u32,
    policy: String,
    assurance: Assurance,
    statement_digest: Digest,
    /// How many warnings `pot-check verify` prints about it.
    warnings: usize,
    /// The first bundle with the same statement, if another one has it: the two are one publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) same_statement_as: Option<String>,
}

/// All of them together.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) bundles: usize,
    pub(crate) accepted: usize,
    /// Exit 1.
    pub(crate) invalid: usize,
    /// Exit 3.
    pub(crate) malformed: usize,
    /// Exit 4.
    pub(crate) require_not_met: usize,
    /// Exit 5.
    pub(crate) untrusted: usize,
    /// Of the accepted ones.
    pub(crate) verdicts: BTreeMap<&'static str, usize>,
    /// Of the accepted ones.
    pub(crate) assurance: BTreeMap<&'static str, usize>,
    /// How many different statements the accepted ones have.
    pub(crate) statements: usize,
    /// Registrations that lay between the bundles.
    pub(crate) registrations_skipped: usize,
}

/// Outcomes as they come in.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) bundles: Vec<Outcome>,
    pub(crate) summary: Summary,
    /// Where each statement was accepted first.
    seen: HashMap<Digest, usize>,
}

impl Outcomes {
    pub(super) fn skip_registration(&mut self) {
        self.summary.registrations_skipped += 1;
    }

    pub(super) fn add(&mut self, path: &Path, told: Result<Report, Stop>, require: Option<Required>) {
        let path = path.display().to_string();
        let summary = &mut self.summary;
        summary.bundles += 1;
        let outcome = match told {
            Ok(report) => {
                let met = require.is_none_or(|r| r.met_by(report.verdict));
                let mut says = Says::of(&report);
                if met {
                    summary.accepted += 1;
                    *summary.verdicts.entry(report.verdict).or_default() += 1;
                    *summary.assurance.entry(report.assurance.name()).or_default() += 1;
                    let first = *self.seen.entry(report.statement_digest).or_insert(self.bundles.len());
                    says.same_statement_as = self.bundles.get(first).map(|first| first.path.clone());
                    summary.statements = self.seen.len();
                } else {
                    summary.require_not_met += 1;
                }
                let error =
                    (!met).then(|| format!("valid, but it says {}, not what --require demands", report.verdict));
                let exit = if met { Exit::Accepted } else { Exit::RequireNotMet };
                Outcome { path, exit: exit as u8, says: Some(says), error }
            }
            Err(Stop(exit, message)) => {
                *match exit {
                    Exit::Invalid => &mut summary.invalid,
                    Exit::Trust => &mut summary.untrusted,
                    _ => &mut summary.malformed,
                } += 1;
                Outcome { path, exit: exit as u8, says: None, error: Some(output::shown(&message)) }
            }
        };
        self.bundles.push(outcome);
    }
}

impl Says {
    fn of(report: &Report) -> Self {
        Self {
            verdict: report.verdict,
            grade: report.grade,
            n: report.n,
            policy: report.policy.clone(),
            assurance: report.assurance,
            statement_digest: report.statement_digest,
            warnings: report.warnings.len(),
            same_statement_as: None,
        }
    }
}

impl Summary {
    /// How the whole ends: accepted if all are, else what is worst. A proof or statement that does not hold is worse than what
    /// cannot be read, that worse than what is not trusted, and least is a valid bundle that says something else.
    pub(super) fn exit(&self) -> Exit {
        if self.invalid > 0 {
            Exit::Invalid
        } else if self.malformed > 0 {
            Exit::Malformed
        } else if self.untrusted > 0 {
            Exit::Trust
        } else if self.require_not_met > 0 {
            Exit::RequireNotMet
        } else {
            Exit::Accepted
        }
    }
}
