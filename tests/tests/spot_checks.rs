//! A sample of the records, asked for, opened and checked.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::Path};

use pot_tests::{Ran, check, copy_folder, finished_audit, prove, scratch, text};
use serde_json::Value;

fn verify(run: &Path, more: &[&str], code: i32) -> Ran {
    check(&[&["verify", text(run), "--allow-development-key"], more].concat()).expect(code)
}

#[test]
fn a_sample_is_asked_for_opened_and_checked() {
    let root = scratch();
    let at = |name: &str| root.path().join(name);
    let run = at("run");
    copy_folder(finished_audit(), &run);
    let (request, openings) = (at("request.json"), at("openings.json"));
    let seed = "17".repeat(32);
    let ask = ["challenge-openings", text(&run), "--count", "4", "--seed", &seed, "--out", text(&request)];
    check(&ask).expect(0).shows("pot-prove open");
    check(&ask).expect(2).shows("not overwritten");
    prove(&["open", text(&run), "--request", text(&request), "--out", text(&openings)])
        .expect(0)
        .shows("opened records");
    let both = ["--openings", text(&openings), "--request", text(&request)];
    let ran = verify(&run, &both, 0).shows("openings: 4 of 10 records are in the evidence root");
    assert!(ran.stdout.contains("with probability 65.7 %"), "0.9^4: {}", ran.stdout);
    // With the challenge key, the prompts of the sample too.
    let key = run.join("secret/challenge-key");
    verify(&run, &[&both[..], &["--reveal", text(&key)]].concat(), 0)
        .shows("their prompts are the committed challenges");
    let pieces = |more: &[&str]| -> Vec<Value> {
        let all = [more, &["--reveal", text(&key), "--json"]].concat();
        let report: Value = serde_json::from_str(&verify(&run, &all, 0).stdout).unwrap();
        report["pieces"].as_array().unwrap().clone()
    };
    assert_eq!(pieces(&both), ["reveal", "openings"]);
    // A sample that the auditor could choose is a piece of nothing.
    let own = at("own.json");
    prove(&["open", text(&run), "--count", "1", "--out", text(&own)]).expect(0);
    assert!(pieces(&["--openings", text(&own)]).is_empty());
    // Not without the request: the auditor could have written it himself.
    verify(&run, &both[..2], 5).shows("give it with --request");

    // Nothing of the other records is in the file, but the scores of the leaf.
    let opened: Value = serde_json::from_slice(&fs::read(&openings).unwrap()).unwrap();
    let shown: Vec<_> =
        opened["records"].as_array().unwrap().iter().map(|r| r["record"]["index"].as_u64().unwrap()).collect();
    let transcript = fs::read_to_string(run.join("transcript.ndjson")).unwrap();
    let file = fs::read_to_string(&openings).unwrap();
    let records: Vec<Value> = transcript
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &Value| event["event"] == "record")
        .collect();
    assert_eq!((shown.len(), records.len()), (4, 10));
    for record in &records {
        let prompt = record["prompt"].as_str().unwrap();
        let there = shown.contains(&record["index"].as_u64().unwrap());
        assert_eq!(file.contains(&serde_json::to_string(prompt).unwrap()), there, "{prompt}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&openings).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_sample_that_follows_from_the_statement_needs_nobody_to_ask() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    prove(&["open", text(&run), "--count", "5"]).expect(0);
    let openings = run.join("openings.json");
    verify(&run, &["--openings", text(&openings)], 0)
        .shows("openings: 5 of 10")
        .shows("can make statements until it suits");
    let ran = verify(&run, &["--openings", text(&openings)], 0);
    assert!(!ran.stdout.contains("with probability"), "nothing follows for the others: {}", ran.stdout);
    verify(&run, &[], 0).shows("not given: --openings");
    prove(&["open", text(&run), "--count", "5"]).expect(2).shows("not overwritten");
}

#[test]
fn openings_that_do_not_fit_are_refused() {
    let root = scratch();
    let at = |name: &str| root.path().join(name);
    let (run, other) = (at("run"), at("other"));
    copy_folder(finished_audit(), &run);
    prove(&["audit", "--out", text(&other)]).expect(0);
    let (request, another, openings) = (at("request.json"), at("another.json"), at("openings.json"));
    for out in [&request, &another] {
        check(&["challenge-openings", text(&run), "--out", text(out)]).expect(0);
    }
    prove(&["open", text(&other), "--request", text(&request)]).expect(2).shows("the request is about statement");
    prove(&["open", text(&run), "--request", text(&openings)]).expect(3);
    prove(&["open", text(&run), "--request", text(&request), "--out", text(&openings)]).expect(0);
    let with = |run: &Path, openings: &Path, request: &Path, code| {
        verify(run, &["--openings", text(openings), "--request", text(request)], code)
    };
    with(&run, &openings, &request, 0);
    with(&run, &openings, &another, 1).shows("another request");
    with(&other, &openings, &request, 1).shows("openings are of statement");
    with(&run, &openings, &openings, 3).shows("request");
    with(&run, &request, &request, 3).shows("openings");
    let json: Value = serde_json::from_slice(&fs::read(&openings).unwrap()).unwrap();
    let changed = at("changed.json");
    let refused = |edit: &dyn Fn(&mut Value), code, why: &str| {
        let mut json = json.clone();
        edit(&mut json);
        fs::write(&changed, serde_json::to_vec(&json).unwrap()).unwrap();
        with(&run, &changed, &request, code).shows(why);
    };
    refused(&|o| o["records"][2]["record"]["prompt"] = "another".into(), 1, "leads to another root");
    refused(&|o| o["records"][2]["record"]["score"] = 77.into(), 1, "leads to another root");
    refused(&|o| o["records"][2]["record"]["score"] = 5000.into(), 3, "openings");
    refused(&|o| drop(o["records"].as_array_mut().unwrap().pop()), 1, "the request draws");
    refused(&|o| o["leaves"][0]["scores"][0] = 77.into(), 1, "stated score root");
    refused(&|o| o["more"] = 1.into(), 3, "unknown field");
}
