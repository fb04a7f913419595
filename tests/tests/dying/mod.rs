//! What the tests of dying machines share: folders in memory, transcripts as bytes, statements without proofs.
#![allow(dead_code)] // each test file uses its own part of this module

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
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

/// A small file system in memory, for as long as this lives.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// A file system of this many kilobytes, or nothing where the test may not mount one. That is said aloud.
    #[allow(clippy::print_stdout, reason = "what is skipped has to be seen")]
    pub(crate) fn mount(at: &Path, kilobytes: usize) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs", text(at)]).output();
        if mounted.is_ok_and(|ran| ran.status.success()) {
            return Some(Self(at.to_owned()));
        }
        println!("SKIPPED: mounting a tmpfs takes root on Linux, so nothing is tested here about disks that fail");
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
