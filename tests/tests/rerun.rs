//! Models asked again about opened records: honest ones hold, made-up figures that fit together do not.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pot_tests::{Ran, check, copy_folder, finished_audit, prove, scratch, text};
use serde_json::Value;

/// Asks for all records of a run, has them opened, and gives the request and the openings.
fn opened(root: &Path, run: &Path) -> [PathBuf; 2] {
    let [request, openings] = ["request.json", "openings.json"].map(|name| root.join(name));
    check(&["challenge-openings", text(run), "--count", "10", "--out", text(&request)]).expect(0);
    prove(&["open", text(run), "--request", text(&request), "--out", text(&openings)]).expect(0);
    [request, openings]
}

fn rerun(run: &Path, [request, openings]: &[PathBuf; 2], more: &[&str], code: i32) -> Ran {
    prove(&[&["rerun", text(run), "--openings", text(openings), "--request", text(request)], more].concat())
        .expect(code)
}

const BOTH: [&str; 4] = ["--reference", "builtin:base", "--candidate", "builtin:finetuned"];

#[test]
fn honest_records_are_what_the_models_say_again() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    let sources: Value = serde_json::from_slice(&fs::read(run.join("sources.json")).unwrap()).unwrap();
    assert_eq!((&sources["reference"], &sources["candidate"]), (&BOTH[1].into(), &BOTH[3].into()));
    let files = opened(root.path(), &run);
    let ran = rerun(&run, &files, &BOTH, 0).shows("assurance: rerun-sampled").shows("the proof was not looked at");
    assert_eq!(ran.stdout.matches("the same answers, bit for bit").count(), 10, "{}", ran.stdout);
    let json: Value = serde_json::from_str(&rerun(&run, &files, &[&BOTH[..], &["--json"]].concat(), 0).stdout).unwrap();
    assert_eq!((&json["assurance"], &json["differing"]), (&"rerun-sampled".into(), &Value::Array(vec![])));
    assert_eq!(json["records"][3]["largest_difference"], 0);
    // One model alone says less, and so does a sample that nobody but the auditor drew.
    rerun(&run, &files, &BOTH[..2], 0).shows("assurance: unchanged");
    rerun(&run, &files, &BOTH[2..], 0).shows("assurance: unchanged");
    let own = [&["rerun", text(&run), "--openings", text(&files[1])], &BOTH[..]].concat();
    prove(&own).expect(0).shows("assurance: unchanged").shows("the auditor may have chosen these records");
}

#[test]
fn figures_that_were_made_up_and_fit_together_are_found() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    // The auditor makes record 7 look five units worse, and everything after it from that.
    let path = run.join("transcript.ndjson");
    let lie = |line: &str| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        if event["event"] != "record" || event["index"] != 7 {
            return line.to_owned();
        }
        let positions = i64::try_from(event["figures"]["candidate"].as_array().unwrap().len()).unwrap();
        let first = &mut event["figures"]["candidate"][0];
        *first = (first.as_i64().unwrap() + 5 * 1024 * positions).into();
        event["score"] = (event["score"].as_i64().unwrap() + 5).into();
        event.to_string()
    };
    let lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(lie).collect();
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    for made in ["bundle.pot", "scores.json", "report.md"] {
        let _ = fs::remove_file(run.join(made));
    }
    prove(&["prove", text(&run)]).expect(0);
    let files = opened(root.path(), &run);
    // The proof holds, and so does the sample by itself.
    let with = ["--openings", text(&files[1]), "--request", text(&files[0]), "--allow-development-key"];
    check(&[&["verify", text(&run)], &with[..]].concat()).expect(0).shows("openings: 10 of 10 records");
    let ran = rerun(&run, &files, &BOTH, 1).says("1 of 10 records are not what these models answer, record 7 first");
    assert!(ran.stdout.contains("assurance: unchanged"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("bit for bit").count(), 9, "{}", ran.stdout);
}

#[test]
fn other_models_openings_and_requests_are_refused() {
    let root = scratch();
    let run = root.path().join("run");
    copy_folder(finished_audit(), &run);
    let files = opened(root.path(), &run);
    rerun(&run, &files, &["--reference", "builtin:base-q8"], 3).says("the reference has other weights than registered");
    rerun(&run, &files, &["--candidate", "builtin:base"], 3).says("the candidate has other weights than registered");
    rerun(&run, &files, &["--candidate", "openai:http://127.0.0.1:9/v1#m"], 3);
    rerun(&run, &files, &[], 2);
    let other = root.path().join("other.json");
    check(&["challenge-openings", text(&run), "--out", text(&other)]).expect(0);
    rerun(&run, &[other, files[1].clone()], &BOTH, 3).says("answers another request than yours");
    rerun(&run, &[files[0].clone(), files[0].clone()], &BOTH, 3).says("request.json");
    // A record that is not in the evidence root.
    let changed = fs::read_to_string(&files[1]).unwrap().replacen("\"attempts\":1", "\"attempts\":2", 1);
    fs::write(&files[1], changed).unwrap();
    rerun(&run, &files, &BOTH, 1).says("the openings do not hold");
}
