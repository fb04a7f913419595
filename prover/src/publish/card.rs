//! A part of a model card as Hugging Face reads it: results in the YAML at its head (`model-index`), and text.
//!
//! <https://github.com/huggingface/hub-docs/blob/main/modelcard.md>

use super::Published;

/// The Markdown.
pub(super) fn render(published: &Published<'_>) -> String {
    // JSON strings are YAML's double-quoted strings.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (registration, verdict) = (published.registration(), published.verdict());
    let statement = &published.checked.bundle.statement;
    let reference = registration.reference.name();
    let source = published
        .options
        .url
        .as_deref()
        .map(|url| format!("    source:\n      name: Proof-of-Training bundle\n      url: {}\n", quoted(url)));
    let link = match &published.options.url {
        Some(url) => format!("[the bundle]({url})"),
        None => "the bundle beside this release".to_owned(),
    };
    let metric = |name: &str, kind: &str, value: &str| {
        format!("    - type: {kind}\n      name: {}\n      value: {value}\n", quoted(name))
    };
    let metrics = [
        metric(&format!("behavioural identity with {reference}"), "behavioral_identity", &quoted(verdict)),
        metric("challenges asked", "challenges", &statement.outcome().n.to_string()),
    ]
    .concat();
    format!(
        "---\nmodel-index:\n- name: {model}\n  results:\n  - task:\n      type: text-generation\n    dataset:\n      name: \
         {family}\n      type: proof-of-training\n    metrics:\n{metrics}{source}---\n\n## Behavioural identity\n\n\
         **{verdict}** against {reference_text}. {bound}.{consequence}\n\nVerify {link} without running any model:\n\n\
         ```sh\n{check}\n```\n\n\
         Statement `{digest}`, policy `{policy}`. That the scores came from these models is the auditor's word.\n",
        check = published.check("release/"),
        model = quoted(published.model()),
        family =
            quoted(&format!("committed challenges, {} v{}", registration.family.name, registration.family.version)),
        source = source.unwrap_or_default(),
        reference_text = super::summary::text(reference),
        bound = published.bound(),
        consequence = published.consequence().map(|c| format!(" {c}.")).unwrap_or_default(),
        digest = statement.digest(),
        policy = super::summary::text(&registration.policy.name),
    )
}
