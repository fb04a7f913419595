//! A server that fails in every way that HTTP allows: the commands end with exit code 1 and say why, nothing that it did
//! becomes a score, there is no verdict, and a run that had begun goes on once the server is well again.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod http_kinds;
mod stub;

use std::{fs, path::Path, sync::atomic::AtomicUsize, sync::atomic::Ordering, thread};

use http_kinds::{KINDS, Kind};
use pot_protocol::transcript::Transcript;
use pot_tests::{Ran, copy_folder, prove, scratch, text};
use stub::{Stub, failing::When};

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

/// One of the interfaces, and the cheapest registration by it.
struct Interface {
    name: &'static str,
    spec: fn(&Stub) -> String,
    settings: &'static [&'static str],
    /// Requests about one challenge.
    requests: usize,
    /// What is said when both models are the same.
    same: &'static str,
    /// Whether prompts go as text, so that none may end inside a character.
    as_text: bool,
}

const TOKENS: &[&str] = &["--policy", "quick-delta-logprob"];
const LISTS: &[&str] = &["--policy", "quick-topk", "--positions", "4"];
const INTERFACES: [Interface; 4] = [
    Interface { name: "vllm", spec: Stub::spec, settings: TOKENS, requests: 1, same: "SAME after", as_text: false },
    Interface {
        name: "llamacpp",
        spec: Stub::llamacpp_spec,
        settings: TOKENS,
        requests: 1,
        same: "SAME after",
        as_text: false,
    },
    Interface {
        name: "openai",
        spec: Stub::openai_spec,
        settings: LISTS,
        requests: 4,
        same: "SAME-TOPK after",
        as_text: false,
    },
    Interface {
        name: "ollama",
        spec: Stub::ollama_spec,
        settings: LISTS,
        requests: 4,
        same: "SAME-TOPK after",
        as_text: true,
    },
];

impl Interface {
    /// Registers or audits against `stub` in `root`.
    fn prove(&self, command: &str, stub: &Stub, root: &Path, out: &str, limit: &str) -> Ran {
        let (spec, out, corpus) = ((self.spec)(stub), root.join(out), root.join("corpus"));
        let mut args = vec![command, "--candidate", &spec, "--timeout", limit, "--out", text(&out)];
        args.extend(self.settings);
        if self.as_text {
            // Numbers are windows enough, each byte of them a character.
            let numbers: Vec<String> = (0_u32..200_000).map(|n| n.to_string()).collect();
            fs::write(&corpus, numbers.join(" ")).unwrap();
            args.extend(["--corpus", text(&corpus)]);
        }
        prove(&args)
    }
}

/// Tries kinds by interfaces, each with a server of its own thread and a fresh folder.
fn for_each(
    wanted: impl Fn(&Interface, &Kind) -> bool,
    prepare: impl Fn(&Interface, &Stub, &Path) + Sync,
    try_kind: impl Fn(&Interface, &Kind, &Stub, &Path) + Sync,
) {
    let all = INTERFACES.iter().flat_map(|interface| KINDS.iter().map(move |kind| (interface, kind)));
    let wanted: Vec<(&Interface, &Kind)> = all.filter(|(interface, kind)| wanted(interface, kind)).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let stub = Stub::honest("builtin:base", usize::MAX);
                let mut prepared: Option<(&str, tempfile::TempDir)> = None;
                while let Some((interface, kind)) = wanted.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if prepared.as_ref().is_none_or(|(name, _)| *name != interface.name) {
                        let root = scratch();
                        prepare(interface, &stub, root.path());
                        prepared = Some((interface.name, root));
                    }
                    let (_, root) = prepared.as_ref().unwrap();
                    try_kind(interface, kind, &stub, root.path());
                    stub.recover();
                }
            });
        }
    });
}

#[allow(clippy::print_stdout, reason = "shows what is said of each kind")]
fn without_verdict(interface: &Interface, kind: &Kind, ran: &Ran) {
    println!("{}, {}: {}", interface.name, kind.name, ran.stderr.lines().last().unwrap_or_default());
    for word in ["SAME after", "SAME-TOPK after", "DIFFERENT after", "UNDECIDED", "found:"] {
        assert!(!ran.stdout.contains(word) && !ran.stderr.contains(word), "{}: {ran:?}", kind.name);
    }
    assert!(ran.stdout.is_empty(), "{}: {ran:?}", kind.name);
}

#[test]
fn a_server_that_fails_while_it_is_probed_is_not_registered() {
    for_each(
        // Connecting is one for all interfaces; each asks its questions in its own way.
        |_, _| true,
        |_, _, _| {},
        |interface, kind, stub, root| {
            let whens: &[When] =
                if interface.name == "vllm" { &[When::AtOnce, When::AtQuestions] } else { &[When::AtQuestions] };
            for when in whens {
                let limit = if kind.waits { "1" } else { LONG };
                stub.fail(kind.way, *when);
                let ran = interface.prove("audit", stub, root, "run", limit);
                without_verdict(interface, kind, &ran);
                assert_eq!(ran.code, 1, "{}: {ran:?}", kind.name);
                ran.expect(1).says("candidate model").says(kind.says);
                let _ = fs::remove_file(root.join("corpus"));
                assert_eq!(fs::read_dir(root).unwrap().count(), 0, "{}: something is left behind", kind.name);
            }
        },
    );
}

#[test]
fn a_server_that_fails_in_a_run_pauses_it_and_nothing_becomes_a_score() {
    for_each(
        |interface, kind| interface.name == "vllm" || kind.by_all,
        |interface, stub, root| drop(interface.prove("register", stub, root, "registered", LONG).expect(0)),
        |interface, kind, stub, root| {
            let out = root.join(kind.name.replace('/', " "));
            copy_folder(&root.join("registered"), &out);
            // How long to wait is no part of what was registered.
            let sources = fs::read_to_string(out.join("sources.json")).unwrap();
            let waits = |limit: &str| format!("\"timeout_seconds\": {limit}");
            assert!(sources.contains(&waits(LONG)), "{sources}");
            if kind.waits {
                fs::write(out.join("sources.json"), sources.replace(&waits(LONG), &waits(SHORT))).unwrap();
            }
            stub.fail(kind.way, When::After(BEFORE * interface.requests));
            let paused = prove(&["run", text(&out)]);
            without_verdict(interface, kind, &paused);
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
            prove(&["run", text(&out), "--resume"]).expect(0).says(interface.same);
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
    let interface = &INTERFACES[0];
    interface.prove("register", &stub, root.path(), "run", LONG).expect(0);
    stub.fail(kind.way, When::After(BEFORE));
    prove(&["run", text(&out)]).expect(1).says("pass --resume");
    // Each way on costs one attempt, until there is none left.
    let mut attempts = 1;
    let spent = loop {
        let ran = prove(&["run", text(&out), "--resume"]);
        without_verdict(interface, kind, &ran);
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
