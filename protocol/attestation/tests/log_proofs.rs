//! Proofs of inclusion in a log that is made here, by the format's description: what is taken and what is not.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use pot_attestation::{LogProofError, NoteKey, NoteKeyError, verify_log_proof};
use pot_protocol::{
    digest::Digest,
    merkle::{InclusionError, inclusion_path, leaf_hash, root},
};

const ENTRY: &[u8] = b"a registration";
const TIME: u64 = 1_692_803_500;

/// A key of a log (type 1) or of a witness (type 4).
struct Key {
    name: &'static str,
    kind: u8,
    secret: SigningKey,
}

impl Key {
    fn new(name: &'static str, kind: u8, seed: u8) -> Self {
        Self { name, kind, secret: SigningKey::from_bytes(&[seed; 32]) }
    }

    fn id(&self) -> [u8; 4] {
        let public = self.secret.verifying_key();
        let digest = Digest::of(&[self.name.as_bytes(), b"\n", &[self.kind], public.as_bytes()].concat());
        *digest.0.first_chunk().unwrap()
    }

    fn vkey(&self) -> String {
        let key = [&[self.kind][..], self.secret.verifying_key().as_bytes()].concat();
        format!("{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }

    fn line(&self, text: &str, time: u64) -> String {
        let signature = if self.kind == 1 {
            self.secret.sign(text.as_bytes()).to_vec()
        } else {
            let signed = self.secret.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
            [&time.to_be_bytes()[..], &signed.to_bytes()].concat()
        };
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode([&self.id()[..], &signature].concat()))
    }
}

fn log() -> Key {
    Key::new("example.com/log", 1, 1)
}

fn witness() -> Key {
    Key::new("witness.example/one", 4, 2)
}

fn named() -> ([NoteKey; 1], [NoteKey; 1]) {
    ([NoteKey::log(&log().vkey()).unwrap()], [NoteKey::witness(&witness().vkey()).unwrap()])
}

/// The checkpoint's text over a log of `size` entries, and the lines before it: the entry stands at `index`.
fn parts(size: usize, index: usize) -> (String, String) {
    let entries = (0..size).map(|at| if at == index { ENTRY.to_vec() } else { at.to_be_bytes().to_vec() });
    let leaves: Vec<_> = entries.map(|entry| leaf_hash(&entry)).collect();
    let path: String = inclusion_path(&leaves, index).unwrap().iter().map(|h| STANDARD.encode(h) + "\n").collect();
    let text = format!("example.com/log\n{size}\n{}\n", STANDARD.encode(root(&leaves)));
    (format!("c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n"), text)
}

fn proof(size: usize, index: usize) -> String {
    let (head, text) = parts(size, index);
    format!("{head}{text}\n{}{}", log().line(&text, 0), witness().line(&text, TIME))
}

#[test]
fn an_entry_of_a_cosigned_log_is_found_wherever_it_stands() {
    let (logs, witnesses) = named();
    for size in [1, 2, 3, 7, 8, 13] {
        for index in 0..size {
            let found = verify_log_proof(proof(size, index).as_bytes(), ENTRY, &logs, &witnesses).unwrap();
            assert_eq!(
                (found.index, found.size, found.origin.as_str()),
                (index as u64, size as u64, "example.com/log")
            );
            let [cosignature] = &found.cosignatures[..] else { panic!("{found:?}") };
            assert_eq!((cosignature.witness.as_str(), cosignature.time), ("witness.example/one", TIME));
        }
    }
    // Nobody was named to say when; and extra data, extension lines and strangers' signatures change nothing.
    let untimed = verify_log_proof(proof(5, 3).as_bytes(), ENTRY, &logs, &[]).unwrap();
    assert!(untimed.cosignatures.is_empty());
    let (head, text) = parts(5, 3);
    let text = format!("{text}an extension\n");
    let stranger = Key::new("witness.example/two", 4, 3);
    // One with the witness's key id under another name.
    let renamed = witness().line(&text, TIME).replace("witness.example/one", "witness.example/two");
    let signatures = [log().line(&text, 0), stranger.line("other\n", 1), renamed, witness().line(&text, TIME)].concat();
    let rich = format!("{}{text}\n{signatures}", head.replace("index", "extra AAAA\nindex"));
    assert_eq!(verify_log_proof(rich.as_bytes(), ENTRY, &logs, &witnesses).unwrap().cosignatures.len(), 1);
}

#[test]
fn another_entry_index_path_or_root_is_refused() {
    let (logs, witnesses) = named();
    let verify = |proof: &str, entry: &[u8]| verify_log_proof(proof.as_bytes(), entry, &logs, &witnesses);
    let genuine = proof(5, 3);
    let inclusion = |proof: &str, entry: &[u8]| match verify(proof, entry) {
        Err(LogProofError::Inclusion(e)) => e,
        other => panic!("{other:?}"),
    };
    assert_eq!(inclusion(&genuine, b"another"), InclusionError::Root { index: 3 });
    assert_eq!(inclusion(&genuine.replace("index 3", "index 2"), ENTRY), InclusionError::Root { index: 2 });
    assert_eq!(inclusion(&genuine.replace("index 3", "index 5"), ENTRY), InclusionError::Index { index: 5, size: 5 });
    let most = genuine.replace("index 3", "index 18446744073709551615");
    assert_eq!(inclusion(&most, ENTRY), InclusionError::Index { index: u64::MAX, size: 5 });
    let lines: Vec<_> = genuine.lines().collect();
    for line in &lines[2..5] {
        let cut = genuine.replacen(&format!("{line}\n"), "", 1);
        assert!(matches!(inclusion(&cut, ENTRY), InclusionError::Length { given: 2, .. }));
    }
    let longer = genuine.replacen(lines[2], &format!("{}\n{}", lines[2], lines[2]), 1);
    assert!(matches!(inclusion(&longer, ENTRY), InclusionError::Length { given: 4, .. }));
    let swapped = genuine.replacen(lines[2], lines[3], 1);
    assert_eq!(inclusion(&swapped, ENTRY), InclusionError::Root { index: 3 });
    // The leaf is not the entry's plain digest, and an inner node is no leaf.
    assert_eq!(inclusion(&genuine, &Digest::of(ENTRY).0), InclusionError::Root { index: 3 });
}

#[test]
fn only_logs_and_witnesses_that_were_named_count_and_their_signatures_have_to_hold() {
    let (logs, witnesses) = named();
    let genuine = proof(5, 3);
    let verify = |proof: &str, logs: &[NoteKey], witnesses: &[NoteKey]| {
        verify_log_proof(proof.as_bytes(), ENTRY, logs, witnesses).unwrap_err()
    };
    let of_log = |name, seed| [NoteKey::log(&Key::new(name, 1, seed).vkey()).unwrap()];
    let unnamed = LogProofError::Log("example.com/log".to_owned());
    assert_eq!(verify(&genuine, &[], &witnesses), unnamed);
    assert_eq!(verify(&genuine, &of_log("example.com/other", 1), &witnesses), unnamed, "another name");
    assert_eq!(verify(&genuine, &of_log("example.com/log", 9), &witnesses), unnamed, "another key");
    let stranger = [NoteKey::witness(&Key::new("witness.example/one", 4, 9).vkey()).unwrap()];
    assert_eq!(verify(&genuine, &logs, &stranger), LogProofError::Witness);

    // A log's key under the name of another one signs for that one only.
    let (head, text) = parts(5, 3);
    let other = Key::new("example.com/other", 1, 7);
    let borrowed = format!("{head}{text}\n{}{}", other.line(&text, 0), witness().line(&text, TIME));
    assert_eq!(verify(&borrowed, &of_log("example.com/other", 7), &witnesses), unnamed);

    let failed = |name: &str| LogProofError::Signature(name.to_owned());
    let signed = |log_over: &str, witness_over: &str, time: u64| {
        let cosigned = witness().line(witness_over, time);
        verify(&format!("{head}{text}\n{}{cosigned}", log().line(log_over, 0)), &logs, &witnesses)
    };
    assert_eq!(signed("something else\n", &text, TIME), failed("example.com/log"));
    assert_eq!(signed(&text, "something else\n", TIME), failed("witness.example/one"));
    assert_eq!(signed(&text, &text, 1 << 63), failed("witness.example/one"));
    // Another time than the one that was signed.
    let line = witness().line(&text, TIME);
    let (before, base64) = line.trim_end().rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(base64).unwrap();
    bytes[11] ^= 1;
    let moved = format!("{before} {}\n", STANDARD.encode(&bytes));
    assert_eq!(verify(&genuine.replace(&line, &moved), &logs, &witnesses), failed("witness.example/one"));
    // A plain signature of a witness's key is no cosignature.
    assert!(matches!(NoteKey::witness(&log().vkey()), Err(NoteKeyError::Role { .. })));
    assert!(matches!(NoteKey::log(&witness().vkey()), Err(NoteKeyError::Role { .. })));
}

#[test]
fn what_has_another_form_is_refused() {
    let (logs, witnesses) = named();
    let genuine = proof(5, 3);
    let root = genuine.lines().nth(8).unwrap();
    for (from, to) in [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index +3"),
        ("index 3", "index -1"),
        ("index 3", "index 18446744073709551616"),
        ("index 3\n", ""),
        ("index 3", "extra !\nindex 3"),
        ("index 3", "index 3\nextra AAAA"),
        ("index 3", "extra AAAA\nextra AAAA\nindex 3"),
        ("index 3\n", "index 3\r\n"),
        ("index 3\n", "index 3\nAAAA\n"),
        ("example.com/log\n5\n", "5\n"),
        ("example.com/log\n5\n", "\n5\n"),
        ("example.com/log\n5\n", "example.com/log\n05\n"),
        ("example.com/log\n5\n", "example.com/log\n99999999999999999999\n"),
        (root, "AAAA"),
        (root, ""),
        ("\u{2014} example.com/log", "\u{2013} example.com/log"),
    ] {
        assert!(genuine.contains(from), "{from}");
        let refused = verify_log_proof(genuine.replacen(from, to, 1).as_bytes(), ENTRY, &logs, &witnesses);
        assert!(matches!(refused, Err(LogProofError::Malformed(_))), "{from:?} {to:?}: {refused:?}");
    }
    // Lines of the log's own may stand in a checkpoint, empty ones not.
    let (head, text) = parts(5, 3);
    let gap = format!("{text}\nan extension\n");
    let gap = format!("{head}{gap}\n{}{}", log().line(&gap, 0), witness().line(&gap, TIME));
    let refused = verify_log_proof(gap.as_bytes(), ENTRY, &logs, &witnesses);
    assert!(matches!(refused, Err(LogProofError::Malformed(_))), "{refused:?}");
    for end in 0..genuine.len() {
        assert!(verify_log_proof(&genuine.as_bytes()[..end], ENTRY, &logs, &witnesses).is_err(), "cut at {end}");
    }
    // The longest file that is read, and one byte more.
    for (length, why) in [(1 << 16, "it is no UTF-8 text"), ((1 << 16) + 1, "it is larger than 65,536 bytes")] {
        let refused = verify_log_proof(&vec![0xff; length], ENTRY, &logs, &witnesses);
        assert_eq!(refused, Err(LogProofError::Malformed(why)));
    }
    for bytes in [&[0xff; 100][..], format!("{genuine}\n").as_bytes(), b""] {
        let refused = verify_log_proof(bytes, ENTRY, &logs, &witnesses);
        assert!(matches!(refused, Err(LogProofError::Malformed(_))), "{refused:?}");
    }
}
