//! Endpoints through the commands: verdicts about them, and none where they die or answer nonsense.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod stub;

use std::{fs, net::TcpListener, sync::atomic::Ordering};

use pot_protocol::transcript::Transcript;
use pot_tests::{check, prove, scratch, text};
use serde_json::{Value, json};
use stub::{Answer, Stub, audit, honest};

#[test]
fn two_dead_urls_give_an_error_and_no_verdict() {
    let root = scratch();
    let out = root.path().join("run");
    // A port that was free a moment ago, and is closed again.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("vllm:http://127.0.0.1:{port}#served");
    let ran = audit(&dead, &dead, "quick-delta-logprob", &out).expect(1).says("reference model");
    assert!(!ran.stdout.contains("SAME") && !ran.stderr.contains("SAME"), "{}", ran.stderr);
    assert!(!out.exists());
    let alive = Stub::honest("builtin:base", usize::MAX);
    audit(&alive.spec(), &dead, "quick-delta-logprob", &out).expect(1).says("candidate model");
    assert!(!out.exists());
}

#[test]
fn an_endpoint_is_audited_against_local_weights() {
    let root = scratch();
    let same = Stub::honest("builtin:base", usize::MAX);
    let other = Stub::honest("builtin:finetuned", usize::MAX);
    for (stub, policy, word, out) in [
        (&same, "quick-delta-logprob", "SAME", "a"),
        (&other, "quick-delta-logprob", "DIFFERENT", "b"),
        (&same, "quick-topk", "SAME-TOPK", "c"),
        (&other, "quick-topk", "DIFFERENT", "d"),
    ] {
        let out = root.path().join(out);
        audit("builtin:base", &stub.spec(), policy, &out).expect(0);
        let report =
            check(&["verify", text(&out), "--allow-development-key", "--transcript", text(&out), "--json"]).expect(0);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        assert_eq!(report["verdict"], word, "{policy}");
        assert_eq!(report["candidate_weights"], Value::Null);
        // What shows in the most likely tokens is less than SAME.
        let required = check(&["verify", text(&out), "--allow-development-key", "--require", "SAME"]);
        required.expect(if word == "SAME" { 0 } else { 4 });
        let required = check(&["verify", text(&out), "--allow-development-key", "--require", "SAME-TOPK"]);
        required.expect(if word == "SAME-TOPK" { 0 } else { 4 });
    }
    // Whole distributions are not to be had.
    audit("builtin:base", &same.spec(), "quick", &root.path().join("e")).expect(3).says("kl-topk");
}

#[test]
fn an_endpoint_that_only_completes_is_audited_by_token_ids_and_refused_beforehand_where_text_will_not_do() {
    let root = scratch();
    for (model, word, out) in [("builtin:base", "SAME-TOPK", "a"), ("builtin:finetuned", "DIFFERENT", "b")] {
        let (stub, out) = (Stub::honest(model, usize::MAX), root.path().join(out));
        audit("builtin:base", &stub.openai_spec(), "quick-topk", &out).expect(0);
        let report = check(&["verify", text(&out), "--allow-development-key", "--json"]).expect(0);
        let report: Value = serde_json::from_str(&report.stdout).unwrap();
        assert_eq!(report["verdict"], word, "{model}");
    }
    // As text, the bytes of one character cannot be sent one by one: a run would end at the first such prompt.
    let (stub, out) = (Stub::honest("builtin:base", usize::MAX), root.path().join("c"));
    stub.texts_only.store(true, Ordering::SeqCst);
    let ran = audit("builtin:base", &stub.openai_spec(), "quick-topk", &out).expect(3);
    ran.says("the candidate model cannot be asked for kl-topk scores")
        .says("they end inside a character")
        .says("vllm:");
    assert!(!out.exists());
}

#[test]
fn an_endpoint_that_dies_half_way_pauses_the_run_which_then_resumes() {
    let root = scratch();
    let out = root.path().join("run");
    let stub = Stub::honest("builtin:base", usize::MAX);
    prove(&["register", "--candidate", &stub.spec(), "--policy", "quick-delta-logprob", "--out", text(&out)]).expect(0);
    // The run probes again (registering asked one question more), so the server dies four challenges later.
    let probing = stub.asked.load(Ordering::SeqCst);
    stub.patience.store(2 * probing - 1 + 4, Ordering::SeqCst);
    let paused = prove(&["run", text(&out)]).expect(1).says("--resume");
    assert!(!paused.stderr.contains("SAME after"), "{}", paused.stderr);
    let transcript = || Transcript::replay(&fs::read(out.join("transcript.ndjson")).unwrap()).unwrap();
    assert_eq!(transcript().records().len(), 4, "what was answered is sealed");
    prove(&["prove", text(&out)]).expect(2).says("no decision");

    stub.patience.store(usize::MAX, Ordering::SeqCst);
    prove(&["run", text(&out), "--resume"]).expect(0).says("prove");
    let transcript = transcript();
    assert!(transcript.records().iter().all(|record| record.score.units() == 0));
    // Each failed attempt was counted, and none became a score.
    let spent = transcript.seal().unwrap().attempts;
    assert!(
        spent.most > 1 && spent.total == 2 * transcript.records().len() as u64 + u64::from(spent.most) - 1,
        "{spent:?}"
    );
}

#[test]
fn answers_that_are_no_answers_are_refused_before_anything_is_registered() {
    let root = scratch();
    let out = root.path().join("run");
    let refused = |answer: Box<Answer>| {
        let stub = Stub::serve("builtin:base", usize::MAX, answer);
        audit("builtin:base", &stub.spec(), "quick-delta-logprob", &out).expect(1).says("candidate model");
        assert!(!out.exists());
    };
    let of = |change: fn(&mut Vec<Value>)| -> Box<Answer> {
        Box::new(move |answer, tokens, top| {
            let mut rows = honest(answer, tokens, top).as_array().unwrap().clone();
            change(&mut rows);
            Value::Array(rows)
        })
    };
    refused(of(|rows| drop(rows.pop())));
    refused(of(|rows| *rows.last_mut().unwrap() = Value::Null));
    refused(of(|rows| rows.iter_mut().for_each(|row| *row = Value::Null)));
    refused(of(Vec::clear));
    refused(Box::new(|_, _, _| json!("NaN")));
    refused(Box::new(|_, tokens, _| {
        let row = |&token: &u32| json!({ token.to_string(): { "logprob": -1.0, "rank": 1 } });
        std::iter::once(Value::Null).chain(tokens.iter().skip(1).map(row)).collect()
    }));
}

#[test]
fn noise_is_measured_first_and_forbids_what_could_not_be_told_from_it() {
    let root = scratch();
    let served = Stub::honest("builtin:base", usize::MAX).spec();
    let calibrate = |count: &str, name: &str| {
        let file = root.path().join(name);
        let args =
            ["calibrate", "--reference", "builtin:base", "--served", &served, "--count", count, "--out", text(&file)];
        let ran = prove(&args).expect(0);
        let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(printed["mean"], 0.0);
        prove(&args).expect(2).says("not overwritten");
        file
    };
    let register = |bound: &std::path::Path, out: &str| {
        let out = root.path().join(out);
        prove(&[
            "register",
            "--candidate",
            &served,
            "--policy",
            "quick-delta-logprob",
            "--calibration-bound",
            text(bound),
            "--out",
            text(&out),
        ])
    };
    // Ten silent answers leave room for more noise than the policy's gamma bears; forty do not.
    register(&calibrate("10", "few.json"), "a").expect(2).says("gamma");
    register(&calibrate("40", "many.json"), "b").expect(0);
    register(&root.path().join("none.json"), "c").expect(2).says("calibrate");
    // A measurement of something else bounds nothing here.
    let text_of = |name: &str| fs::read_to_string(root.path().join(name)).unwrap();
    for (from, to, says) in [
        ("delta-logprob", "kl", "with the score kind kl"),
        ("\"positions\": 32", "\"positions\": 4", "with the K 4"),
        ("builtin:base", "builtin:larger", "with the reference builtin:larger"),
        ("vllm:", "openai:", "with the served model openai:"),
    ] {
        let other = root.path().join("other.json");
        let good = text_of("many.json");
        assert!(good.contains(from), "{good}");
        fs::write(&other, good.replace(from, to)).unwrap();
        register(&other, "d").expect(3).says(says);
    }
}

#[test]
fn log_probabilities_are_printed_for_other_engines() {
    let root = scratch();
    let (ids, texts) = (root.path().join("ids"), root.path().join("texts"));
    fs::write(&ids, "256,72,105\n\n256, 33 ,10\n").unwrap();
    fs::write(&texts, "Hi\n").unwrap();
    let by_ids = prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(0).stdout;
    let by_text = prove(&["logprobs", "--model", "builtin:base", "--text", text(&texts)]).expect(0).stdout;
    let lines: Vec<&str> = by_ids.lines().collect();
    assert_eq!((lines.len(), Some(lines[0])), (2, by_text.lines().next()));
    let (tokens, values) = lines[0].split_once('\t').unwrap();
    assert_eq!(tokens, "256,72,105");
    let values: Vec<f64> = values.split(',').map(|x| x.parse().unwrap()).collect();
    assert!(values.len() == 2 && values.iter().all(|x| *x < 0.0), "{values:?}");
    fs::write(&ids, "256,x\n").unwrap();
    prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(3).says("line 1: 'x' is no token id");
    fs::write(&ids, "256,1\n\n256,999\n").unwrap();
    let outside = prove(&["logprobs", "--model", "builtin:base", "--ids", text(&ids)]).expect(3);
    outside.says("line 3: ").says("outside the vocabulary");
    prove(&["logprobs", "--model", "builtin:base"]).expect(2);
}
