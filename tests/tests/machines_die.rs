//! `kill -9` at any moment: of `register`, of `run`, of `prove`.
//!
//! What is asserted of every kill of a run: all complete lines of its transcript are there afterwards, byte for byte, and
//! still are after each further kill and at the end; at most the last line is incomplete; the lock is free. Of every run that
//! was killed and resumed to its end: scores, tokens, prompts and answers are those of a run of the same registration that
//! nobody killed; each lost question is counted as an attempt and no other is; and the statement is, byte for byte, the
//! uninterrupted run's, but for the five fields in which two runs always differ: the attempt counts, the time, and the two
//! roots, which hang on salts that are drawn. Once a transcript is finished the whole statement follows from it: `prove`,
//! killed and repeated, states the same bytes with the same roots.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod dying;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use dying::{
    Twin, check_opened, kill_when, quick_scratch, registered, replayed, same_decision, start, statement, transcript,
    whole_lines,
};
use pot_protocol::{bundle::Bundle, transcript::Transcript};
use pot_tests::{copy_folder, prove, text};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Fewest kills of runs.
const KILLS: usize = 210;

/// Kills of proofs.
const KILLS_OF_PROOFS: usize = 20;

/// Kills of one run: with the last question that is the eighth attempt at most, which is what the policy allows.
const KILLS_OF_ONE: usize = 7;

/// What the last complete line says that a kill came after.
#[derive(Default)]
struct Seen {
    kills: AtomicUsize,
    nothing: AtomicUsize,
    intent: AtomicUsize,
    answer: AtomicUsize,
    record: AtomicUsize,
}

impl Seen {
    fn count(&self, whole: &[u8]) -> usize {
        let last = whole.strip_suffix(b"\n").unwrap_or_default().rsplit(|&b| b == b'\n').next().unwrap_or_default();
        let kind = [("intent", &self.intent), ("answer", &self.answer), ("record", &self.record)]
            .into_iter()
            .find(|(kind, _)| last.starts_with(format!("{{\"event\":\"{kind}\"").as_bytes()));
        kind.map_or(&self.nothing, |(_, count)| count).fetch_add(1, Ordering::SeqCst);
        self.kills.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Kills a run over and over, and resumes it to its end.
fn kill_and_resume(folder: &Path, twin: &Twin, seen: &Seen, rng: &mut ChaCha8Rng) {
    let length = twin.bytes;
    let mut before = Vec::new();
    for _ in 0..KILLS_OF_ONE {
        let child = start(&["run", text(folder), "--resume"]);
        let killed = if rng.random::<bool>() {
            // At a random byte of what is still to be written, which a line may have been about to be added to.
            let at = rng.random_range(before.len()..length.max(before.len() + 1));
            kill_when(child, || transcript_length(folder) >= at)
        } else {
            // At a random moment, mostly while models are opened or asked.
            let (begun, at) = (Instant::now(), twin.took.mul_f64(rng.random()));
            kill_when(child, || begun.elapsed() >= at)
        };
        if !killed {
            break;
        }
        let after = transcript(folder);
        assert!(after.starts_with(whole_lines(&before)), "a complete line is gone or was changed");
        before = whole_lines(&after).to_vec();
        seen.count(&before);
        if !before.is_empty() {
            Transcript::replay(&before).unwrap();
        }
    }
    prove(&["run", text(folder), "--resume"]).expect(0).says("SAME after 11");
    let after = transcript(folder);
    assert!(after.starts_with(&before), "a complete line is gone or was changed");

    same_decision(folder, twin);
    for (ours, theirs) in replayed(folder).records().iter().zip(twin.transcript.records()) {
        assert_ne!(ours.salt, theirs.salt, "salts are drawn");
    }
}

fn transcript_length(folder: &Path) -> usize {
    fs::metadata(folder.join("transcript.ndjson")).map_or(0, |m| usize::try_from(m.len()).unwrap())
}

#[test]
fn two_hundred_kills_of_runs_lose_nothing_and_change_no_decision() {
    let root = quick_scratch();
    let fresh = registered(root.path());
    let twin = root.path().join("twin");
    copy_folder(&fresh, &twin);
    let twin = Twin::of(&twin);
    assert_eq!(twin.transcript.records().len(), 11);

    let (seen, chain) = (Seen::default(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while seen.kills.load(Ordering::SeqCst) < KILLS {
                    let number = chain.fetch_add(1, Ordering::SeqCst);
                    let folder = root.path().join(format!("killed-{number}"));
                    copy_folder(&fresh, &folder);
                    let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
                    kill_and_resume(&folder, &twin, &seen, &mut rng);
                }
            });
        }
    });
    let [kills, nothing, intent, answer, record] =
        [&seen.kills, &seen.nothing, &seen.intent, &seen.answer, &seen.record].map(|n| n.load(Ordering::SeqCst));
    println!(
        "{kills} kills of {} runs: {nothing} before the first question, {intent} after a question, {answer} after an answer, \
         {record} after a record",
        chain.load(Ordering::SeqCst)
    );
    assert!(kills >= 200 && nothing + intent + answer + record == kills);
    // Answers are logged quickly, so few kills come just after one; `machines_damaged` dies after every single line.
    assert!(intent > 0 && record > 0, "both long steps were killed in");
    // What went through most is proved and checked with everything opened.
    let folder = root.path().join("killed-0");
    prove(&["prove", text(&folder)]).expect(0);
    check_opened(&folder);
}

#[test]
fn a_proof_that_is_killed_and_repeated_states_the_same_bytes() {
    let root = quick_scratch();
    let finished = registered(root.path());
    prove(&["run", text(&finished)]).expect(0);
    let expected = statement(&finished);
    // The first proof may make the key, the second takes as long as the others.
    let [first, whole] = ["first", "whole"].map(|name| root.path().join(name));
    for folder in [&first, &whole] {
        copy_folder(&finished, folder);
    }
    prove(&["prove", text(&first)]).expect(0);
    let begun = Instant::now();
    prove(&["prove", text(&whole)]).expect(0);
    let whole_proof = begun.elapsed();
    let opening = fs::read(whole.join("scores.json")).unwrap();

    let same = |folder: &Path| {
        let bundle = Bundle::from_bytes(&fs::read(folder.join("bundle.pot")).unwrap()).unwrap();
        assert!(bundle.statement.to_bytes() == expected.to_bytes(), "the same transcript has another statement");
        assert_eq!(fs::read(folder.join("scores.json")).unwrap(), opening);
        check_opened(folder);
    };
    same(&whole);

    // Between any two of the files that it writes, and in the middle of one.
    let files = ["scores.json", "verifying.key", "bundle.json"];
    for written in 0..=files.len() {
        let folder = root.path().join(format!("written-{written}"));
        copy_folder(&finished, &folder);
        for file in &files[..written] {
            fs::copy(first.join(file), folder.join(file)).unwrap();
        }
        fs::write(folder.join(".tmpHalf"), &opening[..20]).unwrap();
        prove(&["prove", text(&folder)]).expect(0);
        same(&folder);
    }

    // At random moments, until so many kills have come before the end.
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut kills, mut finished_anyway, mut number) = (0, 0, 0);
    while kills < KILLS_OF_PROOFS {
        number += 1;
        assert!(number <= 3 * KILLS_OF_PROOFS, "only {kills} of {number} proofs were killed before their end");
        let folder = root.path().join(format!("proof-{number}"));
        copy_folder(&finished, &folder);
        let child = start(&["prove", text(&folder)]);
        let (begun, at) = (Instant::now(), whole_proof.mul_f64(rng.random()));
        kills += usize::from(kill_when(child, || begun.elapsed() >= at));
        if folder.join("bundle.pot").exists() {
            // The bundle is the last file, so there is nothing left to do, and a finished proof is not made again.
            finished_anyway += 1;
            prove(&["prove", text(&folder)]).expect(2).says("not overwritten");
        } else {
            prove(&["prove", text(&folder)]).expect(0);
        }
        same(&folder);
    }
    println!("{kills} kills in {number} proofs, {finished_anyway} proofs were done before");
}

#[test]
fn a_registration_that_is_killed_is_there_completely_or_not_at_all() {
    let root = quick_scratch();
    registered(root.path());
    let begun = Instant::now();
    prove(&["register", "--candidate", "builtin:base-q8", "--out", text(&root.path().join("timed"))]).expect(0);
    let whole = begun.elapsed();
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let (mut there, mut not) = (0, 0);
    for number in 0..24 {
        let out = root.path().join(format!("run-{number}"));
        let register = ["register", "--candidate", "builtin:base-q8", "--out", text(&out)];
        let child = start(&register);
        let (begun, at) = (Instant::now(), whole.mul_f64(rng.random()));
        // Every other one as soon as something shows.
        kill_when(child, || if number % 2 == 0 { out.exists() } else { begun.elapsed() >= at });
        if out.exists() {
            there += 1;
            prove(&register).expect(2).says("not empty");
        } else {
            not += 1;
            prove(&register).expect(0);
        }
        prove(&["run", text(&out)]).expect(0).says("SAME after 11");
    }
    println!("{there} registrations were made, {not} were not");
    assert!(there > 0 && not > 0, "{there} and {not}");
}
