//! The formats of the protocol.

use pot_protocol::{
    bundle::Bundle,
    codec,
    keys::{ProofBytes, RawVerifyingKey, VerifyingKey, snarkjs},
    policy::{Policy, Preset, RawPolicy, certificate},
    poseidon,
    registration::{NonceFile, RawRegistration, Registration},
    rule::Capacity,
    statement::Statement,
    transcript::{Opening, Transcript, unread},
};

/// A key that proofs are checked under; of the test vectors.
const KEY: &[u8] = include_bytes!("../../../test-vectors/v1/valid/forgeable/verifying.key");
/// A bundle that transcripts are checked against.
const BUNDLE: &[u8] = include_bytes!("../../../test-vectors/v1/valid/same/bundle.pot");

pub(crate) fn bundle(bytes: &[u8]) -> bool {
    let Ok(bundle) = Bundle::from_bytes(bytes) else { return false };
    assert_eq!(bundle.to_bytes(), bytes, "a bundle has one encoding");
    let statement = bundle.statement.to_bytes();
    assert_eq!(Statement::from_bytes(&statement).as_ref(), Ok(&bundle.statement));
    assert!(serde_json::to_string(&bundle.view()).is_ok());
    true
}

pub(crate) fn statement(bytes: &[u8]) -> bool {
    let Ok(statement) = Statement::from_bytes(bytes) else { return false };
    assert_eq!(statement.to_bytes(), bytes, "a statement has one encoding");
    let registration = statement.registration();
    assert_eq!(Registration::from_bytes(&registration.to_bytes()).as_ref(), Ok(registration));
    assert!(statement.public_inputs().to_bytes().iter().all(|word| poseidon::from_bytes(word).is_some()));
    let bound = Preset::all().into_iter().filter(|preset| statement.bind_policy(&preset.policy()).is_ok());
    assert!(bound.count() <= 1, "one policy is registered");
    true
}

pub(crate) fn registration(bytes: &[u8]) -> bool {
    let Ok(registration) = Registration::from_bytes(bytes) else { return false };
    assert_eq!(registration.to_bytes(), bytes, "a registration has one encoding");
    let json = serde_json::to_string(registration.fields()).unwrap_or_default();
    let again: Option<RawRegistration> = serde_json::from_str(&json).ok();
    assert_eq!(again.as_ref(), Some(registration.fields()), "what is shown of it says all");
    let answer = NonceFile { registration: registration.digest(), nonce: registration.digest() };
    assert!(registration.nonce(None).is_ok() != registration.nonce(Some(&answer)).is_ok());
    true
}

pub(crate) fn proof(bytes: &[u8]) -> bool {
    let Ok(bytes) = <[u8; ProofBytes::LEN]>::try_from(bytes) else { return false };
    let Ok(points) = ProofBytes(bytes).decode() else { return false };
    assert_eq!(points.to_bytes().0, bytes, "a proof has one encoding");
    assert_eq!(snarkjs::read_proof(snarkjs::proof(&points).as_bytes()), Ok(points));
    let (key, bundle) = (VerifyingKey::from_bytes(KEY), Bundle::from_bytes(BUNDLE));
    let (Ok(key), Ok(bundle)) = (key, bundle) else { panic!("the vectors' own key and bundle") };
    // The bundle was proved under another key.
    assert!(key.verify(&points, &bundle.statement.public_inputs().to_elements()).is_err());
    true
}

pub(crate) fn key(bytes: &[u8]) -> bool {
    let length = RawVerifyingKey::length(bytes);
    let Ok(raw) = RawVerifyingKey::from_bytes(bytes) else { return false };
    assert_eq!(length, Ok(bytes.len()));
    assert_eq!(raw.to_bytes(), bytes, "a key has one encoding");
    true
}

/// The layer below: points, at full cost.
pub(crate) fn key_points(bytes: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(bytes) else { return false };
    assert_eq!(key.to_bytes(), bytes);
    assert!(!key.origin().is_empty());
    true
}

pub(crate) fn snarkjs(bytes: &[u8]) -> bool {
    let (proof, inputs, key) =
        (snarkjs::read_proof(bytes), snarkjs::read_public(bytes), snarkjs::read_verification_key(bytes));
    let accepted = proof.is_ok() || inputs.is_ok() || key.is_ok();
    if let Ok(proof) = proof {
        assert_eq!(snarkjs::read_proof(snarkjs::proof(&proof).as_bytes()), Ok(proof));
    }
    if let Ok(inputs) = inputs {
        assert_eq!(snarkjs::read_public(snarkjs::public(&inputs).as_bytes()), Ok(inputs));
    }
    if let Ok(key) = key {
        assert_eq!(snarkjs::read_verification_key(snarkjs::verification_key(&key).as_bytes()), Ok(key));
    }
    accepted
}

/// The document alone: its certificate, which has to be computed, is a target of its own.
pub(crate) fn policy(bytes: &[u8]) -> bool {
    let binary = codec::decode::<RawPolicy>(bytes, usize::MAX);
    let text = serde_json::from_slice::<RawPolicy>(bytes);
    let accepted = binary.is_ok() || text.is_ok();
    if let Ok(raw) = binary {
        assert_eq!(codec::encode(&raw), bytes, "a policy has one encoding");
        let again: Option<RawPolicy> = serde_json::from_str(&serde_json::to_string(&raw).unwrap_or_default()).ok();
        assert_eq!(again.as_ref(), Some(&raw), "what is shown of it says all");
    }
    if let Ok(raw) = text {
        assert_eq!(codec::decode(&codec::encode(&raw), usize::MAX).as_ref(), Ok(&raw));
        let _ = certificate::check_parameters(&raw.parameters);
    }
    accepted
}

pub(crate) fn certificate(bytes: &[u8]) -> bool {
    let binary = Policy::from_bytes(bytes);
    let text = str::from_utf8(bytes).ok().and_then(|text| Policy::from_json(text).ok());
    let Some(policy) = binary.ok().or(text) else { return false };
    assert_eq!(Policy::from_bytes(&policy.to_bytes()), Ok(policy));
    true
}

pub(crate) fn transcript(bytes: &[u8]) -> bool {
    let Ok(transcript) = Transcript::replay(bytes) else { return false };
    let records = transcript.records();
    assert_eq!(transcript.seal().is_ok(), !records.is_empty());
    assert_eq!(transcript.scores().len(), records.len());
    let Ok(bundle) = Bundle::from_bytes(BUNDLE) else { panic!("the vectors' own bundle") };
    let registration = bundle.statement.registration();
    for preset in Preset::all() {
        let _ = transcript.check_batches(preset.policy().coefficients());
    }
    for record in records {
        let _ = record.check(registration);
    }
    if let Some((last, earlier)) = records.split_last() {
        let _ = unread(earlier, last, registration);
    }
    let _ = transcript.next();
    true
}

pub(crate) fn opening(bytes: &[u8]) -> bool {
    let (opening, answer) = (Opening::from_json(bytes), serde_json::from_slice::<NonceFile>(bytes));
    let accepted = opening.is_ok() || answer.is_ok();
    if let Ok(opening) = opening {
        let fits = opening.scores.len() <= Capacity::C128.scores();
        assert_eq!(opening.score_root(Capacity::C128).is_ok(), fits);
    }
    if let Ok(answer) = answer {
        let again: Option<NonceFile> = serde_json::from_str(&serde_json::to_string(&answer).unwrap_or_default()).ok();
        assert_eq!(again, Some(answer));
    }
    accepted
}
