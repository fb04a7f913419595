//! What the tests of dying machines share: folders in memory, transcripts as bytes, statements without proofs.
#![allow(dead_code)] // each test file uses its own part of this module

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use pot_protocol::{
    statement::{RawStatement, Statement},
    transcript::Transcript,
};
use pot_prover::{prove::Prepared, run_folder::RunFolder};
use pot_tests::{Ran, check, command, prove, scratch, text};

/// A folder that goes away with the test; in memory where there is room for it, since what is tested here does not hang on
/// the disk and waiting for it is most of the time otherwise.
pub(crate) fn quick_scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap_or_else(|_| scratch()) } else { scratch() }
}

/// Registers the base against its quantisation under QUICK: eleven challenges, eight of them in the first batch.
pub(crate) fn registered(root: &Path) -> PathBuf {
    let out = root.join("registered");
    prove(&["register", "--candidate", "builtin:base-q8", "--out", text(&out)]).expect(0);
    out
}

/// The bytes of a run's transcript; none where it has not begun.
pub(crate) fn transcript(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("transcript.ndjson")).unwrap_or_default()
}

/// The complete lines: what was on disk before the next step began.
pub(crate) fn whole_lines(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1)]
}

/// Ends of all complete lines.
pub(crate) fn line_ends(bytes: &[u8]) -> Vec<usize> {
    bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect()
}

pub(crate) fn replayed(folder: &Path) -> Transcript {
    Transcript::replay(&transcript(folder)).unwrap()
}

/// The statement that a proof of this finished run states, after the native check of the whole relation.
pub(crate) fn statement(folder: &Path) -> Statement {
    Prepared::from_folder(&RunFolder::open(folder).unwrap()).unwrap().statement().clone()
}

/// The bytes of a statement without what two runs of one registration cannot have in common: the salts of their records are
/// drawn (and with them both roots), an interrupted question is one more attempt, and time goes on.
pub(crate) fn decided(statement: &Statement) -> Vec<u8> {
    let fields = statement.fields().clone();
    let registered_at = fields.registration.registered_at;
    let plain = RawStatement {
        score_root: pot_protocol::digest::Digest::default(),
        evidence_root: pot_protocol::digest::Digest::default(),
        attempts_total: 2 * u64::from(fields.n),
        attempts_most: 1,
        sealed_at: registered_at,
        ..fields
    };
    plain.validate().unwrap().to_bytes()
}

/// A run of the same registration that nobody interrupted.
pub(crate) struct Twin {
    pub(crate) transcript: Transcript,
    pub(crate) bytes: usize,
    pub(crate) statement: Statement,
    pub(crate) took: Duration,
    /// What was said of its outcome.
    pub(crate) said: String,
}

impl Twin {
    /// Runs the registration in `folder`.
    pub(crate) fn of(folder: &Path) -> Self {
        let begun = Instant::now();
        let ran = prove(&["run", text(folder)]).expect(0);
        let took = begun.elapsed();
        let bytes = transcript(folder).len();
        Self { transcript: replayed(folder), bytes, statement: statement(folder), took, said: outcome(&ran) }
    }
}

/// The outcome in the last line of what `run` says, without what to do next.
pub(crate) fn outcome(ran: &Ran) -> String {
    let last = ran.stderr.lines().last().unwrap_or_default();
    last.split(['.', ':', ';']).next().unwrap_or_default().to_owned()
}

/// Asserts that a resumed run has come to what its twin came to: prompts, tokens, answers, figures and scores, and all of
/// the statement but for what two runs never have in common. One attempt is counted for each question that was put, whether
/// its answer was lost or not.
pub(crate) fn same_decision(folder: &Path, twin: &Twin) {
    let (ours, theirs) = (replayed(folder), &twin.transcript);
    assert_eq!(ours.records().len(), theirs.records().len());
    for (ours, theirs) in ours.records().iter().zip(theirs.records()) {
        assert_eq!((&ours.prompt, ours.score, &ours.figures), (&theirs.prompt, theirs.score, &theirs.figures));
        for (ours, theirs) in [(&ours.reference, &theirs.reference), (&ours.candidate, &theirs.candidate)] {
            assert_eq!((&ours.tokens, ours.answer, &ours.engine), (&theirs.tokens, theirs.answer, &theirs.engine));
        }
    }
    let (ours, theirs) = (statement(folder), &twin.statement);
    assert!(decided(&ours) == decided(theirs), "{:?} is not {:?}", ours.fields(), theirs.fields());
    let lines = String::from_utf8(transcript(folder)).unwrap();
    assert_eq!(ours.attempts().total, lines.matches("\"event\":\"intent\"").count() as u64);
    assert_eq!(theirs.attempts().total, 2 * u64::from(theirs.fields().n));
    assert!(statement(folder).to_bytes() == ours.to_bytes(), "a transcript has one statement");
}

/// Checks the bundle of a run with its scores and its transcript.
pub(crate) fn check_opened(folder: &Path) -> Ran {
    let scores = folder.join("scores.json");
    let opened = ["--transcript", text(folder), "--scores", text(&scores)];
    check(&[&["verify", text(folder), "--allow-development-key"], &opened[..]].concat()).expect(0)
}

/// Starts `pot-prove` in silence.
pub(crate) fn start(args: &[&str]) -> Child {
    command("pot-prove", args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Sends SIGKILL as soon as `now` says so; whether the process was still there to be killed.
pub(crate) fn kill_when(mut child: Child, mut now: impl FnMut() -> bool) -> bool {
    while !now() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(50));
    }
    let _ = child.kill();
    // A process that ended by itself has an exit code.
    child.wait().unwrap().code().is_none()
}

/// Set where a test was run again.
const AGAIN: &str = "POT_TEST_RUN_AGAIN";

/// Runs `test` of this program again in a namespace of its own, in which everybody may mount, if there can be one.
fn is_run_again(test: &str) -> bool {
    if std::env::var_os(AGAIN).is_some() {
        return false;
    }
    let namespace = |program: &Path| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount"]).arg(program);
        command
    };
    let mounts = namespace(Path::new("mount")).args(["-t", "tmpfs", "tmpfs", "/tmp"]).status();
    if !mounts.is_ok_and(|status| status.success()) {
        return false;
    }
    let mut again = namespace(&std::env::current_exe().unwrap());
    let ran: Ran = again.args(["--exact", test, "--nocapture"]).env(AGAIN, "1").output().unwrap().into();
    let passed = ran.code == 0 && ran.stdout.contains("test result: ok. 1 passed");
    assert!(passed, "in a namespace of its own:\n{}{}", ran.stdout, ran.stderr);
    true
}

/// Says what is not tested, also where what tests print is not shown, and fails where the variable `POT_TEST_ALL` asks for everything.
pub(crate) fn skipped(why: &str) {
    let mut line = std::io::stderr();
    std::io::Write::write_all(&mut line, format!("SKIPPED: {why}\n").as_bytes()).unwrap();
    let all = std::env::var_os("POT_TEST_ALL").is_some();
    assert!(!all, "skipped, and the variable POT_TEST_ALL asks for all tests: {why}");
}

/// A small file system in memory, for as long as this lives.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// A file system of this many kilobytes, or nothing where the test may not mount one. Then it is run again where it may,
    /// and has nothing more to do here.
    pub(crate) fn mount(at: &Path, kilobytes: usize, test: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs", text(at)]).output();
        if mounted.is_ok_and(|ran| ran.status.success()) {
            return Some(Self(at.to_owned()));
        }
        if !is_run_again(test) {
            skipped(
                "no file system can be mounted here, not in a namespace either: nothing is tested about full disks",
            );
        }
        None
    }

    /// From now on nothing can be written there.
    pub(crate) fn make_read_only(&self) {
        let remounted = Command::new("mount").args(["-o", "remount,ro", text(&self.0)]).status().unwrap();
        assert!(remounted.success());
    }

    /// Leaves so many kilobytes free, by a file that takes the rest.
    pub(crate) fn leave(&self, kilobytes: usize) {
        let filler = self.0.join("filler");
        let _ = fs::remove_file(&filler);
        let mut file = fs::File::create(&filler).unwrap();
        // Until there is no more, then as much less.
        let page = [0x55; 4096];
        let mut pages = 0;
        while std::io::Write::write_all(&mut file, &page).is_ok() {
            pages += 1;
        }
        file.set_len(4096 * (pages - kilobytes as u64 / 4)).unwrap();
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", text(&self.0)]).status();
    }
}
