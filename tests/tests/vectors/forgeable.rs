//! Publications under a key whose secrets are known: every proof holds, so what is opened has to tell.

use pot_protocol::{
    digest::Digest,
    policy::{Policy, Preset},
    registration::{ModelIdentity, NonceSource, PolicyRef, Positions},
    rule::{Capacity, Verdict},
    score::{Figures, Score, ScoreKind},
    transcript::{Event, Record, Side},
};
use pot_verifier::trust::known_circuit;

use crate::{
    forged::{Forgery, KEY, N, POINTS, Trapdoor},
    set::{ALLOW, Outcome, Set},
};

/// The key whose secrets are known.
pub(crate) const KEY_FILE: &str = "valid/forgeable/verifying.key";
/// The same as a trust file.
pub(crate) const TRUST_FILE: &str = "valid/forgeable/trust.json";
const BASE: &str = "valid/forgeable/transcript.ndjson";
const REVEAL: &str = "valid/forgeable/challenge-key";

/// The key and a publication that is consistent in itself. Everything else is built upon them.
pub(crate) fn add_valid(set: &mut Set) {
    set.class("valid");
    let (forgery, trapdoor) = (Forgery::consistent(), Trapdoor::new(known_circuit(Capacity::C128)));
    let (key, statement) = (trapdoor.key.to_bytes(), forgery.statement());
    let trust = serde_json::json!({ "format": "pot trust v1",
        "keys": [{ "id": trapdoor.key.id().to_string(), "label": "its secrets are known", "key": hex::encode(&key) }] });
    set.store(KEY_FILE, key);
    set.store(TRUST_FILE, (serde_json::to_string_pretty(&trust).unwrap() + "\n").into_bytes());
    set.store("valid/forgeable/bundle.pot", trapdoor.forge(&statement, POINTS));
    set.store("valid/forgeable/scores.json", forgery.opening(&statement));
    set.store(BASE, forgery.transcript().1.into_bytes());
    set.store(REVEAL, hex::encode(KEY).into_bytes());
    for (name, flag, file) in
        [("forgeable", "--trust", KEY_FILE), ("forgeable-by-trust-file", "--trust-file", TRUST_FILE)]
    {
        let args =
            ["verify", "valid/forgeable/bundle.pot", ALLOW, flag, file, "--scores", "valid/forgeable/scores.json"];
        let more = ["--transcript", BASE, "--reveal", REVEAL];
        let why = "Forged with the key's secrets and consistent in itself: only a rerun of the records would show it.";
        set.vector(name, &[&args[..], &more].concat(), Outcome(0, "SAME after 11 challenges", why));
    }
}

pub(crate) fn add(set: &mut Set) {
    set.class("forged");
    outcomes(set);
    records(set);
    families(set);
    corpora(set);
    repeated(set);
    lower_bound(set);
}

/// A forged publication with everything opened.
fn opened(set: &mut Set, name: &str, forgery: &Forgery, outcome: Outcome<'_>) {
    let statement = forgery.statement();
    let [bundle, scores, transcript] = ["pot", "json", "ndjson"].map(|extension| set.path(name, extension));
    set.store(&bundle, self::bundle(forgery));
    set.store(&scores, forgery.opening(&statement));
    let args = ["verify", &bundle, ALLOW, "--trust", KEY_FILE, "--scores", &scores, "--reveal", REVEAL, "--transcript"];
    let lines = forgery.transcript().1.into_bytes();
    if lines == set.get(BASE) {
        set.vector(name, &[&args[..], &[BASE]].concat(), outcome);
    } else {
        set.derive(&transcript, BASE, &lines);
        set.vector(name, &[&args[..], &[&transcript]].concat(), outcome);
    }
}

/// Other verdicts than the rule gives on the committed scores.
fn outcomes(set: &mut Set) {
    let why = "With the scores opened the verdict is derived without any key.";
    let bent = |bend| Forgery { bend, ..Forgery::consistent() };
    opened(set, "verdict", &bent(|s| s.verdict = Verdict::Different), Outcome(1, "the rule gives", why));
    opened(set, "grade", &bent(|s| s.grade = true), Outcome(1, "the rule gives", why));
    let later = bent(|s| (s.n, s.attempts_total) = (12, 24));
    opened(set, "n", &later, Outcome(1, "11 scores where the bundle states n = 12", why));
    let mut other = Forgery::consistent();
    other.committed[3] = Score::saturating(2);
    let why = "Score root and evidence root have to hold the same scores.";
    opened(set, "committed-scores", &other, Outcome(1, "not those of the records", why));
    let mut different = Forgery::consistent();
    different.committed = vec![Score::MAX; 11];
    let why = "The rule stops at 10 with DIFFERENT on these scores.";
    opened(set, "scores-of-different", &different, Outcome(1, "the rule gives", why));
    let hidden = bent(|s| (s.attempts_total, s.attempts_most) = (23, 2));
    opened(set, "attempts", &hidden, Outcome(1, "the transcript counts", "Attempts are those of the log."));
    let mut more = Forgery::consistent();
    more.records[0].reference.attempts = 2;
    more.records.push(Record {
        index: N,
        figures: Figures { bytes: 1, ..more.records[0].figures.clone() },
        ..more.records[1].clone()
    });
    let why =
        "A repeated attempt makes room for another record in the counts; records are counted before they are compared.";
    opened(set, "more-records-than-scores", &more, Outcome(1, "12 scores where the bundle states n = 11", why));
    let mut longer = Forgery::consistent();
    longer.trailing = vec![Event::Intent { index: N, side: Side::Reference, attempt: 1, at: 0 }];
    let why = "Nothing is asked after the rule has stopped.";
    opened(set, "asked-beyond-the-stop", &longer, Outcome(1, "goes on after its last record", why));
}

/// Records that do not fit together, below an evidence root that holds them.
fn records(set: &mut Set) {
    type Bend = fn(&mut Record);
    let rows: [(&str, Bend, &str); 12] = [
        ("score", |r| r.score = Score::saturating(1), "its figures give"),
        ("figure", |r| r.figures.candidate[0] += 4096, "its figures give"),
        ("figure-negative", |r| r.figures.candidate[0] = -1, "lies outside"),
        ("figure-huge", |r| r.figures.reference[0] = i64::MAX, "lies outside"),
        ("divergence-negative", |r| r.figures.reference = vec![4096, 4096], "negative divergence"),
        ("figures-missing", |r| r.figures.candidate.truncate(1), "where K = 2 were asked for"),
        ("figures-empty", |r| r.figures.reference.clear(), "an answer without figures is not a score"),
        ("text-length", |r| r.figures.bytes = 1, "does not fit the score kind"),
        ("tokens-differ", |r| r.candidate.tokens[1] = 9, "different tokens"),
        ("one-token", |r| (r.reference.tokens, r.candidate.tokens) = (vec![1], vec![1]), "two tokens"),
        ("number-type", |r| "q1".clone_into(&mut r.candidate.dtype), "number type"),
        ("prompt", |r| r.prompt.push('!'), "not the committed challenge"),
    ];
    for (name, bend, reason) in rows {
        let mut forgery = Forgery::consistent();
        bend(&mut forgery.records[4]);
        let why = "A record has to fit together, and the registration, whatever root it lies under.";
        opened(set, &format!("record-{name}"), &forgery, Outcome(1, reason, why));
    }
}

/// The bundle of a forged publication.
fn bundle(forgery: &Forgery) -> Vec<u8> {
    Trapdoor::new(known_circuit(Capacity::C128)).forge(&forgery.statement(), POINTS)
}

/// Families of prompts that nobody knows.
fn families(set: &mut Set) {
    let key = ["--trust", KEY_FILE];
    let mut unicorn = Forgery::consistent();
    "unicorn".clone_into(&mut unicorn.registration.family.name);
    let why = "Nobody knows what prompts that family has.";
    set.bundle("family", bundle(&unicorn), &key, Outcome(5, "challenge family unicorn v1 is not known", why));
    let mut newer = Forgery::consistent();
    newer.registration.family.version = 2;
    set.bundle("family-version", bundle(&newer), &key, Outcome(5, "challenge family grammar v2 is not known", why));
}

/// Private texts that are not the registered one, or not fit for prompts.
fn corpora(set: &mut Set) {
    let mut corpus = Forgery::consistent();
    let (registered, text) = (set.path("corpus-too-short", "txt"), "A corpus of one line.\n");
    "corpus".clone_into(&mut corpus.registration.family.name);
    corpus.registration.family.corpus = Some(pot_protocol::challenge::Corpus::digest_of(text));
    let path = set.path("corpus", "pot");
    set.store(&path, bundle(&corpus));
    set.store(&registered, text.as_bytes().to_vec());
    let (other, binary) = (set.path("corpus-other", "txt"), set.path("corpus-not-utf-8", "txt"));
    set.store(&other, b"Another corpus.\n".to_vec());
    set.store(&binary, b"\xff\xfe\0".to_vec());
    for (name, file, outcome) in [
        ("corpus-other", &other, Outcome(1, "the corpus is not the registered one", "Its digest is registered.")),
        ("corpus-not-utf-8", &binary, Outcome(3, "corpus: invalid utf-8", "A corpus is text.")),
        (
            "corpus-too-short",
            &registered,
            Outcome(3, "distinct prompts", "Prompts that anyone can prepare for are none."),
        ),
    ] {
        let args = ["verify", &path, ALLOW, "--trust", KEY_FILE, "--reveal", REVEAL, "--corpus", file];
        set.vector(name, &args, outcome);
    }
}

/// A verdict on a lower bound, which does not pass for one on the divergence.
fn lower_bound(set: &mut Set) {
    let mut topk = Forgery::consistent();
    let policy: Policy = Preset::all().into_iter().find(|p| p.name() == "QUICK-TOPK").unwrap().policy();
    topk.registration.policy = PolicyRef {
        name: policy.parameters().name.clone(),
        document: policy.document_digest(),
        coefficients: policy.coefficients_digest(),
    };
    topk.registration.kind = ScoreKind::KlTopk;
    topk.registration.positions = Positions::Last(4);
    topk.registration.nonce = NonceSource::Counterparty { name: "the other party".to_owned() };
    topk.registration.candidate = endpoint();
    set.store("valid/forgeable/same-topk.pot", bundle(&topk));
    let args = ["verify", "valid/forgeable/same-topk.pot", ALLOW, "--trust", KEY_FILE];
    let why = "An endpoint that shows its most likely tokens, with the nonce of another party.";
    set.vector("same-topk", &args, Outcome(0, "SAME-TOPK after 11 challenges", why));
    let why = "SAME on a lower bound of the divergence is less than SAME.";
    set.class("require").vector(
        "same-topk-is-not-same",
        &[&args[..], &["--require", "SAME"]].concat(),
        Outcome(4, "does not say what --require demands", why),
    );
}

/// A model behind an interface.
fn endpoint() -> ModelIdentity {
    ModelIdentity::Endpoint {
        name: "openai:https://models.example/v1#m".to_owned(),
        dialect: "openai".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "5 most likely tokens".to_owned(),
        tokenizer: Digest([3; 32]),
    }
}

/// An endpoint that says about one text what it said about another, and the same with answers of their own.
fn repeated(set: &mut Set) {
    let mut forgery = Forgery::served(endpoint());
    let base = "valid/forgeable/endpoint.ndjson";
    set.store(base, forgery.transcript().1.into_bytes());
    forgery.records[7].candidate.answer = forgery.records[2].candidate.answer;
    let lines = forgery.transcript().1;
    let [path, transcript] = ["pot", "ndjson"].map(|extension| set.path("answer-repeated", extension));
    set.store(&path, bundle(&forgery));
    set.derive(&transcript, base, lines.as_bytes());
    let args = ["verify", &path, ALLOW, "--trust", KEY_FILE, "--transcript", &transcript];
    let reason = "record 7: the candidate said exactly what it had said about challenge 2";
    set.vector("answer-repeated", &args, Outcome(1, reason, "No model that reads the texts says the same about two."));
}
