//! Whose nonce a registration takes.
#![allow(clippy::unwrap_used)] // tests may panic

use pot_attestation::{Algorithm, BeaconError, NonceError, QUICKNET, SigningKey, read_nonce, sign_nonce};
use pot_protocol::{
    digest::Digest,
    policy::Preset,
    registration::{
        FamilyRef, ModelIdentity, NonceFile, NonceSource, PolicyRef, Positions, RawRegistration, Registration,
    },
    score::ScoreKind,
};

/// Round 123 of quicknet.
const ROUND: &[u8] = br#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

fn registered(nonce: NonceSource, registered_at: u64) -> Registration {
    let policy = Preset::Quick.policy();
    let model = ModelIdentity::Weights {
        name: "m".to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: vec![],
    };
    let raw = RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at,
        due_by: registered_at + 1,
        reference: model.clone(),
        candidate: model,
        policy: PolicyRef {
            name: "QUICK".to_owned(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
        kind: ScoreKind::Kl,
        positions: Positions::Last(32),
        calibration_bound: 0,
        key_commitment: Digest([5; 32]),
        nonce,
    };
    raw.validate().unwrap()
}

fn of_key(key: &SigningKey, at: u64) -> Registration {
    registered(NonceSource::Signed { name: "them".to_owned(), key: key.public().to_der() }, at)
}

#[test]
fn a_signed_answer_is_taken_from_the_registered_key_and_for_this_registration() {
    for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
        let [theirs, other] = [1, 2].map(|seed| SigningKey::new(algorithm, &[seed; 32]).unwrap());
        let (registration, another) = (of_key(&theirs, 1000), of_key(&theirs, 1001));
        let answer = sign_nonce(&registration, Digest([9; 32]), &theirs).unwrap();
        let read = read_nonce(&answer, &registration).unwrap();
        assert_eq!((read.nonce, registration.nonce(Some(&read))), (Digest([9; 32]), Ok(Digest([9; 32]))));
        assert!(matches!(read_nonce(&answer, &another), Err(NonceError::Other { .. })));
        assert!(matches!(read_nonce(&answer, &of_key(&other, 1000)), Err(NonceError::Envelope(_))));
        assert!(matches!(sign_nonce(&registration, Digest([9; 32]), &other), Err(NonceError::OtherKey { .. })));
        // Not without a signature.
        let plain = NonceFile { registration: registration.digest(), nonce: Digest([9; 32]) };
        let plain = serde_json::to_vec(&plain).unwrap();
        assert!(read_nonce(&plain, &registration).is_err());
        let broken = registered(NonceSource::Signed { name: "them".to_owned(), key: vec![1, 2, 3] }, 1000);
        assert!(matches!(read_nonce(&answer, &broken), Err(NonceError::Key(_))));
    }
}

#[test]
fn an_unsigned_answer_is_taken_only_where_no_key_is_registered() {
    let registration = registered(NonceSource::Counterparty { name: "them".to_owned() }, 1000);
    let answer = NonceFile { registration: registration.digest(), nonce: Digest([9; 32]) };
    let json = serde_json::to_vec(&answer).unwrap();
    assert_eq!(read_nonce(&json, &registration), Ok(answer));
    let key = SigningKey::new(Algorithm::Ed25519, &[1; 32]).unwrap();
    let not_wanted = |nonce: NonceSource| {
        let refused = sign_nonce(&registered(nonce, 1000), Digest([9; 32]), &key).unwrap_err();
        let NonceError::NotWanted(whose) = refused else { panic!("{refused:?}") };
        whose
    };
    assert_eq!(not_wanted(registration.fields().nonce.clone()), "a counterparty's, who does not sign it");
    assert_eq!(not_wanted(NonceSource::Beacon { chain: QUICKNET.hash, round: 123 }), "a beacon's");
    let own = NonceSource::OwnChoice { nonce: Digest([9; 32]) };
    assert_eq!(not_wanted(own.clone()), "the auditor's own, fixed with it");
    assert!(matches!(read_nonce(&json, &registered(own, 1000)), Err(NonceError::NotWanted(_))));
    assert!(matches!(read_nonce(b"{}", &registration), Err(NonceError::Malformed(_))));
}

#[test]
fn a_round_of_the_beacon_is_taken_if_it_is_the_registered_one_and_later_than_the_registration() {
    let of_round = |round, at| registered(NonceSource::Beacon { chain: QUICKNET.hash, round }, at);
    let came = QUICKNET.time_of(123);
    let registration = of_round(123, came - 1);
    let read = read_nonce(ROUND, &registration).unwrap();
    // SHA-256 of the signature, which is the randomness that the beacon itself prints.
    assert_eq!(read.nonce.to_string(), "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc");
    assert_eq!(registration.nonce(Some(&read)), Ok(read.nonce));
    assert!(matches!(read_nonce(ROUND, &of_round(123, came)), Err(NonceError::Early { .. })));
    let other = BeaconError::Round { found: 123, registered: 124 };
    assert_eq!(read_nonce(ROUND, &of_round(124, 1000)), Err(NonceError::Beacon(other)));
    let unknown = registered(NonceSource::Beacon { chain: Digest([7; 32]), round: 123 }, 1000);
    assert_eq!(read_nonce(ROUND, &unknown), Err(NonceError::Beacon(BeaconError::Chain(Digest([7; 32])))));
}
