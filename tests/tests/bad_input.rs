//! Bad input: one line that says what to do, the right exit code, nothing overwritten, never a panic.

use std::fs;

use pot_tests::{check, copy_folder, finished_audit, prove, scratch, setup, text};

#[test]
fn models_that_cannot_be_loaded() {
    let root = scratch();
    let out = root.path().join("out");
    let file = root.path().join("model.safetensors");
    let refused = |spec: &str, exit: i32, part: &str| {
        prove(&["audit", "--candidate", spec, "--out", text(&out)]).expect(exit).says(part);
        assert!(!out.exists(), "nothing is written for a model that cannot be loaded");
    };
    refused("builtin:nothing", 2, "no built-in model");
    let try_model = |spec: &str, part: &str| refused(spec, 3, part);
    try_model(text(&root.path().join("missing.safetensors")), "cannot read");
    fs::write(&file, b"").unwrap();
    try_model(text(&file), "safetensors");
    fs::write(&file, [0xff; 4096]).unwrap();
    try_model(text(&file), "safetensors");
    let zoo = fs::read(pot_tests::workspace().join("inference/zoo/base.safetensors")).unwrap();
    fs::write(&file, &zoo[..zoo.len() / 2]).unwrap();
    try_model(text(&file), "safetensors");
}

#[test]
fn policies_that_are_refused() {
    let root = scratch();
    let file = root.path().join("policy.json");
    let scores = root.path().join("scores.json");
    fs::write(&scores, "[0,0,0]").unwrap();
    let decide = |policy: &str| prove(&["decide", "--policy", policy, "--scores", text(&scores)]);
    decide("no-such-policy").expect(2).says("quick");
    fs::write(&file, "{}").unwrap();
    decide(text(&file)).expect(3).says("policy");

    // A preset under another name keeps its certificate; with one coefficient raised it has none.
    let shown = prove(&["policy", "show", "quick"]).expect(0).stdout;
    let mut document: serde_json::Value = serde_json::from_str(&shown).unwrap();
    document["parameters"]["name"] = "mine".into();
    fs::write(&file, document.to_string()).unwrap();
    decide(text(&file)).expect(0);
    let c = document["coefficients"]["same"][0]["c"].as_i64().unwrap();
    document["coefficients"]["same"][0]["c"] = (c + 1000).into();
    fs::write(&file, document.to_string()).unwrap();
    decide(text(&file)).expect(3).says("certificate");
    prove(&["policy", "check", text(&file)]).expect(3).says("certificate");
    document["coefficients"]["same"][0]["c"] = c.into();
    document["parameters"]["n_max"] = 2000.into();
    document["coefficients"]["n_max"] = 2000.into();
    fs::write(&file, document.to_string()).unwrap();
    decide(text(&file)).expect(3);
}

#[test]
fn scores_that_are_no_scores() {
    let root = scratch();
    let file = root.path().join("scores.json");
    let decide = |content: &str| {
        fs::write(&file, content).unwrap();
        prove(&["decide", "--policy", "quick", "--scores", text(&file)])
    };
    for bad in ["", "[", "{}", "[NaN]", "[1, -0.5]", "[\"0.1\"]", "[null]", "[[0]]", "[1e999]", "0.5", "\u{0}"] {
        decide(bad).expect(3);
    }
    decide("[0, 0, -1]").expect(3).says("entry 2");
    decide("[]").expect(0);
    prove(&["decide", "--policy", "quick", "--scores", "/nonexistent/scores"]).expect(3).says("cannot open");
}

#[test]
fn decisions_that_everyone_can_recompute() {
    let root = scratch();
    let file = root.path().join("scores.json");
    let decide = |policy: &str, scores: &[f64]| -> serde_json::Value {
        fs::write(&file, serde_json::to_string(scores).unwrap()).unwrap();
        let ran = prove(&["decide", "--policy", policy, "--scores", text(&file)]).expect(0);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    for (policy, latest) in [("QUICK", 11), ("audit", 30), ("Extended", 58), ("forensic", 200)] {
        let d = decide(policy, &[0.0; 1024]);
        assert_eq!(d["verdict"], "SAME", "{policy}");
        assert!(d["n"].as_u64().unwrap() <= latest, "{policy}: {d}");
        let d = decide(policy, &[0.6; 1024]);
        assert_eq!(d["verdict"], "DIFFERENT", "{policy}");
    }
    assert_eq!(decide("audit-strict", &[0.0; 1024])["grade"], "strict");
    assert_eq!(decide("quick", &[0.0; 5])["verdict"], "GO ON");
    assert_eq!(decide("quick", &[0.15; 120])["verdict"], "UNDECIDED");
}

#[test]
fn bundles_that_are_no_bundles() {
    let root = scratch();
    let bundle = fs::read(finished_audit().join("bundle.pot")).unwrap();
    let file = root.path().join("bundle.pot");
    let verify = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        check(&["verify", text(&file), "--allow-development-key"])
    };
    verify(&bundle).expect(0);
    verify(b"").expect(3);
    verify(&bundle[..bundle.len() - 1]).expect(3);
    verify(&[&bundle[..], b"x"].concat()).expect(3);
    verify(&vec![0x20; 1 << 20]).expect(3).says("larger");
    let mut other = bundle.clone();
    other[9] ^= 1;
    verify(&other).expect(3).says("version");
    check(&["verify", "/nonexistent/bundle.pot"]).expect(3);
    check(&["verify"]).expect(2);
    check(&["verify", text(&file), "--require", "MAYBE"]).expect(2);
    check(&["inspect", text(&root.path().join("nothing"))]).expect(3);
}

#[test]
fn a_key_of_another_circuit_is_refused() {
    let root = scratch();
    let keys = root.path().join("keys");
    setup(&["dev", "--capacity", "1024", "--key-dir", text(&keys)]).expect(0);
    // The bundle is of capacity 128: its key is not in this folder, and this folder's key is not its key.
    let other =
        fs::read_dir(&keys).unwrap().map(|e| e.unwrap().path().join("verifying.key")).find(|p| p.is_file()).unwrap();
    let bundle = finished_audit().join("bundle.pot");
    check(&["verify", text(&bundle), "--trust", text(&other)]).expect(5);
}

#[test]
fn a_tampered_transcript_is_not_proved() {
    let root = scratch();
    let audit = root.path().join("audit");
    copy_folder(finished_audit(), &audit);
    fs::remove_file(audit.join("bundle.pot")).unwrap();
    let path = audit.join("transcript.ndjson");
    let text_of = fs::read_to_string(&path).unwrap();
    let at = text_of.find("\"score\":").unwrap() + 8;
    let digits = text_of[at..].find(|c: char| !c.is_ascii_digit()).unwrap();
    let lied = format!("{}{}{}", &text_of[..at], 0, &text_of[at + digits..]);
    fs::write(&path, lied).unwrap();
    prove(&["prove", text(&audit)]).expect(3);
    assert!(!audit.join("bundle.pot").exists());
    prove(&["decide", "--policy", "quick", "--scores", text(&path)]).expect(3).says("its figures give");
    prove(&["decide", "--policy", "quick", "--scores", text(&finished_audit().join("transcript.ndjson"))]).expect(0);
}

#[test]
fn a_refused_registration_leaves_nothing_behind() {
    let root = scratch();
    let out = root.path().join("run");
    let refused = |args: &[&str], part: &str| {
        prove(&[&["register", "--out", text(&out)], args].concat()).expect(2).says(part);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "{args:?}");
    };
    refused(&["--positions", "0"], "K lies in");
    refused(&["--positions", "161"], "K lies in");
    refused(&["--calibration-bound", "0.2"], "gamma");
    refused(&["--calibration-bound", "9"], "calibration-bound");
    refused(&["--counterparty", ""], "names have");
    prove(&["register", "--out", text(&out)]).expect(0);
    prove(&["audit", "--resume", "--out", text(&root.path().join("nothing"))]).expect(2).says("no registration");
    prove(&["audit", "--counterparty", "them", "--out", text(&root.path().join("other"))]).expect(2).says("nonce");
}

#[test]
fn what_cannot_be_written_or_makes_no_sense_is_said_before_the_work() {
    let root = scratch();
    let compile = |name: &str, out: &std::path::Path| {
        let numbers = ["--alpha", "0.01", "--gamma", "0.1", "--eta", "0.5", "--delta", "1.0", "--epsilon", "0.1"];
        let lengths = ["--n-min", "30", "--n-max", "400", "--name", name, "--out", text(out)];
        prove(&[&["policy", "compile"], &numbers[..], &lengths[..]].concat())
    };
    let no_search = |ran: pot_tests::Ran, part: &str| assert!(!ran.expect(2).says(part).stderr.contains("stops after"));
    no_search(compile("two words", &root.path().join("p.json")), "no policy name");
    no_search(compile("mine", &root.path().join("nowhere/p.json")), "no folder");
    let bundle = finished_audit().join("bundle.pot");
    let alone = check(&["verify", text(&bundle), "--allow-development-key", "--corpus", text(&bundle)]).expect(2);
    assert!(alone.stderr.contains("--reveal"), "{}", alone.stderr);
    let before = fs::read(&bundle).unwrap();
    prove(&["audit", "--resume", "--out", text(finished_audit())]).expect(0).says("finished");
    assert_eq!(fs::read(&bundle).unwrap(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let bundle = finished_audit().join("bundle.pot");
    let args = ["verify", text(&bundle), "--allow-development-key"];
    let status = pot_tests::command("pot-check", &args).stdout(full).stderr(std::process::Stdio::null()).status();
    assert_eq!(status.unwrap().code(), Some(2));
}

#[test]
fn an_interrupted_prove_is_simply_repeated() {
    let root = scratch();
    let audit = root.path().join("audit");
    copy_folder(finished_audit(), &audit);
    fs::remove_file(audit.join("bundle.pot")).unwrap();
    fs::write(audit.join("scores.json"), "half of it").unwrap();
    prove(&["prove", text(&audit)]).expect(0);
    let scores = audit.join("scores.json");
    check(&["verify", text(&audit), "--allow-development-key", "--scores", text(&scores)]).expect(0);
}

#[test]
fn a_named_key_is_the_only_one_that_counts() {
    let root = scratch();
    let key = fs::read(finished_audit().join("verifying.key")).unwrap();
    let bundle = finished_audit().join("bundle.pot");
    let file = root.path().join("key");
    for bit in (0..key.len() * 8).step_by(89) {
        let mut flipped = key.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, &flipped).unwrap();
        check(&["verify", text(&bundle), "--allow-development-key", "--trust", text(&file)]).expect(5);
    }
}
