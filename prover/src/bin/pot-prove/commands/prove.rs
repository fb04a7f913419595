//! `pot-prove prove`: from a finished run to a bundle.

use std::path::Path;

use pot_protocol::{
    bundle::Bundle,
    keys::{KeyId, VerifyingKey, snarkjs},
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

    // It opens the scores, so it is for its owner until they publish it.
    folder.write_derived_secret("scores.json", &serde_json::to_vec(prepared.opening())?)?;
    folder.write_derived("verifying.key", &verifying.to_bytes())?;
    folder.write_derived("bundle.json", &serde_json::to_vec_pretty(&bundle.view())?)?;
    // Last: where it is, the others are, and an interrupted attempt can be repeated.
    let path = folder.write_new(BUNDLE, &bundle.to_bytes())?;
    summary(folder, &prepared, &path, &verifying, keys.is_some());
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

/// What is to be known of a key under which one party can forge.
fn note(key: &VerifyingKey) -> Option<String> {
    let (standing, forger) = (key.standing(), key.standing().forger()?);
    Some(format!("note: key {} is a {standing} key: {forger}; pot-check says assurance 'none'", key.id()))
}

/// The flags with which `pot-check` takes this key; `file` is where it lies. Without a named key it takes the built-in ones
/// and, when development keys are allowed, whatever lies in the user's own key folder.
fn key_flags(key: &VerifyingKey, other_keys: bool, file: &str) -> String {
    let worthless = key.standing().forger().is_some();
    let found = key.is_built_in() || worthless && !other_keys;
    let allow = if worthless { " --allow-development-key" } else { "" };
    let trust = if found { String::new() } else { [" --trust ", file].concat() };
    [allow, &trust].concat()
}

fn summary(folder: &RunFolder, prepared: &Prepared, bundle: &Path, key: &VerifyingKey, other_keys: bool) {
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
    let mut flags = key_flags(key, other_keys, &inside("verifying.key"));
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
    if let Some(note) = note(key) {
        output::say(&note);
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use pot_protocol::{
        digest::Digest,
        keys::{BUILT_IN, Ceremony, KeyPoints, Phase1Source, Provenance},
    };

    use super::*;

    fn rehearsal() -> VerifyingKey {
        VerifyingKey::from_bytes(BUILT_IN.iter().find(|key| key.rehearsal).unwrap().bytes).unwrap()
    }

    fn key(provenance: Provenance, points: &KeyPoints) -> VerifyingKey {
        VerifyingKey::new(rehearsal().circuit(), rehearsal().capacity(), provenance, points).unwrap()
    }

    fn ceremony() -> Provenance {
        Provenance::Ceremony(Ceremony {
            phase1: Phase1Source::Private,
            phase1_blake2b: [7; 64],
            contributions: 5,
            beacon: false,
            zkey: Digest([1; 32]),
        })
    }

    #[test]
    fn the_printed_flags_are_those_that_the_checker_asks_for() {
        let rehearsal = rehearsal();
        let points = rehearsal.points();
        let other_powers = KeyPoints { alpha_g1: -points.alpha_g1, ..points.clone() };
        let (allow, trust) = (" --allow-development-key", " --trust v");
        let both = [allow, trust].concat();
        for (key, own_folder, other_folder) in [
            (&key(Provenance::Development, points), allow, both.as_str()),
            // It is built in, so it is found wherever it lies here.
            (&rehearsal, allow, allow),
            (&key(ceremony(), points), allow, &both),
            // In the user's own folder a ceremony's key counts as a development key unless it is named.
            (&key(ceremony(), &other_powers), trust, trust),
        ] {
            assert_eq!(key_flags(key, false, "v"), own_folder, "{}", key.origin());
            assert_eq!(key_flags(key, true, "v"), other_folder, "{}", key.origin());
        }
    }

    #[test]
    fn a_key_that_one_party_can_forge_under_is_announced() {
        let rehearsal = rehearsal();
        let text = note(&rehearsal).unwrap();
        assert!(text.contains("is a rehearsal key: whoever held") && text.contains("assurance 'none'"), "{text}");
        let text = note(&key(Provenance::Development, rehearsal.points())).unwrap();
        assert!(text.contains("is a development key: whoever made it can forge"), "{text}");
        let other_powers = KeyPoints { alpha_g1: -rehearsal.points().alpha_g1, ..rehearsal.points().clone() };
        assert_eq!(note(&key(ceremony(), &other_powers)), None);
    }
}
