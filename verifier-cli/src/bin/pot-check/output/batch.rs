//! A batch for people: a line for what needs attention, then the sums.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::shown;
use crate::batch::Outcomes;

/// Writes the outcome of a batch to stdout.
pub(crate) fn batch(outcomes: &Outcomes) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for bundle in &outcomes.bundles {
        let path = shown(&bundle.path);
        if let Some(error) = &bundle.error {
            writeln!(out, "refused (exit {}): {path}: {error}", bundle.exit)?;
        } else if let Some(first) = bundle.says.as_ref().and_then(|says| says.same_statement_as.as_deref()) {
            writeln!(out, "the same statement again: {path}, as in {}", shown(first))?;
        }
    }
    let sum = &outcomes.summary;
    writeln!(out, "{} bundles, {} accepted", sum.bundles, sum.accepted)?;
    for (number, what) in [
        (sum.invalid, "cryptographically invalid (exit 1)"),
        (sum.malformed, "malformed or unreadable (exit 3)"),
        (sum.untrusted, "under a key or policy that is not trusted (exit 5)"),
        (sum.require_not_met, "valid, but not as --require demands (exit 4)"),
    ] {
        if number > 0 {
            writeln!(out, "  refused    {number} {what}")?;
        }
    }
    if sum.accepted > 0 {
        writeln!(out, "  verdicts   {}", counts(&sum.verdicts))?;
        let again = sum.accepted - sum.statements;
        let note = if again > 0 { format!("; {again} bundles repeat one of them") } else { String::new() };
        writeln!(out, "  statements {} different{note}", sum.statements)?;
        writeln!(out, "  assurance  {}", counts(&sum.assurance))?;
    }
    if sum.registrations_skipped > 0 {
        writeln!(out, "  passed over {} registrations, which are no bundles", sum.registrations_skipped)?;
    }
    writeln!(out, "  what was verified, what was not, and warnings: `pot-check verify` on a single bundle")?;
    out.flush()
}

fn counts(of: &BTreeMap<&str, usize>) -> String {
    of.iter().map(|(what, number)| format!("{what} {number}")).collect::<Vec<_>>().join(", ")
}
