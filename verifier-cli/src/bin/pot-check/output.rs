//! The one owner of stdout and stderr: data on stdout, talk on stderr.

use std::io::{self, Write};

use pot_protocol::digest::Digest;
use pot_verifier::{
    Report,
    trust::{KeyReport, Source},
};
use serde::Serialize;

/// Writes one JSON document to stdout.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

/// Longest message that is shown, in characters.
const LONGEST: usize = 4000;

/// A message as it is shown. Parts of it may come out of hostile files: one line, nothing that a terminal would obey, and
/// not as long as the file.
pub(crate) fn shown(message: &str) -> String {
    let mut chars = message.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

/// Writes an error line to stderr. When even that fails, the exit code has to do.
pub(crate) fn error(message: &str) {
    let _ = writeln!(io::stderr(), "pot-check: {}", shown(message));
}

/// Writes one line of hexadecimal to stdout.
pub(crate) fn hex(bytes: &[u8]) -> io::Result<()> {
    writeln!(io::stdout(), "0x{}", hex::encode(bytes))
}

/// Writes the trusted keys to stdout.
pub(crate) fn keys(keys: &[KeyReport]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for key in keys {
        writeln!(out, "{}{}", key.id, labelled(key))?;
        let circuit = if key.known_circuit { "" } else { ", not known to this program: never used" };
        writeln!(out, "  circuit    {} (capacity {}{circuit})", key.circuit, key.capacity)?;
        writeln!(out, "  provenance {}", key.provenance)?;
        writeln!(out, "  trust      {}", key.trust)?;
    }
    out.flush()
}

/// What a key is called, and why it is trusted.
fn labelled(key: &KeyReport) -> String {
    let source = match key.source {
        Source::BuiltIn => "built in",
        Source::TrustFile => "from the trust file",
        Source::OwnFolder => "your own",
        _ => "named",
    };
    let label = key.label.as_deref().map(|label| format!("'{}', ", label.escape_debug())).unwrap_or_default();
    format!(" ({label}{source})")
}

/// Writes a report for people to stdout.
pub(crate) fn report(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let grade = report.grade.map(|g| format!(" ({g})")).unwrap_or_default();
    writeln!(out, "{}{grade} after {} challenges", report.verdict, report.n)?;
    let weights = |digest: Option<Digest>, settings: &Option<String>| match (digest, settings) {
        (Some(digest), _) => format!("weights {digest}"),
        (None, Some(settings)) => format!("an endpoint, weights not at hand; asked by {}", settings.escape_debug()),
        (None, None) => "weights not at hand".to_owned(),
    };
    let (reference, candidate) = (
        weights(report.reference_weights, &report.reference_settings),
        weights(report.candidate_weights, &report.candidate_settings),
    );
    writeln!(out, "  reference  {} ({reference})", report.reference.escape_debug())?;
    writeln!(out, "  candidate  {} ({candidate})", report.candidate.escape_debug())?;
    writeln!(out, "  challenges {}", report.challenges.escape_debug())?;
    writeln!(out, "  policy     {} ({} scores)", report.policy.escape_debug(), report.kind)?;
    writeln!(out, "  meaning    {}", report.bound)?;
    writeln!(out, "  attempts   {} in all, at most {} for one answer", report.attempts.0, report.attempts.1)?;
    writeln!(out, "  registrations known for this pair: at least {}", report.registrations_known)?;
    writeln!(out, "  statement  {}", report.statement_digest)?;
    let key = &report.trusted_key;
    writeln!(out, "  key        {}{}", key.id, labelled(key))?;
    writeln!(out, "             {}", key.provenance)?;
    writeln!(out, "             {}", key.trust)?;
    writeln!(out, "  assurance: {}", report.assurance.name())?;
    for (title, lines) in
        [("verified", &report.verified), ("not given", &report.not_given), ("warning", &report.warnings)]
    {
        for line in lines {
            writeln!(out, "  {title}: {line}")?;
        }
    }
    out.flush()
}
