//! A run that is killed goes on where it stopped, with every sealed record intact and the same verdict.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use pot_protocol::transcript::Transcript;
use pot_tests::{command, copy_folder, prove, scratch, text};

fn records(folder: &Path) -> usize {
    let bytes = fs::read(folder.join("transcript.ndjson")).unwrap_or_default();
    let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    bytes[..whole].split(|&b| b == b'\n').filter(|l| l.starts_with(b"{\"event\":\"record\"")).count()
}

/// Registers AUDIT of the base against its quantisation: at least thirty challenges to be killed in.
fn registered(root: &Path) -> std::path::PathBuf {
    let out = root.join("run");
    prove(&["register", "--policy", "audit", "--candidate", "builtin:base-q8", "--out", text(&out)]).expect(0);
    out
}

#[test]
fn kill_dash_nine_loses_no_sealed_record_and_changes_no_verdict() {
    let root = scratch();
    let out = registered(root.path());
    let twin = root.path().join("twin");
    copy_folder(&out, &twin);

    let mut child = command("pot-prove", &["run", text(&out)]).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while records(&out) < 3 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let sealed = records(&out);
    assert!(sealed >= 3);
    let before = fs::read(out.join("transcript.ndjson")).unwrap();

    prove(&["run", text(&out)]).expect(2).says("--resume");
    prove(&["run", text(&out), "--resume"]).expect(0);
    let after = fs::read(out.join("transcript.ndjson")).unwrap();
    let whole = before.iter().rposition(|&b| b == b'\n').unwrap() + 1;
    assert_eq!(after[..whole], before[..whole], "sealed lines stay as they are");

    prove(&["run", text(&twin)]).expect(0);
    let scores =
        |folder: &Path| Transcript::replay(&fs::read(folder.join("transcript.ndjson")).unwrap()).unwrap().scores();
    assert_eq!(scores(&out), scores(&twin), "the interrupted and the uninterrupted run agree on every score");
}

#[test]
fn every_place_to_die_in_is_resumed_from() {
    let root = scratch();
    let out = registered(root.path());
    let fresh = root.path().join("fresh");
    copy_folder(&out, &fresh);
    prove(&["run", text(&out)]).expect(0);
    let whole = fs::read(out.join("transcript.ndjson")).unwrap();
    let scores = Transcript::replay(&whole).unwrap().scores();

    // After each event of the first challenges, and in the middle of a line.
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
    let cuts = ends[..7].iter().copied().chain([ends[5] + 40, ends[6] + 1]);
    for (number, cut) in cuts.enumerate() {
        let folder = root.path().join(format!("cut-{number}"));
        copy_folder(&fresh, &folder);
        fs::write(folder.join("transcript.ndjson"), &whole[..cut]).unwrap();
        prove(&["run", text(&folder), "--resume"]).expect(0);
        let resumed = Transcript::replay(&fs::read(folder.join("transcript.ndjson")).unwrap()).unwrap();
        assert_eq!(resumed.scores(), scores, "cut after {cut} bytes");
    }
}

#[test]
fn a_second_run_in_the_same_folder_is_refused_and_overwrites_nothing() {
    let root = scratch();
    let out = registered(root.path());
    let before = fs::read(out.join("registration.pot")).unwrap();
    prove(&["register", "--out", text(&out)]).expect(2).says("not empty");
    prove(&["audit", "--out", text(&out)]).expect(2).says("not empty");
    assert_eq!(fs::read(out.join("registration.pot")).unwrap(), before);
}

#[test]
fn an_audit_resumes_wherever_it_stopped_and_a_finished_one_is_left_alone() {
    let root = scratch();
    let out = root.path().join("audit");
    prove(&["register", "--candidate", "builtin:finetuned", "--out", text(&out)]).expect(0);
    prove(&["audit", "--resume", "--out", text(&out)]).expect(0);
    let bundle = fs::read(out.join("bundle.pot")).unwrap();
    prove(&["audit", "--resume", "--out", text(&out)]).expect(0).says("finished");
    assert_eq!(fs::read(out.join("bundle.pot")).unwrap(), bundle);
}

#[test]
fn the_counterpartys_nonce_is_asked_for_and_kept() {
    let root = scratch();
    let out = root.path().join("run");
    prove(&["register", "--counterparty", "the publisher", "--out", text(&out)]).expect(0);
    prove(&["run", text(&out)]).expect(3).says("the publisher");
    let registration: String = {
        let bytes = fs::read(out.join("registration.pot")).unwrap();
        pot_protocol::registration::Registration::from_bytes(&bytes).unwrap().digest().to_string()
    };
    let nonce = root.path().join("nonce.json");
    let write = |digest: &str| {
        fs::write(&nonce, format!("{{\"registration\":\"{digest}\",\"nonce\":\"{}\"}}", "5a".repeat(32))).unwrap();
    };
    write(&"00".repeat(32));
    prove(&["run", text(&out), "--nonce", text(&nonce)]).expect(3).says("answers registration");
    write(&registration);
    prove(&["run", text(&out), "--nonce", text(&nonce)]).expect(0);
    prove(&["prove", text(&out)]).expect(0);
    // Nothing signs a nonce yet, so the checker says whom to ask and for what.
    let ran = pot_tests::check(&["verify", text(&out), "--allow-development-key"]).expect(0);
    assert!(
        ran.stdout.contains(&registration) && ran.stdout.contains("otherwise the run is grindable"),
        "{}",
        ran.stdout
    );
}
