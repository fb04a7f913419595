//! One page for people who have neither program.

use std::time::{Duration, UNIX_EPOCH};

use pot_protocol::{digest::Digest, registration::ModelIdentity};

use super::Published;

/// The Markdown. `files` are the files of the release that are made by now.
pub(super) fn render(published: &Published<'_>, files: &[(String, Digest)]) -> String {
    let statement = &published.checked.bundle.statement;
    let (registration, fields) = (published.registration(), statement.fields());
    let outcome = statement.outcome();
    let grade = outcome.grade_word().map(|grade| format!(" ({grade})")).unwrap_or_default();
    let consequence = published.consequence().map(|c| format!("{c}.\n\n")).unwrap_or_default();
    let key = &published.checked.verifying;
    let worth = match key.standing().forger() {
        Some(alone) => format!("**This key proves nothing to others: {}.**", alone.trim_end_matches('.')),
        None => "Get this key from a source that you trust, not from here.".to_owned(),
    };
    let listed: Vec<String> = files.iter().map(|(name, digest)| format!("| `{name}` | `{digest}` |\n")).collect();
    format!(
        "# {verdict}{grade}: {candidate} against {reference}\n\n{bound}.\n\n{consequence}\
         | | |\n|---|---|\n| reference | {reference}, {of_reference} |\n| candidate | {candidate}, {of_candidate} |\n\
         | policy | {policy} (`{document}`) |\n| challenges | {n}, {family} v{version} |\n\
         | registered, sealed, due | {registered}, {sealed}, {due}, by the auditor's clock; number {sequence} of this pair |\n\
         | attempts | {attempts} in all, at most {most} for one answer |\n| statement | `{digest}` |\n\
         | verifying key | `{key_id}`, {origin} |\n\n## Check it\n\n\
         ```sh\n{check}\n```\n\n\
         with {signer}the verifying key {key_id}. {worth} `sha256sum -c {sums}` compares the files.\n\n\
         ## What this does not show\n\n\
         That the scores came from these models is the auditor's word; a sample of the records, a rerun or the vendor's \
         signature show more. SAME is equivalence on average and no backdoor detector: a model that is far off on a few per \
         cent of the prompts can be called SAME. Of several runs one may have been chosen, unless a nonce of somebody else \
         and a registry show otherwise.\n\n## Files\n\n| file | SHA-256 |\n|---|---|\n{listed}",
        listed = listed.concat(),
        verdict = published.verdict(),
        check = published.check("."),
        signer = if published.signed { "the signer's public key and " } else { "" },
        candidate = text(published.model()),
        reference = text(registration.reference.name()),
        bound = published.bound(),
        of_reference = weights(&registration.reference),
        of_candidate = weights(&registration.candidate),
        policy = text(&registration.policy.name),
        document = registration.policy.document,
        n = outcome.n,
        family = text(&registration.family.name),
        version = registration.family.version,
        registered = time(registration.registered_at),
        sealed = time(fields.sealed_at),
        due = time(registration.due_by),
        sequence = registration.sequence,
        attempts = statement.attempts().total,
        most = statement.attempts().most,
        digest = statement.digest(),
        key_id = key.id(),
        origin = key.origin(),
        sums = super::SUMS,
    )
}

fn weights(identity: &ModelIdentity) -> String {
    identity.weights().map_or_else(
        || "an endpoint, whose weights were not at hand".to_owned(),
        |weights| format!("weights `{weights}`"),
    )
}

/// A name as plain text in Markdown and in a table: what would be markup, or end a cell, is escaped.
pub(super) fn text(name: &str) -> String {
    name.chars()
        .flat_map(|c| {
            let escaped = c.is_ascii_punctuation() && !matches!(c, '.' | '-' | '/' | ':' | ',');
            escaped.then_some('\\').into_iter().chain([if c.is_control() { ' ' } else { c }])
        })
        .collect()
}

/// RFC 3339, as far as there are such dates.
pub(super) fn time(seconds: u64) -> String {
    let seconds = seconds.min(253_402_300_799);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
}
