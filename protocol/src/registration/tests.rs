//! What a registration refuses.

use super::{
    FamilyRef, ModelFile, ModelIdentity, NonceFile, NonceSource, PolicyRef, Positions, RawRegistration, Registration,
    RegistrationError,
};
use crate::{codec::CodecError, digest::Digest, policy::Preset, score::ScoreKind};

fn model(name: &str) -> ModelIdentity {
    ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: Vec::new(),
    }
}

/// A valid registration under QUICK.
pub(crate) fn genuine() -> RawRegistration {
    let policy = Preset::Quick.policy();
    RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at: 1000,
        due_by: 2000,
        reference: model("base"),
        candidate: model("other"),
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
        nonce: NonceSource::OwnChoice { nonce: Digest([6; 32]) },
    }
}

#[test]
fn canonical_bytes_round_trip_and_their_digest_sees_every_field() {
    let registration = genuine().validate().unwrap();
    let read = Registration::from_bytes(&registration.to_bytes()).unwrap();
    assert_eq!(read, registration);
    let mut digests = std::collections::BTreeSet::from([registration.digest()]);
    let mut change = |edit: &dyn Fn(&mut RawRegistration)| {
        let mut raw = genuine();
        edit(&mut raw);
        assert!(digests.insert(raw.validate().unwrap().digest()));
    };
    change(&|r| r.run_id.0[0] ^= 1);
    change(&|r| r.due_by += 1);
    change(&|r| r.registered_at += 1);
    change(&|r| r.candidate = model("another"));
    change(&|r| r.positions = Positions::Last(31));
    change(&|r| r.calibration_bound = 1);
    change(&|r| r.key_commitment.0[31] ^= 1);
    change(&|r| r.nonce = NonceSource::Counterparty { name: "them".to_owned() });
    change(&|r| r.nonce = NonceSource::Signed { name: "them".to_owned(), key: vec![1] });
    change(&|r| r.nonce = NonceSource::Signed { name: "them".to_owned(), key: vec![2] });
    change(&|r| r.nonce = NonceSource::Beacon { chain: Digest([1; 32]), round: 1 });
    change(&|r| r.nonce = NonceSource::Beacon { chain: Digest([1; 32]), round: 2 });
    change(&|r| (r.sequence, r.previous) = (2, Some(Digest([7; 32]))));
}

#[test]
fn contradictions_are_refused() {
    let refused = |edit: &dyn Fn(&mut RawRegistration)| {
        let mut raw = genuine();
        edit(&mut raw);
        assert!(raw.clone().validate().is_err(), "{raw:?}");
    };
    refused(&|r| r.version = 2);
    refused(&|r| r.sequence = 0);
    refused(&|r| r.sequence = 2);
    refused(&|r| r.previous = Some(Digest([7; 32])));
    refused(&|r| r.due_by = 999);
    refused(&|r| r.positions = Positions::Last(0));
    refused(&|r| r.positions = Positions::Last(5000));
    refused(&|r| r.positions = Positions::All);
    refused(&|r| r.kind = ScoreKind::DeltaCe);
    refused(&|r| r.family.corpus = Some(Digest([8; 32])));
    refused(&|r| r.family.name = "corpus".to_owned());
    refused(&|r| {
        let ModelIdentity::Weights { tokenizer, .. } = &mut r.candidate else { return };
        *tokenizer = Digest([9; 32]);
    });
    refused(&|r| r.reference = model("na\u{202e}me"));
    refused(&|r| r.reference = model(""));
    refused(&|r| r.reference = model("a\u{1b}[31mred"));
    refused(&|r| r.candidate = model(&"x".repeat(513)));
    refused(&|r| r.nonce = NonceSource::Counterparty { name: String::new() });
    refused(&|r| r.nonce = NonceSource::Signed { name: String::new(), key: vec![1] });
    refused(&|r| r.nonce = NonceSource::Signed { name: "them".to_owned(), key: vec![] });
    refused(&|r| r.nonce = NonceSource::Signed { name: "them".to_owned(), key: vec![1; 257] });
    refused(&|r| r.nonce = NonceSource::Beacon { chain: Digest([1; 32]), round: 0 });
}

#[test]
fn only_the_registered_policy_binds() {
    let registration = genuine().validate().unwrap();
    assert_eq!(registration.bind_policy(&Preset::Quick.policy()), Ok(()));
    let other = registration.bind_policy(&Preset::Audit.policy());
    assert!(matches!(other, Err(RegistrationError::Policy { .. })), "{other:?}");
    let mut raw = genuine();
    raw.policy.coefficients.0[31] ^= 1;
    assert!(raw.validate().unwrap().bind_policy(&Preset::Quick.policy()).is_err());
    let mut raw = genuine();
    raw.kind = ScoreKind::DeltaLogprob;
    let kind = raw.validate().unwrap().bind_policy(&Preset::Quick.policy());
    assert!(matches!(kind, Err(RegistrationError::Kind { .. })), "{kind:?}");
}

#[test]
fn nothing_is_claimed_below_twice_the_noise_floor() {
    // gamma = 0.15 nat = 153.6 units: 76 units are below half of it, 77 above.
    for (bound, binds) in [(0, true), (76, true), (77, false), (u32::MAX, false)] {
        let mut raw = genuine();
        raw.calibration_bound = bound;
        let result = raw.validate().unwrap().bind_policy(&Preset::Quick.policy());
        assert_eq!(result.is_ok(), binds, "{bound}: {result:?}");
    }
    // gamma = 0.25 nat = 256 units: half of it is a whole number, and still binds.
    let policy = Preset::all().into_iter().find(|p| p.name() == "AUDIT-DELTA-LOGPROB").unwrap().policy();
    for (bound, binds) in [(128, true), (129, false)] {
        let mut raw = genuine();
        (raw.kind, raw.calibration_bound) = (ScoreKind::DeltaLogprob, bound);
        raw.policy.name = policy.parameters().name.clone();
        (raw.policy.document, raw.policy.coefficients) = (policy.document_digest(), policy.coefficients_digest());
        assert_eq!(raw.validate().unwrap().bind_policy(&policy).is_ok(), binds, "{bound}");
    }
}

#[test]
fn a_nonce_answers_exactly_one_registration() {
    let own = genuine().validate().unwrap();
    assert_eq!(own.nonce(None), Ok(Digest([6; 32])));
    let file = |registration| NonceFile { registration, nonce: Digest([9; 32]) };
    assert!(own.nonce(Some(&file(own.digest()))).is_err());
    for source in [
        NonceSource::Counterparty { name: "them".to_owned() },
        NonceSource::Signed { name: "them".to_owned(), key: vec![1] },
        NonceSource::Beacon { chain: Digest([1; 32]), round: 1 },
    ] {
        let theirs = RawRegistration { nonce: source, ..genuine() }.validate().unwrap();
        assert!(theirs.nonce(None).is_err());
        assert!(theirs.nonce(Some(&file(own.digest()))).is_err());
        assert_eq!(theirs.nonce(Some(&file(theirs.digest()))), Ok(Digest([9; 32])));
    }
}

fn endpoint() -> ModelIdentity {
    ModelIdentity::Endpoint {
        name: "vllm:http://h#m".to_owned(),
        dialect: "vllm".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "top 20".to_owned(),
        tokenizer: Digest([3; 32]),
    }
}

/// A model read from files of these names.
pub(crate) fn read_from(names: impl IntoIterator<Item = String>) -> ModelIdentity {
    let mut model = model("base");
    if let ModelIdentity::Weights { files, .. } = &mut model {
        files.extend(names.into_iter().map(|name| ModelFile { name, sha256: Digest([9; 32]) }));
    }
    model
}

#[test]
fn an_identity_says_what_was_at_hand() {
    let weights = read_from(["a".to_owned()]);
    assert_eq!((weights.name(), weights.dtype(), weights.settings()), ("base", "f32", None));
    assert_eq!((weights.weights(), weights.tokenizer()), (Some(Digest([1; 32])), Digest([3; 32])));
    assert_eq!(weights.files(), [ModelFile { name: "a".to_owned(), sha256: Digest([9; 32]) }]);
    let served = endpoint();
    assert_eq!((served.name(), served.dtype(), served.settings()), ("vllm:http://h#m", "as served", Some("top 20")));
    assert_eq!((served.weights(), served.tokenizer(), served.files()), (None, Digest([3; 32]), [].as_slice()));
}

#[test]
fn models_are_the_same_by_their_weights_and_endpoints_by_their_names() {
    let other_weights = |name: &str| {
        let mut model = model(name);
        if let ModelIdentity::Weights { weights, .. } = &mut model {
            *weights = Digest([8; 32]);
        }
        model
    };
    let other_endpoint = || {
        let mut model = endpoint();
        if let ModelIdentity::Endpoint { name, .. } = &mut model {
            name.push('x');
        }
        model
    };
    assert!(model("one").is_same_model(&model("two")));
    assert!(!model("one").is_same_model(&other_weights("one")));
    assert!(endpoint().is_same_model(&endpoint()) && !endpoint().is_same_model(&other_endpoint()));
    // Weights at hand are no endpoint, whatever that is called.
    let named = model(endpoint().name());
    assert!(!named.is_same_model(&endpoint()) && !endpoint().is_same_model(&named));

    let raw = RawRegistration { candidate: other_weights("other"), ..genuine() };
    let registration = raw.validate().unwrap();
    assert!(registration.is_of_pair(&model("renamed"), &other_weights("renamed")));
    assert!(!registration.is_of_pair(&model("base"), &model("other")), "another candidate");
    assert!(!registration.is_of_pair(&other_weights("base"), &other_weights("other")), "another reference");
    assert!(!registration.is_of_pair(&other_weights("other"), &model("base")), "the other way round");
}

#[test]
fn only_a_nonce_of_ones_own_choice_is_grindable() {
    assert!(genuine().nonce.grindable());
    assert!(!NonceSource::Counterparty { name: "them".to_owned() }.grindable());
}

#[test]
fn k_is_the_number_of_scored_positions() {
    assert_eq!(genuine().validate().unwrap().k(), 32);
    let raw = RawRegistration { kind: ScoreKind::DeltaCe, positions: Positions::All, ..genuine() };
    assert_eq!(raw.validate().unwrap().k(), 0);
}

#[test]
fn every_limit_may_be_reached_and_not_passed() {
    let holds = |edit: &dyn Fn(&mut RawRegistration)| {
        let mut raw = genuine();
        edit(&mut raw);
        raw.validate().is_ok()
    };
    assert!(holds(&|r| r.due_by = r.registered_at));
    let numbered = |n: u32| read_from((0..n).map(|i| format!("{i:03}")));
    assert!(holds(&|r| r.candidate = numbered(256)));
    assert!(!holds(&|r| r.candidate = numbered(257)));
    assert!(holds(&|r| r.candidate = model(&"x".repeat(512))));
    for k in [4, 4096] {
        assert!(holds(&|r| (r.positions, r.candidate) = (Positions::Last(k), endpoint())), "{k}");
    }
    assert!(!holds(&|r| (r.positions, r.candidate) = (Positions::Last(3), endpoint())));
    assert!(holds(&|r| r.positions = Positions::Last(1)));
    assert!(holds(&|r| r.nonce = NonceSource::Signed { name: "them".to_owned(), key: vec![1; 256] }));
}

#[test]
fn files_are_listed_once_each_in_the_order_of_their_names() {
    for (names, holds) in [(["a", "b"], true), (["a", "a"], false), (["b", "a"], false)] {
        let raw = RawRegistration { reference: read_from(names.map(str::to_owned)), ..genuine() };
        assert_eq!(raw.validate().is_ok(), holds, "{names:?}");
    }
}

#[test]
fn a_registration_is_read_up_to_48_kib() {
    let long = |name: usize| read_from((0..256).map(|i| format!("{i:0name$}")));
    let registered = |name: usize| RawRegistration { candidate: long(name), ..genuine() }.validate().unwrap();
    let (most, more) = (registered(148), registered(160));
    assert_eq!(Registration::from_bytes(&most.to_bytes()), Ok(most));
    let refused = CodecError::TooLarge { size: more.to_bytes().len(), limit: 49_152 };
    assert_eq!(Registration::from_bytes(&more.to_bytes()), Err(RegistrationError::Codec(refused)));
}
