//! Runs of endpoints that die: what a server said cannot be had again, so the log keeps it.
//!
//! Of every run that was cut or killed and resumed to its end: scores, tokens, prompts, figures and answers are those of an
//! uninterrupted run of the same registration; no question whose answer is in the log is put again, and each of the others
//! is put once; each lost question is one more attempt; and the statement is, but for what two runs never have in common,
//! the same.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod dying;
mod noting;
mod stub;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use dying::{
    Twin, check_opened, kill_when, line_ends, outcome, quick_scratch, replayed, same_decision, start, transcript,
    whole_lines,
};
use noting::Noting;
use pot_protocol::transcript::{Event, Side, Transcript};
use pot_tests::{copy_folder, prove, text};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A registration, its servers, and what an uninterrupted run of it came to.
struct Scene {
    fresh: PathBuf,
    whole: Vec<u8>,
    twin: Twin,
    servers: Vec<(Side, Noting)>,
    _root: tempfile::TempDir,
}

impl Scene {
    /// Both models behind servers: what either said has to be kept.
    fn of_token_log_probabilities() -> Self {
        let servers =
            vec![(Side::Reference, Noting::serve("builtin:base")), (Side::Candidate, Noting::serve("builtin:base-q8"))];
        Self::new(servers, "quick-delta-logprob", "1")
    }

    /// A local reference beside a server that is asked about three challenges at once.
    fn of_likely_tokens() -> Self {
        Self::new(vec![(Side::Candidate, Noting::serve("builtin:base-q8"))], "quick-topk", "3")
    }

    fn new(servers: Vec<(Side, Noting)>, policy: &str, concurrency: &str) -> Self {
        let root = quick_scratch();
        let [fresh, run] = ["fresh", "run"].map(|name| root.path().join(name));
        let mut args = vec!["register", "--policy", policy, "--concurrency", concurrency, "--out", text(&fresh)];
        let specs: Vec<(Side, String)> = servers.iter().map(|(side, server)| (*side, server.stub.spec())).collect();
        for (side, spec) in &specs {
            args.extend([if *side == Side::Reference { "--reference" } else { "--candidate" }, spec.as_str()]);
        }
        prove(&args).expect(0);
        copy_folder(&fresh, &run);
        let twin = Twin::of(&run);
        for (_, server) in &servers {
            server.take_asked();
        }
        Self { fresh, whole: transcript(&run), twin, servers, _root: root }
    }

    /// A fresh folder of the registration.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.fresh.with_file_name(name);
        copy_folder(&self.fresh, &folder);
        folder
    }

    /// Whether `state` holds the answer of `side` to challenge `index`, and whether it was asked and the answer got lost.
    fn stands(state: &Transcript, side: Side, index: usize) -> (bool, bool) {
        let half = state.half(index as u64, side);
        (index < state.records().len() || half.answer.is_some(), half.pending)
    }

    /// Resumes a run of which `kept` lines are there to its end, and compares it with the uninterrupted one.
    fn resumes(&self, folder: &Path, kept: &[u8], what: &str) {
        let ran = prove(&["run", text(folder), "--resume"]).expect(0);
        assert_eq!(outcome(&ran), self.twin.said, "{what}");
        let after = transcript(folder);
        assert!(after.starts_with(kept), "{what}: a complete line is gone or was changed");
        same_decision(folder, &self.twin);
        self.asked_and_counted(folder, kept, what);
        times_fit(&after, &self.servers, what);
    }

    /// What was asked since `kept` is what had no answer there, once each; what had been asked for nothing counts.
    fn asked_and_counted(&self, folder: &Path, kept: &[u8], what: &str) {
        let (before, after) = (Transcript::replay(kept).unwrap(), replayed(folder));
        for (side, server) in &self.servers {
            let (mut open, mut attempts) = (vec![], vec![]);
            for (index, record) in after.records().iter().enumerate() {
                let (answered, lost) = Self::stands(&before, *side, index);
                let record = if *side == Side::Reference { &record.reference } else { &record.candidate };
                if !answered {
                    open.push(record.tokens.clone());
                }
                attempts.push((record.attempts, 1 + u32::from(lost)));
            }
            open.sort();
            let mut asked = server.take_asked();
            asked.sort();
            assert_eq!(asked.len(), open.len(), "{what}: questions to the {side}");
            assert_eq!(asked, open, "{what}: questions to the {side}");
            assert!(attempts.iter().all(|(counted, due)| counted == due), "{what}: {attempts:?}");
        }
    }

    /// Counts what was asked since `kept`. A question that a killed process had put may be read only now, and had no answer.
    fn asks_nothing_that_is_kept(&self, kept: &[u8], asked: &mut Asked) {
        let before = (!kept.is_empty()).then(|| Transcript::replay(kept).unwrap());
        for (side, server) in &self.servers {
            for tokens in server.take_asked() {
                let records = self.twin.transcript.records();
                let index = records.iter().position(|record| record.candidate.tokens == tokens).unwrap();
                let answered = before.as_ref().is_some_and(|state| Self::stands(state, *side, index).0);
                assert!(!answered, "the {side} is asked about challenge {index} again, which it answered");
                *asked.entry((index, *side == Side::Candidate)).or_default() += 1;
            }
        }
    }
}

/// How often each challenge was put to each side; whether that is the candidate.
type Asked = BTreeMap<(usize, bool), u32>;

/// A record says when its answer was asked for, also where it is taken from the log later.
fn times_fit(transcript: &[u8], servers: &[(Side, Noting)], what: &str) {
    let mut asked = BTreeMap::new();
    let mut said = asked.clone();
    let key = |index: u64, side: Side| (index, side == Side::Candidate);
    for line in transcript.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line).unwrap() {
            Event::Intent { index, side, at, .. } => drop(asked.insert(key(index, side), at)),
            Event::Answer { index, side, at, .. } => drop(said.insert(key(index, side), at)),
            Event::Record(record) => {
                for (side, _) in servers {
                    let of = key(record.index, *side);
                    let part = if *side == Side::Reference { &record.reference } else { &record.candidate };
                    let within = asked[&of]..=said[&of];
                    assert!(within.contains(&part.started_at), "{what}: {within:?} {part:?}");
                    // Its length is measured by another clock.
                    let ended = part.started_at + u64::from(part.millis);
                    assert!(ended <= said[&of] + 5, "{what}: {within:?} {part:?}");
                }
            }
            _ => {}
        }
    }
}

/// After every line, in the middle of lines, and a few bytes before the end of the last.
fn cut_everywhere(scene: &Scene) {
    let whole = &scene.whole;
    let ends = line_ends(whole);
    let middles = ends.windows(2).step_by(4).map(|pair| pair[0].midpoint(pair[1]));
    let last = [ends[ends.len() - 2] + 1, whole.len() - 1];
    let cuts: Vec<usize> = ends.iter().copied().chain(middles).chain(last).collect();
    let folder = scene.folder("cut");
    for &cut in &cuts {
        fs::write(folder.join("transcript.ndjson"), &whole[..cut]).unwrap();
        scene.resumes(&folder, whole_lines(&whole[..cut]), &format!("cut at {cut} of {}", whole.len()));
    }
    assert!(cuts.len() > 60, "{}", cuts.len());
    fs::write(folder.join("transcript.ndjson"), &whole[..ends[ends.len() / 2]]).unwrap();
    prove(&["run", text(&folder), "--resume"]).expect(0);
    prove(&["prove", text(&folder)]).expect(0);
    check_opened(&folder);
}

#[test]
fn two_endpoints_are_resumed_after_every_line_and_asked_nothing_twice() {
    cut_everywhere(&Scene::of_token_log_probabilities());
}

#[test]
fn an_endpoint_that_is_asked_side_by_side_is_resumed_after_every_line_and_asked_nothing_twice() {
    cut_everywhere(&Scene::of_likely_tokens());
}

/// Kills of runs of endpoints at least, how many of them have to leave an answer that only the log holds, and how many runs
/// there are at most to get them.
const KILLS: usize = 14;
const KEPT: usize = 4;
const RUNS: usize = 20;

#[test]
fn kills_of_runs_of_endpoints_lose_no_answer_and_change_no_decision() {
    let scene = Scene::of_token_log_probabilities();
    for (_, server) in &scene.servers {
        // As long as a real one takes, at least: most kills come while something is asked.
        server.slow(Duration::from_millis(15));
    }
    let timed = scene.folder("timed");
    let begun = Instant::now();
    prove(&["run", text(&timed)]).expect(0);
    let took = begun.elapsed();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut kills, mut kept) = (0, 0);
    let mut runs = 0;
    while kills < KILLS || kept < KEPT {
        runs += 1;
        assert!(runs <= RUNS, "{kills} kills, {kept} of them with an answer that is kept");
        let folder = scene.folder(&format!("killed-{runs}"));
        let mut before = Vec::new();
        let mut asked = BTreeMap::new();
        for (_, server) in &scene.servers {
            server.take_asked();
        }
        // With the last question that is the fifth attempt at most: the policy allows eight.
        for _ in 0..4 {
            let child = start(&["run", text(&folder), "--resume"]);
            let killed = if rng.random_range(0..4) > 0 {
                // After a random one of the lines that are still to be written.
                let (written, all) = (line_ends(&before).len(), line_ends(&scene.whole).len());
                let at = rng.random_range(written + 1..all.max(written + 2));
                kill_when(child, || line_ends(&transcript(&folder)).len() >= at)
            } else {
                let (begun, at) = (Instant::now(), took.mul_f64(rng.random()));
                kill_when(child, || begun.elapsed() >= at)
            };
            if !killed {
                break;
            }
            kills += 1;
            scene.asks_nothing_that_is_kept(&before, &mut asked);
            let after = transcript(&folder);
            assert!(after.starts_with(whole_lines(&before)), "a complete line is gone or was changed");
            before = whole_lines(&after).to_vec();
            kept += usize::from(!before.is_empty() && holds_an_answer(&before));
        }
        prove(&["run", text(&folder), "--resume"]).expect(0);
        scene.asks_nothing_that_is_kept(&before, &mut asked);
        assert!(transcript(&folder).starts_with(&before), "a complete line is gone or was changed");
        same_decision(&folder, &scene.twin);
        // Each question was announced in the log before it was put.
        for (index, record) in replayed(&folder).records().iter().enumerate() {
            for (side, part) in [(Side::Reference, &record.reference), (Side::Candidate, &record.candidate)] {
                let put = asked[&(index, side == Side::Candidate)];
                assert!(
                    (1..=part.attempts).contains(&put),
                    "{put} questions to the {side} in {} attempts",
                    part.attempts
                );
            }
        }
        times_fit(&transcript(&folder), &scene.servers, "killed");
    }
    println!("{kills} kills of {runs} runs, {kept} with an answer that is kept");
}

/// Whether there is an answer to a challenge that is not sealed.
fn holds_an_answer(whole: &[u8]) -> bool {
    let state = Transcript::replay(whole).unwrap();
    let next = state.records().len() as u64;
    [Side::Reference, Side::Candidate].into_iter().any(|side| state.half(next, side).answer.is_some())
}
