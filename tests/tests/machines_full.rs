//! A disk that is full, a folder that cannot be written, and two processes in one run folder.
//!
//! Each ends with exit code 1 (the machine) or 2 (another process works here) and a line that says where and why; nothing
//! sealed is lost, nothing half-written is taken for whole, and once the cause is mended the run goes on.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod dying;

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use dying::{SmallDisk, decided, quick_scratch, registered, replayed, start, statement, transcript, whole_lines};
use pot_protocol::bundle::Bundle;
use pot_tests::{Ran, copy_folder, prove, text};

/// The line that ends a command whose disk is full.
fn says_full(ran: Ran) {
    ran.expect(1).says("No space left on device");
}

#[test]
fn a_full_disk_ends_a_run_with_its_reason_and_loses_nothing() {
    let root = quick_scratch();
    let disk_at = root.path().join("disk");
    let name = "a_full_disk_ends_a_run_with_its_reason_and_loses_nothing";
    let Some(disk) = SmallDisk::mount(&disk_at, 256, name) else { return };
    let fresh = registered(root.path());
    let twin = root.path().join("twin");
    copy_folder(&fresh, &twin);
    prove(&["run", text(&twin)]).expect(0);

    let mut sealed = Vec::new();
    // In pages of 4 kB, and less than the transcript takes: it ends before the first line, among the questions, and among
    // the records.
    let pages = (transcript(&twin).len() / 4096).checked_sub(1).unwrap();
    assert!(pages >= 6, "{pages}");
    for kilobytes in [0, 1, 2, pages / 2, pages - 2, pages].map(|pages| 4 * pages) {
        let folder = disk_at.join(format!("run-{kilobytes}"));
        copy_folder(&fresh, &folder);
        disk.leave(kilobytes);
        let ran = prove(&["run", text(&folder)]);
        assert!(ran.stderr.contains(text(&folder)), "it says where: {ran:?}");
        if kilobytes > 0 {
            // The run had begun, so it is said how to go on.
            assert!(ran.stderr.contains("free some space and pass --resume"), "{ran:?}");
        }
        says_full(ran);
        let before = transcript(&folder);
        assert_eq!(folder.join("transcript.ndjson").exists(), kilobytes > 0, "nothing half-written");
        // Trying again on a full disk is no better, and no worse.
        says_full(prove(&["run", text(&folder), "--resume"]));
        assert!(transcript(&folder).starts_with(whole_lines(&before)));
        let unproved = prove(&["prove", text(&folder)]);
        if before.ends_with(b"\n") || before.is_empty() {
            unproved.expect(2).says("pot-prove run");
        } else {
            unproved.expect(3).says("incomplete").says("resume the run");
        }

        disk.make_room();
        prove(&["run", text(&folder), "--resume"]).expect(0).says("SAME after 11");
        assert!(transcript(&folder).starts_with(whole_lines(&before)), "{kilobytes} kB: a complete line is gone");
        assert!(decided(&statement(&folder)) == decided(&statement(&twin)), "{kilobytes} kB");
        sealed.push(
            whole_lines(&before).split(|&b| b == b'\n').filter(|l| l.starts_with(b"{\"event\":\"record")).count(),
        );
        fs::remove_dir_all(&folder).unwrap();
    }
    println!("records sealed when the disk was full: {sealed:?}");
    assert!(sealed[0] == 0 && sealed[5] > 3, "{sealed:?}");
}

#[test]
fn a_full_disk_leaves_no_half_of_a_bundle_and_no_half_of_a_registration() {
    let root = quick_scratch();
    let disk_at = root.path().join("disk");
    let name = "a_full_disk_leaves_no_half_of_a_bundle_and_no_half_of_a_registration";
    let Some(disk) = SmallDisk::mount(&disk_at, 256, name) else { return };
    let finished = registered(root.path());
    prove(&["run", text(&finished)]).expect(0);
    let expected = statement(&finished).to_bytes();
    // Four files of a page each are written.
    for kilobytes in [0, 4, 8, 12] {
        let folder = disk_at.join("run");
        copy_folder(&finished, &folder);
        disk.leave(kilobytes);
        says_full(prove(&["prove", text(&folder)]));
        assert!(!folder.join("bundle.pot").exists(), "{kilobytes} kB");
        disk.make_room();
        prove(&["prove", text(&folder)]).expect(0);
        let bundle = Bundle::from_bytes(&fs::read(folder.join("bundle.pot")).unwrap()).unwrap();
        assert!(bundle.statement.to_bytes() == expected, "{kilobytes} kB");
        fs::remove_dir_all(folder).unwrap();
    }

    let entries = || fs::read_dir(&disk_at).unwrap().count();
    for kilobytes in [0, 4, 8, 16] {
        disk.leave(kilobytes);
        let (before, out) = (entries(), disk_at.join("new"));
        says_full(prove(&["register", "--out", text(&out)]));
        assert!(!out.exists() && entries() == before, "{kilobytes} kB: something is left behind");
        disk.make_room();
    }
    prove(&["register", "--out", text(&disk_at.join("new"))]).expect(0);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_says_so_and_can_still_be_read() {
    let root = quick_scratch();
    let disk_at = root.path().join("disk");
    let name = "a_folder_that_cannot_be_written_is_an_error_that_says_so_and_can_still_be_read";
    let Some(disk) = SmallDisk::mount(&disk_at, 1024, name) else { return };
    let fresh = registered(root.path());
    let [new, begun, finished] = ["new", "begun", "finished"].map(|name| disk_at.join(name));
    for folder in [&new, &begun, &finished] {
        copy_folder(&fresh, folder);
    }
    prove(&["run", text(&finished)]).expect(0);
    let lines = transcript(&finished);
    fs::write(begun.join("transcript.ndjson"), &lines[..lines.len() / 2]).unwrap();
    disk.make_read_only();
    for folder in [&new, &begun, &finished] {
        for args in [&["run", text(folder)][..], &["run", text(folder), "--resume"], &["prove", text(folder)]] {
            let ran = prove(args);
            assert!(ran.stderr.contains(text(folder)), "it says where: {ran:?}");
            ran.expect(1).says("Read-only file system");
        }
        prove(&["inspect", text(folder)]).expect(0);
    }
    prove(&["register", "--out", text(&disk_at.join("another"))]).expect(1).says("Read-only file system");
    assert_eq!(transcript(&begun), lines[..lines.len() / 2]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_is_an_error_that_says_so_and_can_still_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let root = quick_scratch();
    let may_write = |folder: &Path, may: bool| {
        let mode = if may { 0o700 } else { 0o500 };
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    };
    let locked = root.path().join("locked");
    fs::create_dir(&locked).unwrap();
    may_write(&locked, false);
    if fs::write(locked.join("file"), "").is_ok() {
        // Permissions do not bind root. The file system that is mounted to be read only does.
        return;
    }
    prove(&["register", "--out", text(&locked.join("run"))]).expect(1).says("Permission denied");

    let fresh = registered(root.path());
    let [new, finished] = ["new", "finished"].map(|name| root.path().join(name));
    for folder in [&new, &finished] {
        copy_folder(&fresh, folder);
    }
    prove(&["run", text(&finished)]).expect(0);
    let lines = transcript(&finished);
    // What can be opened for writing is: a folder's right is about new files.
    for (folder, args) in [(&new, &["run"][..]), (&new, &["run", "--resume"]), (&finished, &["prove"])] {
        may_write(folder, false);
        let ran = prove(&[args, &[text(folder)]].concat());
        assert!(ran.stderr.contains(text(folder)), "it says where: {ran:?}");
        ran.expect(1).says("Permission denied");
        prove(&["inspect", text(folder)]).expect(0);
        may_write(folder, true);
    }
    assert_eq!(transcript(&finished), lines);
    assert!(!new.join("transcript.ndjson").exists() && !finished.join("bundle.pot").exists());
    // With the right given back both go on.
    prove(&["run", text(&new)]).expect(0).says("SAME after 11");
    prove(&["prove", text(&finished)]).expect(0);
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().unwrap();
    assert!(sent.success());
}

fn until(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain");
        thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(unix)]
#[test]
fn a_second_process_is_told_that_another_works_here_and_a_dead_one_holds_no_lock() {
    let root = quick_scratch();
    let fresh = registered(root.path());
    for number in 0..3 {
        let folder = root.path().join(format!("run-{number}"));
        copy_folder(&fresh, &folder);
        // The first is stopped in the middle of its work, as a process that hangs would be.
        let mut first = start(&["run", text(&folder)]);
        until(|| !transcript(&folder).is_empty());
        signal(first.id(), "STOP");
        assert!(first.try_wait().unwrap().is_none(), "it was quicker than it could be stopped");
        let before = transcript(&folder);
        for args in [
            &["run", text(&folder)][..],
            &["run", text(&folder), "--resume"],
            &["prove", text(&folder)],
            &["audit", "--resume", "--out", text(&folder)],
        ] {
            prove(args).expect(2).says("another pot-prove works in").says(text(&folder));
        }
        // Looking is allowed, and changes nothing.
        prove(&["inspect", text(&folder)]).expect(0);
        assert_eq!(transcript(&folder), before);
        // A process that is stopped takes no other signal but this.
        signal(first.id(), "KILL");
        first.wait().unwrap();
        prove(&["run", text(&folder), "--resume"]).expect(0).says("SAME after 11");
        assert!(transcript(&folder).starts_with(whole_lines(&before)));
    }
}

#[test]
fn of_many_processes_that_start_at_once_one_works() {
    let root = quick_scratch();
    let fresh = registered(root.path());
    let folder = root.path().join("run");
    copy_folder(&fresh, &folder);
    let outcomes: Vec<Ran> = thread::scope(|scope| {
        let started: Vec<_> = (0..6).map(|_| scope.spawn(|| prove(&["run", text(&folder), "--resume"]))).collect();
        started.into_iter().map(|ran| ran.join().unwrap()).collect()
    });
    assert!(outcomes.iter().any(|ran| ran.code == 0), "{outcomes:?}");
    for ran in outcomes {
        let code = ran.code;
        assert!(code == 0 || code == 2, "{ran:?}");
        ran.expect(code).says(if code == 0 { "SAME after 11" } else { "another pot-prove works in" });
    }
    // One attempt for each answer: nobody asked twice.
    assert_eq!(statement(&folder).attempts().total, 22);
    assert_eq!(replayed(&folder).records().len(), 11);
    same_registration(&fresh, &folder);
}

fn same_registration(one: &Path, other: &Path) {
    let [one, other] = [one, other].map(|folder| fs::read(folder.join("registration.pot")).unwrap());
    assert_eq!(one, other);
}
