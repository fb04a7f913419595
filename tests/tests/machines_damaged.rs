//! What a power cut leaves: a transcript that ends anywhere, with rubbish at its end, or with a hole; and a clock that has
//! jumped back.
//!
//! A run goes on after an end that is incomplete, without losing a complete line, and refuses by line number what was
//! complete once and is damaged now, without touching the file.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod dying;

use std::{fs, path::Path, process::Command};

use dying::{check_opened, line_ends, quick_scratch, registered, replayed, statement, transcript, whole_lines};
use pot_protocol::transcript::Transcript;
use pot_prover::run_folder::{Log, RunFolder};
use pot_tests::{Ran, command, copy_folder, prove, text};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// A finished run, and the folder as it was before it.
fn finished(root: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let fresh = registered(root);
    let run = root.join("finished");
    copy_folder(&fresh, &run);
    prove(&["run", text(&run)]).expect(0).says("SAME after 11");
    (fresh, run)
}

#[test]
fn a_transcript_that_is_cut_at_any_byte_keeps_every_complete_line() {
    let root = quick_scratch();
    let (fresh, run) = finished(root.path());
    let whole = transcript(&run);
    let ends = line_ends(&whole);
    let folder = RunFolder::open(&fresh).unwrap();
    let registration = folder.registration().unwrap();
    let nonce = registration.nonce(None).unwrap();

    // Every byte of the last four lines (two questions, two answers and more than one record), all places around the ends of
    // lines, the whole first line, and random places.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let last = ends[ends.len() - 5]..=whole.len();
    let around = ends.iter().flat_map(|&end| [end - 1, end, end + 1]).filter(|&at| at <= whole.len());
    let mut cuts: Vec<usize> = (0..ends[0]).chain(around).chain(last).collect();
    cuts.extend((0..300).map(|_| rng.random_range(0..whole.len())));
    for &cut in &cuts {
        fs::write(fresh.join("transcript.ndjson"), &whole[..cut]).unwrap();
        let log = Log::resume(&folder, registration.digest(), nonce).unwrap();
        let left = transcript(&fresh);
        if cut < ends[0] {
            // Nothing had begun, so it begins.
            assert_eq!((line_ends(&left).len(), log.state().records().len()), (1, 0), "cut at {cut}");
            continue;
        }
        let kept = whole_lines(&whole[..cut]);
        assert_eq!(left, kept, "cut at {cut}");
        assert_eq!(log.state().records(), Transcript::replay(kept).unwrap().records(), "cut at {cut}");
    }
    println!("{} places to cut at, of {} bytes", cuts.len(), whole.len());
    assert!(cuts.len() > 3000, "{}", cuts.len());
}

#[test]
fn every_end_of_a_line_is_resumed_from_to_the_same_scores() {
    let root = quick_scratch();
    let (fresh, run) = finished(root.path());
    let (whole, scores) = (transcript(&run), replayed(&run).scores());
    let folder = root.path().join("cut");
    copy_folder(&fresh, &folder);
    for end in line_ends(&whole) {
        // The line after it is half written.
        let torn = (end + 30).min(whole.len());
        fs::write(folder.join("transcript.ndjson"), &whole[..torn]).unwrap();
        prove(&["run", text(&folder), "--resume"]).expect(0).says("SAME after 11");
        let after = transcript(&folder);
        assert!(after.starts_with(&whole[..end]), "after {end} bytes");
        assert_eq!(replayed(&folder).scores(), scores, "after {end} bytes");
        if end == whole.len() {
            assert_eq!(after, whole, "a finished run is left as it is");
            assert!(statement(&folder).to_bytes() == statement(&run).to_bytes(), "and has the same statement");
        }
    }
}

#[test]
fn rubbish_after_the_last_line_is_cut_off_and_damage_to_a_complete_one_is_refused() {
    let root = quick_scratch();
    let (fresh, run) = finished(root.path());
    let whole = transcript(&run);
    let ends = line_ends(&whole);
    let half = ends[40];
    let folder = root.path().join("damaged");
    copy_folder(&fresh, &folder);
    let write = |bytes: &[u8]| fs::write(folder.join("transcript.ndjson"), bytes).unwrap();

    // File systems extend a file with zeros, or with what was on the disk before, when the power goes.
    for tail in [&[0; 4096][..], b"\xff\xfe\0{\"event\"", b"{", &whole[..ends[0] - 1]] {
        write(&[&whole[..half], tail].concat());
        prove(&["inspect", text(&folder)]).expect(0);
        prove(&["prove", text(&folder)]).expect(3).says("incomplete").says("resume the run");
        prove(&["run", text(&folder), "--resume"]).expect(0).says("SAME after 11");
        assert!(transcript(&folder).starts_with(&whole[..half]));
        assert_eq!(replayed(&folder).scores(), replayed(&run).scores());
    }

    // The file, and the line that is named.
    let hole = |from: usize, length: usize| {
        let mut bytes = whole[..half].to_vec();
        bytes[from..from + length].fill(0);
        bytes
    };
    let record = 35;
    let without = |line: usize| [&whole[..ends[line - 2]], &whole[ends[line - 1]..half]].concat();
    for (what, bytes, line) in [
        ("a hole in a record", hole(ends[record - 2] + 200, 100), record),
        ("a hole over the end of a line", hole(ends[record - 2] - 3, 6), record - 1),
        ("zeros for a whole line", hole(ends[record - 2], ends[record - 1] - ends[record - 2] - 1), record),
        ("a hole in the first line", hole(20, 10), 1),
        ("a record that is gone", without(record), record),
        // The candidate is asked first on the line that is now the seventeenth.
        ("an answer that is gone", without(10), 17),
        ("a line twice", [&whole[..half], &whole[ends[39]..half]].concat(), 42),
        ("a line of zeros at the end", [&whole[..half], &[0; 100], b"\n"].concat(), 42),
        ("an empty line", [&whole[..half], b"\n"].concat(), 42),
        ("a hole, and the last line incomplete", [&hole(ends[record - 2] + 200, 100)[..], b"{\"ev"].concat(), record),
    ] {
        write(&bytes);
        let named = format!("transcript line {line}:");
        let ran = prove(&["run", text(&folder), "--resume"]);
        assert!(ran.code == 3 && ran.stderr.contains(&named), "{what}: {ran:?}");
        ran.expect(3).says(&named);
        assert_eq!(transcript(&folder), bytes, "{what}: the file stays as it is");
        if bytes.ends_with(b"\n") {
            prove(&["prove", text(&folder)]).expect(3).says(&named);
            prove(&["inspect", text(&folder)]).expect(3).says(&named);
        }
    }
}

/// Moves all times of a transcript by `millis`.
fn moved(bytes: &[u8], millis: i64) -> Vec<u8> {
    let later = |value: &mut Value| {
        *value = value.as_u64().unwrap().checked_add_signed(millis).unwrap().into();
    };
    let mut out = Vec::new();
    for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let mut event: Value = serde_json::from_slice(line).unwrap();
        event.get_mut("at").map(later);
        for side in ["reference", "candidate"] {
            event.pointer_mut(&format!("/{side}/started_at")).map(later);
        }
        out.extend(serde_json::to_vec(&event).unwrap());
        out.push(b'\n');
    }
    out
}

#[test]
fn a_clock_that_jumps_back_between_records_stops_nothing() {
    let root = quick_scratch();
    let (fresh, run) = finished(root.path());
    let whole = transcript(&run);
    let scores = replayed(&run).scores();
    let ends = line_ends(&whole);
    let year = 366 * 24 * 3600 * 1000;
    // After eight records, after five, in the middle of the questions; and all of them, when only the proof comes later.
    for (name, lines) in [("batch", 41), ("records", 38), ("questions", 20), ("all", ends.len())] {
        let folder = root.path().join(name);
        copy_folder(&fresh, &folder);
        // The earlier part was written a year ahead of the clock by which the run now goes on.
        let ahead = moved(&whole[..ends[lines - 1]], year);
        fs::write(folder.join("transcript.ndjson"), &ahead).unwrap();
        prove(&["run", text(&folder), "--resume"]).expect(0).says("SAME after 11");
        assert!(transcript(&folder).starts_with(&ahead), "{name}: what is sealed keeps its times");
        let after = replayed(&folder);
        assert_eq!(after.scores(), scores, "{name}");
        let sealed = |at: usize| after.records()[at].candidate.started_at;
        assert_eq!(
            sealed(0) > sealed(10),
            (38..=41).contains(&lines),
            "{name}: the clock jumped back between two records"
        );
        prove(&["prove", text(&folder)]).expect(0);
        let checked = check_opened(&folder);
        // By the auditor's own clock, which counts where a run is said to be late.
        let late = checked.stdout.contains("after its due date") || checked.stderr.contains("after its due date");
        assert_eq!(late, name == "all", "{name}: {checked:?}");
    }
    // And a clock that stood before the beginning of all clocks when the run was registered is no worse.
    let statement = statement(&run);
    assert!(statement.fields().sealed_at >= statement.registration().fields().registered_at);
    let early = root.path().join("early");
    copy_folder(&fresh, &early);
    fs::write(early.join("transcript.ndjson"), moved(&whole, -year)).unwrap();
    let sealed = dying::statement(&early);
    assert_eq!(
        sealed.fields().sealed_at,
        sealed.registration().fields().registered_at,
        "never before the registration"
    );
}

/// Milliseconds of the times in a transcript, in the order of its lines: of questions, answers and the first line.
#[cfg(target_os = "linux")]
fn times(transcript: &[u8]) -> Vec<u64> {
    let lines = transcript.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(|line| serde_json::from_slice::<Value>(line).unwrap()["at"].as_u64()).collect()
}

/// The process itself sees the clock jump: the system's call for the time is answered by a library that is loaded before it.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_that_jumps_back_while_a_process_works_stops_nothing() {
    let root = quick_scratch();
    let (fresh, run) = finished(root.path());
    let scores = replayed(&run).scores();
    let library = root.path().join("clock.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dying/clock.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o", text(&library), source]).status();
    if !built.is_ok_and(|status| status.success()) {
        return dying::skipped("there is no C compiler: nothing is tested about clocks that jump in a process");
    }
    let jumping = |args: &[&str], at: usize| -> Ran {
        let jump = [("LD_PRELOAD", text(&library).to_owned()), ("JUMP", at.to_string())];
        command("pot-prove", args).envs(jump).output().unwrap().into()
    };
    let half_a_year = 183 * 24 * 3600 * 1000;
    let mut jumped = 0;
    for at in [1, 2, 5, 15, 30, 45, 60] {
        let folder = root.path().join(format!("jump-{at}"));
        copy_folder(&fresh, &folder);
        jumping(&["run", text(&folder)], at).expect(0).says("SAME after 11");
        assert_eq!(replayed(&folder).scores(), scores, "{at}");
        let back = |pair: &&[u64]| pair[0] > pair[1] + half_a_year;
        let jumps = times(&transcript(&folder)).windows(2).filter(back).count();
        assert!(jumps <= 1, "{at}");
        jumped += jumps;
        jumping(&["prove", text(&folder)], 1).expect(0);
        check_opened(&folder);
        let fields = statement(&folder).fields().clone();
        assert!(fields.sealed_at >= fields.registration.registered_at, "{at}: never before the registration");
    }
    println!("{jumped} clocks jumped between two lines");
    assert!(jumped >= 4, "{jumped}");
}
