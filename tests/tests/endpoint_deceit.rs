//! Endpoints that mean ill or are handled clumsily: answers that are repeated in a run, servers that are not ready, keys.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod stub;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use pot_inference::LogProbs;
use pot_protocol::transcript::Transcript;
use pot_tests::{Ran, command, prove, scratch, text};
use serde_json::{Value, json};
use stub::{Stub, failing::PROBE, honest};

/// What a server makes up: a log-probability from a token's place, counted from the end, and its number.
type MadeUp = fn(usize, u32) -> f64;

fn made_up(tokens: &[u32], by: MadeUp) -> Value {
    let row = |(at, &token): (usize, &u32)| json!({ token.to_string(): { "logprob": by(tokens.len() - at, token), "rank": 1 } });
    std::iter::once(Value::Null).chain(tokens.iter().enumerate().skip(1).map(row)).collect()
}

const BY_PLACE: MadeUp = |place, _| -1.5 - f64::from(u32::try_from(place % 7).unwrap());
const BY_TOKEN: MadeUp = |_, token| -1.5 - f64::from(token % 3);
const CONSTANT: MadeUp = |_, _| -1.5;
const CERTAIN: MadeUp = |_, _| 0.0;

/// What is said of every server that does not read. How soon a table is seen hangs on how often the tokens of the first
/// texts, which are drawn, come again.
const UNREAD: &str = "no model that reads the text does that";

fn records(out: &Path) -> usize {
    Transcript::replay(&fs::read(out.join("transcript.ndjson")).unwrap()).unwrap().records().len()
}

#[test]
fn an_endpoint_that_makes_its_answers_up_in_a_run_gives_no_verdict() {
    let root = scratch();
    for (i, (by, from, sealed, says)) in [
        // The first of these looks like any other answer; the second is seen.
        (BY_PLACE, 3, 4..=4, "challenge 4: the candidate said exactly what it had said about challenge 3"),
        (BY_PLACE, 0, 1..=1, "challenge 1: the candidate said exactly what it had said about challenge 0"),
        (BY_TOKEN, 2, 2..=4, UNREAD),
        (CONSTANT, 0, 0..=1, UNREAD),
        (CERTAIN, 0, 0..=1, UNREAD),
    ]
    .into_iter()
    .enumerate()
    {
        let (seen, begin) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
        let (count, start) = (seen.clone(), begin.clone());
        // It behaves while it is probed, and later for as many questions as it is told.
        let answer = move |answer: &LogProbs, tokens: &[u32], top: usize| {
            let honestly = tokens.len() <= PROBE || count.fetch_add(1, Ordering::SeqCst) < start.load(Ordering::SeqCst);
            if honestly { honest(answer, tokens, top) } else { made_up(tokens, by) }
        };
        let stub = Stub::serve("builtin:base", usize::MAX, Box::new(answer));
        let out = root.path().join(i.to_string());
        let policy = "quick-delta-logprob";
        prove(&["register", "--candidate", &stub.spec(), "--policy", policy, "--out", text(&out)]).expect(0);
        seen.store(0, Ordering::SeqCst);
        begin.store(from, Ordering::SeqCst);
        prove(&["run", text(&out)]).expect(1).says(says).says("register a new one");
        let before = records(&out);
        assert!(sealed.contains(&before), "{i}: {before} of {sealed:?}");
        prove(&["prove", text(&out)]).expect(2).says("no decision");
        // That the server comes to its senses makes no answer of what it said before.
        begin.store(usize::MAX, Ordering::SeqCst);
        prove(&["run", text(&out), "--resume"]).expect(1).says(says);
        assert_eq!(records(&out), before, "{says}");
    }
}

#[test]
fn an_answer_from_before_an_interruption_is_remembered() {
    let root = scratch();
    let out = root.path().join("run");
    let answer = |answer: &LogProbs, tokens: &[u32], top: usize| {
        if tokens.len() <= PROBE { honest(answer, tokens, top) } else { made_up(tokens, BY_PLACE) }
    };
    let stub = Stub::serve("builtin:base", usize::MAX, Box::new(answer));
    prove(&["register", "--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&out)]).expect(0);
    // The server dies after the first challenge; the run probes again before it, with one question less than registering.
    let probing = stub.asked.load(Ordering::SeqCst);
    stub.patience.store(2 * probing - 1 + 1, Ordering::SeqCst);
    prove(&["run", text(&out)]).expect(1).says("no usable answer");
    assert_eq!(records(&out), 1);
    stub.patience.store(usize::MAX, Ordering::SeqCst);
    let says = "challenge 1: the candidate said exactly what it had said about challenge 0";
    prove(&["run", text(&out), "--resume"]).expect(1).says(says);
}

#[test]
fn identical_models_repeat_scores_and_not_answers() {
    let root = scratch();
    for (policy, out) in [("quick", "a"), ("quick-delta-logprob", "b"), ("quick-topk", "c")] {
        let out = root.path().join(out);
        let candidate = if policy == "quick-topk" {
            Stub::honest("builtin:base", usize::MAX).spec()
        } else {
            "builtin:base".to_owned()
        };
        prove(&["register", "--candidate", &candidate, "--policy", policy, "--out", text(&out)]).expect(0);
        prove(&["run", text(&out)]).expect(0).says("SAME");
    }
}

#[test]
fn a_server_that_is_not_ready_yet_is_waited_for() {
    let root = scratch();
    let out = root.path().join("run");
    let stub = Stub::honest("builtin:base", usize::MAX);
    stub.loading.store(2, Ordering::SeqCst);
    prove(&["register", "--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&out)]).expect(0);
    assert_eq!(stub.loading.load(Ordering::SeqCst), 0);
    stub.loading.store(usize::MAX, Ordering::SeqCst);
    let again = root.path().join("again");
    prove(&["register", "--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&again)])
        .expect(1)
        .says("HTTP 503: Loading model");
}

#[test]
fn keys_go_where_they_were_given_for_and_are_written_nowhere() {
    const KEY: &str = "sk-3f9Zq7-secret";
    let root = scratch();
    let out = root.path().join("run");
    let (reference, candidate) = (Stub::honest("builtin:base", usize::MAX), Stub::honest("builtin:base", usize::MAX));
    let run = |args: &[&str]| -> Ran { command("pot-prove", args).env("POT_TEST_KEY", KEY).output().unwrap().into() };
    let (here, there) = (reference.spec(), candidate.spec());
    let ran = run(&[
        "audit",
        "--reference",
        &here,
        "--candidate",
        &there,
        "--policy",
        "quick-delta-logprob",
        "--api-key-env",
        "POT_TEST_KEY",
        "--out",
        text(&out),
    ])
    .expect(0);
    let keys = |stub: &Stub| stub.keys.lock().unwrap().clone();
    assert_eq!(keys(&candidate), [format!("Bearer {KEY}")].into());
    assert_eq!(keys(&reference), BTreeSet::new(), "another host, and no key was given for it");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(KEY));
    let mut folders = vec![out];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let bytes = fs::read(&entry).unwrap();
                assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "{}", entry.display());
            }
        }
    }
    // Who gives the key itself for the variable's name does not see it again.
    let out = root.path().join("other");
    let mistaken = run(&[
        "register",
        "--candidate",
        &there,
        "--policy",
        "quick-delta-logprob",
        "--api-key-env",
        KEY,
        "--out",
        text(&out),
    ]);
    let mistaken = mistaken.expect(2).says("give a variable's name, never the key");
    assert!(!mistaken.stderr.contains(KEY), "{}", mistaken.stderr);
    // A bare URL is no file that is missing.
    let bare = run(&["register", "--candidate", "http://127.0.0.1:1", "--out", text(&out)]);
    bare.expect(2).says("vllm:URL#MODEL");
}

#[test]
fn a_run_folder_alone_sends_no_secret_and_asks_nobody_else() {
    const KEY: &str = "sk-8Kq2vT-secret";
    let root = scratch();
    let out = root.path().join("run");
    let (stub, elsewhere) = (Stub::honest("builtin:base", usize::MAX), Stub::honest("builtin:base", usize::MAX));
    let run = |args: &[&str]| -> Ran { command("pot-prove", args).env("POT_TEST_KEY", KEY).output().unwrap().into() };
    let named = ["--api-key-env", "POT_TEST_KEY"];
    let register = ["register", "--candidate", &stub.spec(), "--policy", "quick-topk", "--out", text(&out)];
    run(&[&register[..], &named].concat()).expect(0).says("--api-key-env POT_TEST_KEY");
    let asked = stub.asked.load(Ordering::SeqCst);
    run(&["run", text(&out)]).expect(2).says("pass --api-key-env POT_TEST_KEY");
    run(&["run", text(&out), "--api-key-env", "ANOTHER"]).expect(2).says("pass --api-key-env POT_TEST_KEY");
    assert_eq!(stub.asked.load(Ordering::SeqCst), asked);
    // Whoever edits the folder can neither turn the key to another host nor ask for fewer tokens than registered.
    let sources = out.join("sources.json");
    let good = fs::read_to_string(&sources).unwrap();
    fs::write(&sources, good.replace(&stub.spec(), &elsewhere.spec())).unwrap();
    run(&[&["run", text(&out)], &named[..]].concat()).expect(2).says("registered is");
    assert_eq!(elsewhere.asked.load(Ordering::SeqCst), 0);
    assert_eq!(*elsewhere.keys.lock().unwrap(), BTreeSet::new());
    let fewer = good.replace("\"top\": 5", "\"top\": 2");
    assert_ne!(fewer, good);
    fs::write(&sources, fewer).unwrap();
    run(&[&["run", text(&out)], &named[..]].concat()).expect(3).says("not the registered one");
    fs::write(&sources, good).unwrap();
    run(&[&["run", text(&out)], &named[..]].concat()).expect(0).says("SAME-TOPK");
    run(&["prove", text(&out)]).expect(0);
    let checked = command("pot-check", &["verify", text(&out), "--allow-development-key"]).output().unwrap();
    let checked = Ran::from(checked).expect(0).stdout;
    assert!(checked.contains(", top 5, "), "{checked}");
}
