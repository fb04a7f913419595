//! `pot-setup` as a process: its exit codes, and what it says of keys that one party can forge under.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, path::PathBuf, process::Command};

use pot_protocol::{
    digest::Digest,
    keys::{BUILT_IN, Ceremony, KeyId, KeyPoints, Phase1Source, Provenance, VerifyingKey},
    rule::Capacity,
};
use pot_setup::{KeyStore, circuits, formats::zkey::Zkey};

/// Some zkey: the key folder keeps it beside any verifying key, only full checks compare them.
const ZKEY: &[u8] = include_bytes!("../testdata/snarkjs/final.zkey");

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> KeyStore {
        KeyStore::open(self.path("keys")).unwrap()
    }

    /// Exit code, stdout and stderr.
    fn setup(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_pot-setup"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("POT_KEY_DIR", self.path("keys"))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn ends_with(&self, code: i32, part: &str, arguments: &[&str]) {
        let (exit, stdout, stderr) = self.setup(arguments);
        assert!(exit == code && stderr.contains(part), "{exit}: {stdout}{stderr}");
    }
}

fn rehearsal() -> VerifyingKey {
    VerifyingKey::from_bytes(BUILT_IN.iter().find(|key| key.rehearsal).unwrap().bytes).unwrap()
}

fn key(provenance: Provenance, points: &KeyPoints) -> VerifyingKey {
    VerifyingKey::new(circuits::id(Capacity::C128), Capacity::C128, provenance, points).unwrap()
}

/// One key of each kind: development, rehearsal, ceremony.
fn one_of_each() -> [VerifyingKey; 3] {
    let rehearsal = rehearsal();
    let ceremony = Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [7; 64],
        contributions: 5,
        beacon: false,
        zkey: Digest::of(ZKEY),
    });
    let other_powers = KeyPoints { alpha_g1: -rehearsal.points().alpha_g1, ..rehearsal.points().clone() };
    [key(Provenance::Development, rehearsal.points()), rehearsal, key(ceremony, &other_powers)]
}

#[test]
fn powers_of_tau_with_another_sum_than_the_given_one_are_refused_as_trust_material() {
    let case = Case::new();
    assert_eq!(case.setup(&["phase1", "new", "--power", "2", "--out", "p.ptau"]).0, 0);
    let zeros = "00".repeat(64);
    case.ends_with(5, "not the one given with --blake2b", &["phase1", "import", "p.ptau", "--blake2b", &zeros]);
    let with = |file| ["phase2", "new", "--capacity", "128", "--ptau", file, "--out", "0.zkey", "--blake2b", &zeros];
    case.ends_with(5, "not the one given with --blake2b", &with("p.ptau"));
    case.ends_with(5, "that of no public file", &["phase1", "import", "p.ptau"]);
    case.ends_with(2, "a BLAKE2b-512 has 64", &["phase1", "import", "p.ptau", "--blake2b", "00"]);
    case.ends_with(5, "missing.ptau", &with("missing.ptau"));
    fs::write(case.path("bad.ptau"), b"ptau").unwrap();
    case.ends_with(3, "bad.ptau", &["phase1", "verify", "bad.ptau"]);
}

#[test]
fn a_damaged_key_is_malformed_for_every_command_and_a_missing_one_is_refused() {
    let case = Case::new();
    let key = rehearsal();
    case.store().add(&key, ZKEY).unwrap();
    let id = key.id().to_string();
    let export = ["keys", "export", &id, "--out", "out"];
    assert_eq!(case.setup(&export).0, 0);
    case.ends_with(1, "cannot make the folder", &export);

    let path = case.store().key_folder(key.id()).join("circuit.zkey");
    let mut altered = ZKEY.to_vec();
    altered[100] ^= 1;
    fs::write(&path, &altered).unwrap();
    case.ends_with(3, "SHA-256", &["keys", "export", &id, "--out", "again"]);
    assert!(!case.path("again").exists());
    case.ends_with(3, "SHA-256", &["verify", &id]);
    fs::write(&path, &ZKEY[1..]).unwrap();
    case.ends_with(3, "bytes where", &["keys", "export", &id, "--out", "again"]);
    fs::write(path.with_file_name("verifying.key"), b"POTVKEY1").unwrap();
    case.ends_with(3, "verifying.key", &["keys", "list"]);

    let none = KeyId([1; 32]).to_string();
    case.ends_with(5, "no key", &["keys", "export", &none, "--out", "again"]);
    case.ends_with(5, "no key", &["keys", "show", &none]);
}

#[test]
fn what_one_party_can_forge_under_is_labelled_everywhere() {
    let case = Case::new();
    let keys = one_of_each();
    let labels = [
        ("development key", "whoever made it can forge"),
        ("rehearsal key: 3 contributions and a beacon", "whoever held the rehearsal can forge"),
        ("ceremony key: 5 contributions and no beacon", ""),
    ];
    for key in &keys {
        case.store().add(key, ZKEY).unwrap();
    }
    let (exit, list, _) = case.setup(&["keys", "list"]);
    assert_eq!(exit, 0);
    for (key, (origin, forger)) in keys.iter().zip(labels) {
        let id = key.id().to_string();
        let line = list.lines().find(|line| line.starts_with(&id)).unwrap();
        assert!(line.contains(origin), "{line}");
        let (exit, shown, stderr) = case.setup(&["keys", "show", &id]);
        assert!(exit == 0 && shown.contains(origin) && shown.contains(forger), "{shown}{stderr}");
        assert_eq!(shown.contains("can forge"), !forger.is_empty(), "{shown}");

        let contract = format!("{}.sol", &id[..8]);
        let solidity = ["export", "solidity", "--key", &id, "--policy", "quick", "--out", &contract];
        let (exit, _, stderr) = case.setup(&solidity);
        assert_eq!((exit, stderr.contains("note: this is a ")), (0, !forger.is_empty()), "{stderr}");
        assert!(stderr.contains(forger), "{stderr}");
        let source = fs::read_to_string(case.path(&contract)).unwrap();
        assert!(source.contains(if forger.is_empty() { origin } else { forger }), "{source}");

        let json = ["export", "verification-key", &id, "--out", &format!("{}.json", &id[..8])];
        let (exit, _, stderr) = case.setup(&json);
        assert_eq!((exit, stderr.contains(forger)), (0, true), "{stderr}");
    }
    // `dev` makes none where there is one, and says what that is worth: here the ceremony's, which comes first.
    let (exit, id, stderr) = case.setup(&["dev", "--capacity", "128"]);
    assert_eq!((exit, id.trim()), (0, keys[2].id().to_string().as_str()), "{stderr}");
    assert!(stderr.contains("ceremony key: 5") && !stderr.contains("can forge"), "{stderr}");
}

#[test]
fn a_policy_file_that_is_none_is_malformed() {
    let case = Case::new();
    fs::write(case.path("policy.json"), "{}").unwrap();
    fs::write(case.path("v.key"), rehearsal().to_bytes()).unwrap();
    let solidity = ["export", "solidity", "--key", "v.key", "--policy-file", "policy.json", "--out", "v.sol"];
    case.ends_with(3, "policy.json", &solidity);
    assert!(!case.path("v.sol").exists());
}

#[test]
fn a_raised_exponent_of_a_beacon_is_refused_at_once_unless_a_flag_allows_it() {
    let case = Case::new();
    assert_eq!(case.setup(&["phase1", "new", "--power", "1", "--out", "0.ptau"]).0, 0);
    assert_eq!(case.setup(&["phase1", "contribute", "0.ptau", "--out", "1.ptau"]).0, 0);
    let value = "0102030405060708";
    let beacon = ["phase1", "beacon", "1.ptau", "--out", "2.ptau", "--beacon", value, "--iterations", "12"];
    assert_eq!(case.setup(&beacon).0, 0);
    case.ends_with(0, "valid", &["phase1", "verify", "2.ptau"]);
    case.ends_with(0, "valid", &["phase1", "verify", "2.ptau", "--max-beacon-iterations", "12"]);
    let few = ["phase1", "verify", "2.ptau", "--max-beacon-iterations", "11"];
    case.ends_with(5, "contribution 2: a beacon of 2^12 iterations", &few);
    case.ends_with(2, "--max-beacon-iterations", &["phase1", "verify", "2.ptau", "--max-beacon-iterations", "64"]);

    let mut bytes = fs::read(case.path("2.ptau")).unwrap();
    // Parameters: 2 and the exponent, 3 and the value behind its length.
    let parameters = [2, 12, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8];
    let at = bytes.windows(12).position(|window| window == parameters).unwrap();
    bytes[at + 1] = 40;
    fs::write(case.path("2.ptau"), &bytes).unwrap();
    case.ends_with(5, "--max-beacon-iterations allows it (here 40;", &["phase1", "verify", "2.ptau"]);
}

#[test]
fn names_cannot_steer_a_terminal() {
    let case = Case::new();
    let mut zkey = Zkey::parse("k", ZKEY).unwrap();
    let last = zkey.mpc.contributions.last_mut().unwrap();
    last.name = Some("a\u{202e}b\u{1b}[2J\u{2028}\u{200b}ü".to_owned());
    let key = rehearsal();
    case.store().add(&key, &zkey.write_to(Vec::new()).unwrap()).unwrap();
    let (exit, shown, _) = case.setup(&["keys", "show", &key.id().to_string()]);
    assert_eq!(exit, 0);
    assert!(shown.contains(r"a\u{202e}b\u{1b}[2J\u{2028}\u{200b}ü"), "{shown}");
    assert!(!shown.contains(['\u{202e}', '\u{1b}', '\u{2028}', '\u{200b}']), "{shown}");
}

#[test]
fn what_cannot_be_asked_for_is_a_usage_error() {
    let case = Case::new();
    fs::write(case.path("v.key"), rehearsal().to_bytes()).unwrap();
    assert_eq!(case.setup(&["phase1", "new", "--power", "1", "--out", "0.ptau"]).0, 0);
    for power in ["0", "29", "40"] {
        case.ends_with(2, "--power", &["phase1", "new", "--power", power, "--out", "p.ptau"]);
    }
    let beacon = |value, exp| ["phase1", "beacon", "0.ptau", "--out", "b", "--beacon", value, "--iterations", exp];
    for exponent in ["9", "41"] {
        case.ends_with(2, "--iterations", &beacon("01", exponent));
    }
    case.ends_with(2, "1 to 255 are possible", &beacon("", "10"));
    let long = "00".repeat(256);
    case.ends_with(2, "1 to 255 are possible", &beacon(&long, "10"));
    for name in ["", "a\u{202e}b", "a\nb"] {
        let contribute = ["phase1", "contribute", "0.ptau", "--out", "1.ptau", "--name", name];
        case.ends_with(2, "a contributor's name has", &contribute);
    }
    case.ends_with(2, "--policy", &["export", "solidity", "--key", "v.key", "--out", "v.sol"]);
    let twice = ["export", "solidity", "--key", "v.key", "--policy", "quick", "--policy", "quick", "--out", "v.sol"];
    case.ends_with(2, "listed twice", &twice);
    for id in ["00", &"0".repeat(63)] {
        case.ends_with(2, "is no key's id", &["verify", id]);
        case.ends_with(2, "is no key's id", &["export", "verification-key", id, "--out", "v.json"]);
        case.ends_with(
            2,
            "is no key's id",
            &["export", "solidity", "--key", id, "--policy", "quick", "--out", "v.sol"],
        );
        case.ends_with(2, "", &["keys", "show", id]);
    }
    case.ends_with(2, "a verifying key and a zkey are needed", &["keys", "import", "v.key"]);
    assert!(["p.ptau", "b", "1.ptau", "v.sol", "v.json"].iter().all(|file| !case.path(file).exists()));
}

#[test]
fn a_missing_file_is_told_from_a_malformed_one() {
    let case = Case::new();
    fs::create_dir(case.path("empty")).unwrap();
    for arguments in [
        &["keys", "import", "nofile"][..],
        &["keys", "import", "empty"],
        &["verify", "nofile"],
        &["phase1", "verify", "nofile"],
        &["export", "verification-key", "nofile", "--out", "v.json"],
        &["export", "solidity", "--key", "nofile", "--policy", "quick", "--out", "v.sol"],
    ] {
        case.ends_with(5, "cannot open", arguments);
    }
    fs::write(case.path("v.key"), [&rehearsal().to_bytes()[..], &[0; 200]].concat()).unwrap();
    fs::write(case.path("k.zkey"), ZKEY).unwrap();
    case.ends_with(3, "v.key: it has more than", &["keys", "import", "v.key", "k.zkey"]);
    let solidity = ["export", "solidity", "--key", "v.key", "--policy", "quick", "--out", "v.sol"];
    case.ends_with(3, "v.key: it has more than", &solidity);
    // One byte may be within the limit: then it is the key's own length that is wrong.
    fs::write(case.path("v.key"), [&rehearsal().to_bytes()[..], &[0]].concat()).unwrap();
    case.ends_with(3, "", &solidity);
}
