//! Time-stamps that OpenSSL made, certificates, and proofs of a log whose key the targets know.

use base64::{Engine, engine::general_purpose::STANDARD};
use pot_hostile::{SEEN, registered, signer};
use pot_protocol::{
    digest::Digest,
    merkle::{leaf_hash, node_hash},
};

use super::{Corpora, file};

pub(super) fn add(corpora: &Corpora<'_>) {
    for name in [
        "in-time.tst",
        "in-time.pem",
        "key-id.tst",
        "rsa.tsr",
        "p384.tsr",
        "ess-v1.tsr",
        "bare.tst",
        "refused.tsr",
        "other.tst",
        "two.tst",
        "under-deep.tst",
        "pss.tst",
        "no-ess.tst",
        "no-token.tst",
        "ca.pem",
        "p256.cer",
    ] {
        corpora.add("time_stamp", name, file(&format!("protocol/attestation/tests/time-stamp/{name}")));
    }

    // Entry 2 of 3: its path is the node above the first two.
    let below = node_hash(&leaf_hash(b"first"), &leaf_hash(b"second"));
    let root = node_hash(&below, &leaf_hash(registered()));
    let text = format!("log.example\n3\n{}\n", STANDARD.encode(root));
    let (log, witness) = (line("log.example", &text, None), line("witness.example", &text, Some(SEEN)));
    let head = |extra: &str, index: u64| {
        format!("c2sp.org/tlog-proof@v1\n{extra}index {index}\n{}\n\n{text}\n", STANDARD.encode(below))
    };
    for (name, proof) in [
        ("cosigned", format!("{}{log}{witness}", head("", 2))),
        ("extra", format!("{}{witness}{log}", head("extra AAAA\n", 2))),
        ("not-cosigned", format!("{}{log}", head("", 2))),
        ("another-index", format!("{}{log}{witness}", head("", 1))),
    ] {
        corpora.add("log_proof", name, proof);
    }
    for (name, kind) in [("log.example", 1), ("witness.example", 4)] {
        let (id, public) = key(name, kind);
        corpora.add(
            "log_proof",
            &format!("{name}.vkey"),
            format!("{name}+{:08x}+{}", u32::from_be_bytes(id), STANDARD.encode(public)),
        );
    }
}

/// The signer's key under a name, as a log's (1) or a witness's (4): its id, and its type with the key.
fn key(name: &str, kind: u8) -> ([u8; 4], Vec<u8>) {
    let der = signer().public().to_der();
    let public = [&[kind][..], &der[der.len() - 32..]].concat();
    (*Digest::of(&[name.as_bytes(), b"\n", &public].concat()).0.first_chunk().unwrap(), public)
}

/// A line with the signer's signature over a checkpoint, or with the cosignature of this time.
fn line(name: &str, text: &str, time: Option<u64>) -> String {
    let (kind, signature) = match time {
        None => (1, signer().sign(text.as_bytes())),
        Some(time) => {
            let signed = signer().sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
            (4, [&time.to_be_bytes()[..], &signed].concat())
        }
    };
    let (id, _) = key(name, kind);
    format!("\u{2014} {name} {}\n", STANDARD.encode([&id[..], &signature].concat()))
}
