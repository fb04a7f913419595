//! A server that is another one after an interruption. What it said before stays said, what it says later is what counts for
//! later challenges, and an answer whose words are not in the log is taken only if it comes again to the last bit.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod dying;
mod noting;
mod stub;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use dying::{check_opened, line_ends, quick_scratch, replayed, same_decision, statement, transcript};
use noting::Noting;
use pot_protocol::{
    policy::Preset,
    rule::{Progress, decide},
    transcript::{Event, Side, Transcript},
};
use pot_tests::{copy_folder, prove, text};

/// The challenge whose answer is in the log, and in no record, when the run is interrupted.
const HELD: usize = 4;

/// By how many thousandths of a nat the server says less of every token afterwards.
const LESS: u64 = 700;

struct Interrupted {
    server: Noting,
    twin: dying::Twin,
    /// The registration without a run.
    fresh: PathBuf,
    /// The complete lines up to the answer.
    kept: Vec<u8>,
    _root: tempfile::TempDir,
}

impl Interrupted {
    fn new() -> Self {
        let root = quick_scratch();
        let [fresh, run] = ["fresh", "run"].map(|name| root.path().join(name));
        let server = Noting::serve("builtin:base-q8");
        let setting = ["--candidate", &server.stub.spec(), "--policy", "quick-delta-logprob"];
        prove(&[&["register", "--out", text(&fresh)], &setting[..]].concat()).expect(0);
        copy_folder(&fresh, &run);
        let twin = dying::Twin::of(&run);
        let whole = transcript(&run);
        let held = |end: &usize| {
            let state = Transcript::replay(&whole[..*end]).unwrap();
            state.records().len() == HELD && state.half(HELD as u64, Side::Candidate).answer.is_some()
        };
        let kept = whole[..line_ends(&whole).into_iter().find(held).unwrap()].to_vec();
        server.take_asked();
        Self { server, twin, fresh, kept, _root: root }
    }

    /// The run as it was interrupted, with the last line, which is the answer, changed.
    fn folder(&self, name: &str, change: impl Fn(&mut Option<String>)) -> PathBuf {
        let folder = self.fresh.with_file_name(name);
        copy_folder(&self.fresh, &folder);
        let ends = line_ends(&self.kept);
        let (before, last) = self.kept.split_at(ends[ends.len() - 2]);
        let mut event: Event = serde_json::from_slice(last).unwrap();
        let Event::Answer { content, .. } = &mut event else { panic!("{event:?}") };
        change(content);
        let line = serde_json::to_vec(&event).unwrap();
        fs::write(folder.join("transcript.ndjson"), [before, &line, b"\n"].concat()).unwrap();
        folder
    }

    /// Resuming is refused, with this exit code and reason; nothing is written and there is no verdict.
    fn refused(folder: &Path, code: i32, says: &str) {
        let before = transcript(folder);
        let ran = prove(&["run", text(folder), "--resume"]);
        assert!(!ran.stderr.contains("SAME") && !ran.stderr.contains("DIFFERENT"), "{ran:?}");
        ran.expect(code).says(says);
        assert_eq!(transcript(folder), before, "{says}");
        prove(&["prove", text(folder)]).expect(2).says("no decision");
    }
}

#[test]
fn what_was_said_before_an_interruption_is_not_exchanged_for_what_is_said_after_it() {
    let run = Interrupted::new();
    run.server.say_less(LESS);
    let other = run.fresh.with_file_name("other");
    copy_folder(&run.fresh, &other);
    let other = dying::Twin::of(&other);
    let pairs = || run.twin.transcript.records().iter().zip(other.transcript.records());
    assert!(pairs().all(|(one, other)| one.score != other.score), "the server changed");

    run.server.take_asked();
    let folder = run.folder("resumed", |_| ());
    let ran = prove(&["run", text(&folder), "--resume"]).expect(0);
    let after = replayed(&folder);
    for (index, record) in after.records().iter().enumerate() {
        // Sealed, or in the log alone: as it was said. Everything else: as it is said now.
        let said = if index <= HELD { &run.twin } else { &other };
        let Some(twin) = said.transcript.records().get(index) else { continue };
        assert_eq!((record.score, &record.figures), (twin.score, &twin.figures), "{index}");
        assert_eq!(record.candidate.answer, twin.candidate.answer, "{index}");
        assert_eq!((record.reference.attempts, record.candidate.attempts), (1, 1), "{index}");
    }
    let asked: Vec<Vec<u32>> =
        after.records()[HELD + 1..].iter().map(|record| record.candidate.tokens.clone()).collect();
    assert_eq!(run.server.take_asked(), asked, "no earlier challenge is put again");

    // The verdict is the rule's about these scores, and what is proved and checked is this.
    let policy = "quick-delta-logprob".parse::<Preset>().unwrap().policy();
    let Progress::Decided(outcome) = decide(policy.coefficients(), &after.scores()) else { panic!("{ran:?}") };
    assert_eq!(usize::try_from(outcome.n).unwrap(), after.records().len());
    ran.says(&format!("{} after {}", outcome.verdict.word(), outcome.n));
    assert_eq!(statement(&folder).fields().n, outcome.n);
    prove(&["prove", text(&folder)]).expect(0);
    check_opened(&folder);
}

#[test]
fn words_that_the_log_lost_or_that_were_changed_in_it_are_not_believed() {
    let run = Interrupted::new();
    let (lost, other) = (|content: &mut Option<String>| *content = None, "it answers differently than before");
    // The server says it again, and it is the same to the last bit: no second attempt at another answer.
    let folder = run.folder("lost", lost);
    prove(&["run", text(&folder), "--resume"]).expect(0);
    same_decision(&folder, &run.twin);

    let digit = |content: &mut Option<String>| {
        let text = content.as_mut().unwrap();
        let last = if text.pop() == Some('0') { '1' } else { '0' };
        text.push(last);
    };
    Interrupted::refused(&run.folder("digit", digit), 1, other);
    let rubbish = |content: &mut Option<String>| *content = Some("rubbish".to_owned());
    Interrupted::refused(&run.folder("rubbish", rubbish), 1, "challenge 4: the candidate gave no usable answer");
    run.server.say_less(LESS);
    Interrupted::refused(&run.folder("lost and another server", lost), 1, other);
}

#[test]
fn a_server_of_another_release_is_not_the_registered_one() {
    let run = Interrupted::new();
    let folder = run.folder("upgraded", |_| ());
    run.server.stub.release.store(1, Ordering::SeqCst);
    Interrupted::refused(&folder, 3, "the candidate model is not the registered one");
    assert_eq!(run.server.take_asked(), Vec::<Vec<u32>>::new());
    run.server.stub.release.store(0, Ordering::SeqCst);
    prove(&["run", text(&folder), "--resume"]).expect(0);
    same_decision(&folder, &run.twin);
}
