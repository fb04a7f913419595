//! `pot-prove prove`: from a finished run to a bundle.

use std::path::Path;

use pot_protocol::{
    bundle::Bundle,
    keys::{KeyId, Provenance, VerifyingKey, snarkjs},
    policy::Preset,
    rule::Verdict,
    score::ScoreKind,
};
use pot_prover::{
    error::ProverError,
    prove::{Prepared, key_for, verifying_key_for},
    run_folder::{RunFolder, read_file},
};
use pot_setup::{KeyStore, development::Step};

use crate::{args::Prove, output};

/// Where the bundle lies in a run folder.
pub(crate) const BUNDLE: &str = "bundle.pot";

pub(crate) fn run(args: &Prove) -> anyhow::Result<()> {
    let folder = RunFolder::open(&args.folder)?;
    in_folder(&folder, args.keys.as_deref(), args.key, args.proof_from.as_deref())
}

/// Proves the run in an open folder, or takes another prover's proof of it, writes the bundle and says what to do next.
pub(crate) fn in_folder(
    folder: &RunFolder,
    keys: Option<&Path>,
    id: Option<KeyId>,
    proof_from: Option<&Path>,
) -> anyhow::Result<()> {
    if folder.has(BUNDLE) {
        let path = folder.path(BUNDLE);
        return Err(ProverError::Usage(format!("{} exists and is not overwritten", path.display())).into());
    }
    let prepared = Prepared::from_folder(folder)?;
    let failed = |e: pot_setup::SetupError| ProverError::Key(e.to_string());
    let store = match keys {
        Some(dir) => KeyStore::open(dir),
        None => KeyStore::open_default(),
    }
    .map_err(failed)?;
    let (bundle, verifying) = match proof_from {
        Some(path) => {
            let proof = snarkjs::read_proof(&read_file(path)?).map_err(|e| ProverError::input(path, e.reason))?;
            let verifying = verifying_key_for(&store, prepared.capacity(), id)?;
            let bundle = prepared.with_proof(&verifying, &proof)?;
            output::say(&format!("the proof in {} verifies under key {}", path.display(), verifying.id()));
            (bundle, verifying)
        }
        None => prove(&prepared, &store, id)?,
    };

    folder.write_derived("scores.json", &serde_json::to_vec(prepared.opening())?)?;
    folder.write_derived("verifying.key", &verifying.to_bytes())?;
    folder.write_derived("bundle.json", &serde_json::to_vec_pretty(&bundle.view())?)?;
    // Last: where it is, the others are, and an interrupted attempt can be repeated.
    let path = folder.write_new(BUNDLE, &bundle.to_bytes())?;
    summary(folder, &prepared, &path, verifying.provenance() == Provenance::Development, keys.is_some());
    Ok(())
}

fn prove(prepared: &Prepared, store: &KeyStore, id: Option<KeyId>) -> Result<(Bundle, VerifyingKey), ProverError> {
    let mut steps = output::Steps::begin("loading the proving key");
    let key = key_for(store, prepared.capacity(), id, |step| match step {
        Step::PassedOver(_, why) => steps.show(&format!("a key is passed over: {why}"), true),
        Step::Computing => steps.show("no key is cached: making a development key (seconds, once)", true),
        Step::Waiting | Step::Saving => {}
    })?;
    steps.show("proving", true);
    let bundle = prepared.prove(&key)?;
    steps.end("proved, and the proof verifies");
    Ok((bundle, key.verifying().clone()))
}

fn summary(folder: &RunFolder, prepared: &Prepared, bundle: &Path, development: bool, other_keys: bool) {
    let corpus = folder.sources().ok().and_then(|s| s.corpus);
    let corpus = corpus.as_deref();
    let fields = prepared.statement().registration().fields();
    let found = match prepared.outcome().verdict {
        Verdict::Same if fields.kind == ScoreKind::KlTopk => "shows no difference in what it gives away from",
        Verdict::Same => "behaves like",
        Verdict::Different => "behaves differently from",
        Verdict::Undecided => "was not told apart from, nor shown to be the same as,",
    };
    let word = prepared.outcome().verdict.word_for(fields.kind);
    output::say(&format!(
        "found: {} {found} {} ({}, {} challenges)",
        fields.candidate.name(),
        fields.reference.name(),
        prepared.outcome().grade_word().map_or_else(|| word.to_owned(), |g| format!("{word}, {g}")),
        prepared.outcome().n
    ));
    // Under `cargo run` the checker is not on the path.
    let check = match std::env::var_os("CARGO") {
        Some(_) => "cargo run --release --bin pot-check -- verify",
        None => "pot-check verify",
    };
    let inside = |name: &str| quoted(&folder.path(name));
    let mut flags = String::new();
    if development {
        flags += " --allow-development-key";
    }
    if other_keys {
        flags += &[" --trust ", &inside("verifying.key")].concat();
    }
    if !Preset::all().iter().any(|p| p.document_digest() == fields.policy.document) {
        flags += &[" --policy ", &inside("policy.json")].concat();
    }
    let bundle = quoted(bundle);
    output::say(&format!(
        "publish: {bundle} alone (scores.json opens the scores, transcript.ndjson the prompts too, secret/ everything)"
    ));
    output::say(&format!("check:   {check} {bundle}{flags}"));
    output::say("and, with everything opened:");
    let corpus = corpus.map(|path| format!(" --corpus {}", quoted(path))).unwrap_or_default();
    output::say(&format!(
        "         {check} {bundle}{flags} --scores {} --transcript {} --reveal {}{corpus}",
        inside("scores.json"),
        quoted(folder.root()),
        inside("secret/challenge-key")
    ));
    if development {
        output::say("note: this is a development key, so the proof convinces nobody but you: assurance 'none'");
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
