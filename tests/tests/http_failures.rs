//! A server that fails in every way that HTTP allows: the commands end with exit code 1 and say why, nothing that it did
//! becomes a score, there is no verdict, and a run that had begun goes on once the server is well again.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod http_kinds;
mod stub;

use std::{fs, path::Path, sync::atomic::AtomicUsize, sync::atomic::Ordering, thread};

use http_kinds::{KINDS, Kind};
use pot_protocol::transcript::Transcript;
use pot_tests::{Ran, copy_folder, prove, scratch, text};
use stub::Stub;

/// Seconds that a run waits for an answer that never comes, and for any other.
const SHORT: &str = "3";
const LONG: &str = "60";

/// How many kinds are tried at once: most of the time is spent waiting.
const AT_ONCE: usize = 6;

/// Challenges that are answered before the server fails.
const BEFORE: usize = 2;

fn transcript(out: &Path) -> Transcript {
    Transcript::replay(&fs::read(out.join("transcript.ndjson")).unwrap()).unwrap()
}

/// Tries all kinds, each with a server of its own thread and a fresh folder.
fn for_each_kind(prepare: impl Fn(&Stub, &Path) + Sync, try_kind: impl Fn(&Kind, &Stub, &Path) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let root = scratch();
                let stub = Stub::honest("builtin:base", usize::MAX);
                prepare(&stub, root.path());
                while let Some(kind) = KINDS.get(next.fetch_add(1, Ordering::SeqCst)) {
                    try_kind(kind, &stub, root.path());
                }
            });
        }
    });
}

#[allow(clippy::print_stdout, reason = "shows what is said of each kind")]
fn without_verdict(kind: &Kind, ran: &Ran) {
    println!("{}: {}", kind.name, ran.stderr.lines().last().unwrap_or_default());
    for word in ["SAME after", "DIFFERENT after", "UNDECIDED", "found:"] {
        assert!(!ran.stdout.contains(word) && !ran.stderr.contains(word), "{}: {ran:?}", kind.name);
    }
    assert!(ran.stdout.is_empty(), "{}: {ran:?}", kind.name);
}

#[test]
fn a_server_that_fails_while_it_is_probed_is_not_registered() {
    for_each_kind(
        |_, _| {},
        |kind, stub, root| {
            let out = root.join("run");
            let limit = if kind.waits { "1" } else { LONG };
            stub.fail(kind.fail, None);
            let setting = ["--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--timeout", limit];
            let ran = prove(&[&["audit", "--out", text(&out)], &setting[..]].concat());
            without_verdict(kind, &ran);
            assert_eq!(ran.code, 1, "{}: {ran:?}", kind.name);
            ran.expect(1).says("candidate model").says(kind.says);
            assert!(!out.exists(), "{}", kind.name);
            assert_eq!(fs::read_dir(root).unwrap().count(), 0, "{}: something is left behind", kind.name);
        },
    );
}

#[test]
fn a_server_that_fails_in_a_run_pauses_it_and_nothing_becomes_a_score() {
    for_each_kind(
        |stub, root| {
            let setting = ["--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--timeout", LONG];
            prove(&[&["register", "--out", text(&root.join("registered"))], &setting[..]].concat()).expect(0);
        },
        |kind, stub, root| {
            let out = root.join(kind.name.replace('/', " "));
            copy_folder(&root.join("registered"), &out);
            // How long to wait is no part of what was registered.
            let sources = fs::read_to_string(out.join("sources.json")).unwrap();
            let waits = |limit: &str| format!("\"timeout_seconds\": {limit}");
            assert!(sources.contains(&waits(LONG)), "{sources}");
            if kind.waits {
                fs::write(out.join("sources.json"), sources.replace(&waits(LONG), &waits(SHORT))).unwrap();
            }
            stub.fail(kind.fail, Some(BEFORE));
            let paused = prove(&["run", text(&out)]);
            without_verdict(kind, &paused);
            assert_eq!(paused.code, 1, "{}: {paused:?}", kind.name);
            paused.expect(1).says("challenge 2: the candidate gave no usable answer").says(kind.says).says("--resume");
            let sealed = transcript(&out).records().to_vec();
            assert_eq!(sealed.len(), BEFORE, "{}: what was answered is sealed, and no more", kind.name);
            prove(&["prove", text(&out)]).expect(2).says("no decision");
            for file in ["bundle.pot", "bundle.json", "scores.json"] {
                assert!(!out.join(file).exists(), "{}: {file}", kind.name);
            }

            stub.recover();
            fs::write(out.join("sources.json"), sources).unwrap();
            prove(&["run", text(&out), "--resume"]).expect(0).says("SAME after");
            let after = transcript(&out);
            assert_eq!(after.records()[..BEFORE], sealed, "{}", kind.name);
            assert!(after.records().iter().all(|record| record.score.units() == 0), "{}", kind.name);
            // Every failed attempt is counted in the one record that it was about.
            let attempts: Vec<u32> = after.records().iter().map(|record| record.candidate.attempts).collect();
            let others = attempts.iter().enumerate().filter(|(at, _)| *at != BEFORE);
            assert!(attempts[BEFORE] > 1 && others.map(|(_, n)| *n).all(|n| n == 1), "{}: {attempts:?}", kind.name);
        },
    );
}

#[test]
fn an_answer_that_fails_as_often_as_the_policy_allows_ends_the_run_for_good() {
    let kind = KINDS.iter().find(|kind| kind.name == "a body cut off by too short a length").unwrap();
    let (root, stub) = (scratch(), Stub::honest("builtin:base", usize::MAX));
    let out = root.path().join("run");
    let setting = ["--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--timeout", LONG];
    prove(&[&["register", "--out", text(&out)], &setting[..]].concat()).expect(0);
    stub.fail(kind.fail, Some(BEFORE));
    prove(&["run", text(&out)]).expect(1).says("pass --resume");
    // Each way on costs one attempt, until there is none left.
    let mut attempts = 1;
    let spent = loop {
        let ran = prove(&["run", text(&out), "--resume"]);
        without_verdict(kind, &ran);
        assert_eq!(ran.code, 1, "{ran:?}");
        if ran.stderr.contains("as often as the policy allows") {
            break ran;
        }
        attempts += 1;
        assert!(attempts <= 100, "no policy allows more: {ran:?}");
    };
    assert!(!spent.stderr.contains("--resume"), "{spent:?}");
    spent
        .expect(1)
        .says(&format!("challenge {BEFORE}: the candidate has been asked {attempts} times"))
        .says("register a new one");
    // Nor does it help that the server is well again.
    stub.recover();
    prove(&["run", text(&out), "--resume"]).expect(1).says("as often as the policy allows");
    assert_eq!(transcript(&out).records().len(), BEFORE);
}
