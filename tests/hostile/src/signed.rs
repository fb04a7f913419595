//! What others say about a bundle: envelopes, statements in them, nonces, opened samples.

use std::sync::OnceLock;

use pot_attestation::{
    Algorithm, IN_TOTO, MODEL_SIGNING, PublicKey, QUICKNET, REGISTRATION, SignedModel, SigningKey, SigstoreBundle,
    Statement, VERDICT, Verdict, is_about, predicate_type, read_nonce,
};
use pot_protocol::{
    bundle::Bundle,
    policy::{Policy, Preset},
    registration::{NonceSource, RawRegistration, Registration},
    spot::Openings,
};

const BUNDLE: &[u8] = include_bytes!("../../../test-vectors/v1/valid/forgeable/bundle.pot");

/// A bundle to hold everything against, with its policy.
///
/// # Panics
/// When the stored bundle is not a valid one.
pub fn bundle() -> &'static (Bundle, Policy) {
    static READ: OnceLock<(Bundle, Policy)> = OnceLock::new();
    READ.get_or_init(|| {
        let bundle = Bundle::from_bytes(BUNDLE).unwrap_or_else(|e| panic!("{e}"));
        (bundle, Preset::Quick.policy())
    })
}

/// The key that signs what is to be accepted.
///
/// # Panics
/// Never: any 32 bytes are an Ed25519 key.
pub fn signer() -> SigningKey {
    SigningKey::new(Algorithm::Ed25519, &[5; 32]).unwrap_or_else(|e| panic!("{e}"))
}

/// The bundle's registration as if its nonce came from the signer, or from round 123 of the beacon.
///
/// # Panics
/// When the stored bundle is not a valid one.
pub fn registrations() -> &'static [Registration; 2] {
    static MADE: OnceLock<[Registration; 2]> = OnceLock::new();
    MADE.get_or_init(|| {
        let signed = NonceSource::Signed { name: "the publisher".to_owned(), key: signer().public().to_der() };
        [signed, NonceSource::Beacon { chain: QUICKNET.hash, round: 123 }].map(|nonce| {
            let fields = bundle().0.statement.registration().fields().clone();
            let raw = RawRegistration { nonce, registered_at: 1000, due_by: 2000, ..fields };
            raw.validate().unwrap_or_else(|e| panic!("{e}"))
        })
    })
}

pub(crate) fn envelope(bytes: &[u8]) -> bool {
    if let Some(key) = str::from_utf8(bytes).ok().and_then(|pem| PublicKey::from_pem(pem).ok()) {
        assert_eq!(PublicKey::from_pem(&key.to_pem()), Ok(key.clone()));
        assert_eq!(PublicKey::from_der(&key.to_der()), Ok(key));
        return true;
    }
    let Ok(read) = SigstoreBundle::from_json(bytes) else { return false };
    let again = read.to_json().ok().and_then(|json| SigstoreBundle::from_json(&json).ok());
    assert_eq!(again.as_ref(), Some(&read), "what is written is what was read");
    let key = signer().public();
    read.verify(IN_TOTO, [&key]).is_ok()
}

pub(crate) fn said(bytes: &[u8]) -> bool {
    let (bundle, policy) = bundle();
    let registration = bundle.statement.registration();
    match predicate_type(bytes).as_deref() {
        Ok(VERDICT) => Statement::<Verdict>::from_json(bytes, VERDICT)
            .is_ok_and(|statement| Verdict::compare(&statement, bundle, policy).is_ok()),
        Ok(REGISTRATION) => Statement::from_json(bytes, REGISTRATION)
            .is_ok_and(|statement: Statement<RawRegistration>| is_about(&statement, registration)),
        Ok(MODEL_SIGNING) => {
            Statement::from_json(bytes, MODEL_SIGNING).is_ok_and(|statement: Statement<SignedModel>| {
                SignedModel::covers(&statement, &registration.fields().candidate).is_ok()
            })
        }
        _ => false,
    }
}

pub(crate) fn nonce(bytes: &[u8]) -> bool {
    let mut accepted = false;
    for registration in registrations() {
        if let Ok(file) = read_nonce(bytes, registration) {
            assert_eq!(registration.nonce(Some(&file)), Ok(file.nonce));
            accepted = true;
        }
    }
    accepted
}

pub(crate) fn openings(bytes: &[u8]) -> bool {
    let Ok(read) = Openings::from_json(bytes) else { return false };
    let again = serde_json::to_vec(&read).ok().and_then(|json| Openings::from_json(&json).ok());
    assert_eq!(again.as_ref(), Some(&read), "what is written is what was read");
    read.verify(&bundle().0.statement).is_ok()
}
