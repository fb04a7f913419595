//! How often a pair was tried: what a folder of registrations and bundles shows.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pot_protocol::registration::{RawRegistration, Registration};
use pot_tests::{check, prove, scratch, text};

/// A folder with registrations 1 to 3 of one pair, each naming the one before it, of which the third is proved.
struct Chain {
    root: tempfile::TempDir,
    folders: [PathBuf; 3],
}

impl Chain {
    fn new() -> Self {
        let root = scratch();
        let folders = [1, 2, 3].map(|number| root.path().join(format!("run-{number}")));
        prove(&["register", "--out", text(&folders[0])]).expect(0);
        for pair in folders.windows(2) {
            let previous = pair[0].join("registration.pot");
            prove(&["register", "--previous", text(&previous), "--out", text(&pair[1])]).expect(0);
        }
        prove(&["run", text(&folders[2])]).expect(0);
        prove(&["prove", text(&folders[2])]).expect(0);
        Self { root, folders }
    }

    /// The registration of a number, as bytes.
    fn registration(&self, number: usize) -> Vec<u8> {
        fs::read(self.folders[number - 1].join("registration.pot")).unwrap()
    }

    /// A new registry with these files.
    fn registry(&self, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let folder = self.root.path().join(name);
        for (file, bytes) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn verify(&self, registry: &Path, code: i32) -> (pot_tests::Ran, serde_json::Value) {
        let args =
            ["verify", text(&self.folders[2]), "--allow-development-key", "--registry", text(registry), "--json"];
        let ran = check(&args).expect(code);
        let json = serde_json::from_str(&ran.stdout).unwrap();
        (ran, json)
    }
}

fn changed(bytes: &[u8], edit: impl FnOnce(&mut RawRegistration)) -> Vec<u8> {
    let mut raw = Registration::from_bytes(bytes).unwrap().fields().clone();
    edit(&mut raw);
    raw.validate().unwrap().to_bytes()
}

#[test]
fn a_registry_counts_attempts_and_shows_what_is_missing() {
    let chain = Chain::new();
    let [one, two] = [chain.registration(1), chain.registration(2)];
    // Whole, in folders as they come; the bundle that is checked counts whether it lies there or not.
    let whole =
        chain.registry("whole", &[("run-1/registration.pot", &one), ("2.pot", &two), ("notes.txt", b"not read")]);
    let (_, report) = chain.verify(&whole, 0);
    assert_eq!(report["registry"]["attempts"], 3);
    assert_eq!(report["registrations_known"], 3);
    assert_eq!(report["registry"]["missing"], serde_json::json!([]));
    assert_eq!(report["registry"]["open"].as_array().unwrap().len(), 2, "not due yet");
    let verified = report["verified"].to_string();
    assert!(verified.contains("at most 3 times alpha 0.025, 0.075"), "{verified}");

    // One is missing: it still counts, and what became of it is not known.
    let gap = chain.registry("gap", &[("2.pot", &two)]);
    let (_, report) = chain.verify(&gap, 0);
    assert_eq!((&report["registry"]["attempts"], &report["registry"]["missing"]), (&3.into(), &serde_json::json!([1])));
    assert!(report["warnings"].to_string().contains("1 numbers, 1 first, have no registration"), "{report}");
    assert!(report["verified"].to_string().contains("and the 1 whose policy is not known"), "{report}");
    // Nothing but the bundle: its own number says as much, and it names the one before it.
    let bundle = fs::read(chain.folders[2].join("bundle.pot")).unwrap();
    let empty = chain.registry("empty", &[("bundle.pot", &bundle)]);
    let (_, report) = chain.verify(&empty, 0);
    assert_eq!(
        (&report["registry"]["attempts"], &report["registry"]["missing"]),
        (&3.into(), &serde_json::json!([1, 2]))
    );
}

#[test]
fn a_registry_shows_forks_broken_chains_and_what_was_due() {
    let chain = Chain::new();
    let [one, two] = [chain.registration(1), chain.registration(2)];
    // A second number 2, and one that was due long ago.
    let fork = changed(&two, |r| r.run_id.0[0] ^= 1);
    let late = changed(&one, |r| (r.registered_at, r.due_by) = (1000, 2000));
    let registry = chain.registry("fork", &[("1.pot", &one), ("2.pot", &two), ("2b.pot", &fork), ("late.pot", &late)]);
    let (_, report) = chain.verify(&registry, 0);
    let found = &report["registry"];
    assert_eq!(found["attempts"], 5, "each counts");
    assert_eq!((&found["forked"], &found["broken"]), (&serde_json::json!([1, 2]), &serde_json::json!([])));
    assert_eq!(found["failed"], serde_json::json!([Registration::from_bytes(&late).unwrap().digest().to_string()]));
    assert!(report["verified"].to_string().contains("at most 5 times alpha 0.025, 0.125"), "{report}");

    // What is missing counts beside what is there twice.
    let both = chain.registry("both", &[("2.pot", &two), ("2b.pot", &fork)]);
    let (_, report) = chain.verify(&both, 0);
    assert_eq!((&report["registry"]["attempts"], &report["registry"]["missing_count"]), (&4.into(), &1.into()));
    // A number is what somebody wrote: none is counted one by one.
    let far = changed(&two, |r| r.sequence = u64::MAX);
    let (_, report) = chain.verify(&chain.registry("far", &[("far.pot", &far)]), 0);
    assert_eq!(report["registry"]["missing"].as_array().unwrap().len(), 100);
    assert!(report["verified"].to_string().contains("times alpha 0.025, 1,"), "{report}");

    let broken = changed(&two, |r| r.previous.as_mut().unwrap().0[0] ^= 1);
    let registry = chain.registry("broken", &[("1.pot", &one), ("2.pot", &broken)]);
    let (_, report) = chain.verify(&registry, 0);
    // Number 2 names no number 1, and number 3, which is proved, names no number 2 that is here: two more are somewhere.
    assert_eq!(report["registry"]["attempts"], 5);
    assert_eq!(report["registry"]["broken"], serde_json::json!([2, 3]));

    // Another pair is another pair.
    let other = changed(&one, |r| {
        let pot_protocol::registration::ModelIdentity::Weights { weights, .. } = &mut r.candidate else { return };
        weights.0[0] ^= 1;
    });
    let registry = chain.registry("other", &[("1.pot", &one), ("2.pot", &two), ("other.pot", &other)]);
    assert_eq!(chain.verify(&registry, 0).1["registry"]["attempts"], 3);
}

#[test]
fn a_registry_that_cannot_be_read_whole_says_nothing() {
    let chain = Chain::new();
    let one = chain.registration(1);
    for (name, bytes) in
        [("short", &one[..one.len() - 1]), ("text", b"{}"), ("bundle", b"POTBUNDL"), ("long", &vec![0; 70_000])]
    {
        let registry = chain.registry(name, &[("1.pot", &one), ("bad.pot", bytes)]);
        let (ran, report) = chain.verify(&registry, 3);
        assert!(ran.stderr.contains("bad.pot") && report["accepted"] == false, "{}", ran.stderr);
    }
    let args = ["verify", text(&chain.folders[2]), "--allow-development-key", "--registry", "no such folder"];
    check(&args).expect(3).says("no such folder");
    // A folder in which nothing is, or from which something would be left out.
    let nothing = chain.registry("nothing", &[("notes.txt", b"")]);
    assert!(chain.verify(&nothing, 3).0.stderr.contains("holds no registration"));
    let deep = chain.registry("deep", &[("1.pot", &one), ("a/b/c/d/2.pot", &one)]);
    assert!(chain.verify(&deep, 3).0.stderr.contains("deeper"));
    #[cfg(unix)]
    {
        let linked = chain.registry("linked", &[("1.pot", &one)]);
        std::os::unix::fs::symlink(&deep, linked.join("2.pot")).unwrap();
        assert!(chain.verify(&linked, 3).0.stderr.contains("is a link"));
    }
}

#[test]
fn a_run_that_was_made_twice_counts_twice() {
    let root = scratch();
    let at = |name: &str| root.path().join(name);
    let (run, again) = (at("run"), at("again"));
    prove(&["register", "--out", text(&run)]).expect(0);
    pot_tests::copy_folder(&run, &again);
    let registry = at("registry");
    fs::create_dir(&registry).unwrap();
    for folder in [&run, &again] {
        prove(&["run", text(folder)]).expect(0);
        prove(&["prove", text(folder)]).expect(0);
        let name = folder.file_name().unwrap().to_str().unwrap();
        fs::copy(folder.join("bundle.pot"), registry.join(format!("{name}.pot"))).unwrap();
    }
    let args = ["verify", text(&run), "--allow-development-key", "--registry", text(&registry), "--json"];
    let report: serde_json::Value = serde_json::from_str(&check(&args).expect(0).stdout).unwrap();
    assert_eq!(report["registry"]["attempts"], 2);
    assert_eq!(report["registry"]["repeated"].as_array().unwrap().len(), 1);
    assert!(report["warnings"].to_string().contains("have several outcomes"), "{report}");
}
