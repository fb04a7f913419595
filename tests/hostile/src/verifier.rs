//! The checker as a whole, and its trust file.

use std::sync::OnceLock;

use pot_attestation::PublicKey;
use pot_protocol::text::is_unprintable;
use pot_verifier::{
    Evidence,
    acceptance::{Acceptance, SignerKey},
    check as verify,
    trust::{KeyBytes, TrustStore, parse_trust_file},
};

const KEY: &[u8] = include_bytes!("../../../test-vectors/v1/valid/forgeable/verifying.key");

pub(crate) fn trust(bytes: &[u8]) -> bool {
    let Ok(keys) = parse_trust_file(bytes) else { return false };
    let mut store = TrustStore::new(false);
    for listed in &keys {
        match &listed.bytes {
            KeyBytes::Here(bytes) => drop(store.add_listed(listed, bytes)),
            KeyBytes::File(path) => assert!(path.is_relative(), "a file beside the trust file"),
        }
    }
    assert!(store.list().len() <= keys.len());
    true
}

pub(crate) fn acceptance(bytes: &[u8]) -> bool {
    match Acceptance::from_toml(bytes) {
        Ok((_, signers)) => {
            for signer in signers {
                match signer.key {
                    SignerKey::Here(key) => {
                        let again = PublicKey::from_pem(&key.to_pem());
                        assert!(again.is_ok_and(|again| again.id() == key.id()));
                    }
                    SignerKey::File(path) => assert!(path.is_relative(), "a file beside the acceptance policy"),
                }
            }
            true
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.contains(is_unprintable), "{text:?}");
            false
        }
    }
}

/// The files of a check in one: each behind its length, 3 bytes with the highest first.
pub fn parts<'a>(mut bytes: &'a [u8], all: &mut [Option<&'a [u8]>]) {
    for part in all {
        let Some(([high, middle, low], rest)) = bytes.split_first_chunk() else { return };
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        let (found, rest) = rest.split_at(length.min(rest.len()));
        // An empty file is none.
        *part = Some(found).filter(|found| !found.is_empty());
        bytes = rest;
    }
}

pub(crate) fn check(bytes: &[u8]) -> bool {
    static TRUSTED: OnceLock<TrustStore> = OnceLock::new();
    let trusted = TRUSTED.get_or_init(|| {
        let mut store = TrustStore::new(true);
        assert!(store.add(KEY).is_ok());
        store
    });
    let mut given = [None; 6];
    parts(bytes, &mut given);
    let [Some(bundle), policy, scores, transcript, reveal, corpus] = given else { return false };
    let evidence = Evidence { policy, scores, transcript, reveal, corpus, ..Evidence::default() };
    let Ok(report) = verify(bundle, trusted, &evidence) else { return false };
    assert!(serde_json::to_string(&report).is_ok());
    true
}
