//! A batch says of each bundle what a single check says of it.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod known;

use std::num::NonZeroUsize;

use ark_bn254::{Fq, Fq2, Fr, G2Affine};
use ark_ff::AdditiveGroup;
use known::{bent, bundle, ceremony, key, statement};
use pot_protocol::{
    digest::Digest,
    keys::{ProofPoints, Provenance, VerifyingKey},
    policy::{Parameters, Policy, Preset},
    rule::{Capacity, Verdict},
    statement::Statement,
};
use pot_verifier::{
    CheckError, Class, Evidence, check, check_batch,
    trust::{TrustStore, known_circuit},
};

/// A statement of its own for each number.
fn numbered(number: u8) -> Statement {
    let mut raw = statement();
    raw.registration.run_id = Digest([number; 32]);
    raw.validate().unwrap()
}

/// A key that says that it is of a ceremony, for circuits of this capacity.
fn trusted(capacity: Capacity) -> VerifyingKey {
    key(capacity, ceremony(), known_circuit(capacity))
}

/// Both ways, on one thread and on several: the same answers, as text, since reports are long.
#[track_caller]
fn agree(bundles: &[Vec<u8>], trust: &TrustStore, policy: Option<&[u8]>) -> Vec<Option<Class>> {
    let evidence = Evidence { policy, ..Evidence::default() };
    let singly: Vec<_> = bundles.iter().map(|bundle| check(bundle, trust, &evidence)).collect();
    for threads in [1, 2, 5] {
        let told = check_batch(bundles, trust, policy, NonZeroUsize::new(threads).unwrap());
        assert_eq!(told.len(), singly.len());
        for (at, (told, single)) in told.iter().zip(&singly).enumerate() {
            assert_eq!(format!("{told:?}"), format!("{single:?}"), "bundle {at} on {threads} threads");
        }
    }
    singly.into_iter().map(|told| told.err().as_ref().map(CheckError::class)).collect()
}

/// A valid bundle with a point of G2's curve as B that lies outside the group.
fn off_the_group(key: &VerifyingKey) -> Vec<u8> {
    let b = (1u64..1000)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(1u64)), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let mut bundle = bundle(key, numbered(90));
    let encoded = ProofPoints::encode(&known::g1(5u64.into()), &b, &known::g1(6u64.into()));
    bundle.proof.0[32..96].copy_from_slice(&encoded.0[32..96]);
    bundle.to_bytes()
}

#[test]
fn a_mixture_gets_the_answers_of_single_checks() {
    let (small, large) = (trusted(Capacity::C128), trusted(Capacity::C1024));
    let development = key(Capacity::C128, Provenance::Development, known_circuit(Capacity::C128));
    let mut trust = TrustStore::new(false);
    for key in [&small, &large, &development] {
        trust.add(&key.to_bytes()).unwrap();
    }
    let zero = Fr::ZERO;
    let mut bundles: Vec<Vec<u8>> =
        (0..20).map(|n| bent(&small, numbered(n), (100 + u64::from(n), 7), zero).to_bytes()).collect();
    let mut expected = vec![None; 20];
    let mut add = |bytes: Vec<u8>, class: Option<Class>| {
        bundles.push(bytes);
        expected.push(class);
    };

    let mut wide = statement();
    (wide.capacity, wide.circuit) = (Capacity::C1024, known_circuit(Capacity::C1024));
    let wide = wide.validate().unwrap();
    add(bundle(&large, wide.clone()).to_bytes(), None);
    add(bundle(&small, wide).to_bytes(), Some(Class::Trust));
    // A proof that is none, and two that changed places.
    add(bent(&small, numbered(30), (1, 2), 1u64.into()).to_bytes(), Some(Class::Invalid));
    let (mut one, mut two) = (bundle(&small, numbered(31)), bundle(&small, numbered(32)));
    std::mem::swap(&mut one.proof, &mut two.proof);
    add(one.to_bytes(), Some(Class::Invalid));
    add(two.to_bytes(), Some(Class::Invalid));
    // Errors that would cancel if all proofs counted alike.
    add(bent(&small, numbered(33), (3, 4), 5u64.into()).to_bytes(), Some(Class::Invalid));
    add(bent(&small, numbered(34), (5, 6), -Fr::from(5u64)).to_bytes(), Some(Class::Invalid));
    // Keys that do not count.
    add(bundle(&development, numbered(35)).to_bytes(), Some(Class::Trust));
    let mut unknown = bundle(&small, numbered(36));
    unknown.key.0[0] ^= 1;
    add(unknown.to_bytes(), Some(Class::Trust));
    // Points and bytes that are none.
    add(off_the_group(&small), Some(Class::Invalid));
    let whole = bundle(&small, numbered(37)).to_bytes();
    add(whole[..whole.len() - 1].to_vec(), Some(Class::Malformed));
    add([&whole[..], &[0]].concat(), Some(Class::Malformed));
    add(b"POTBUNDL".to_vec(), Some(Class::Malformed));
    add(vec![], Some(Class::Malformed));
    // What is stated cannot be under the policy; and is no family that is known, with and without a proof that holds.
    let mut late = statement();
    (late.verdict, late.grade) = (Verdict::Undecided, false);
    add(bundle(&small, late.validate().unwrap()).to_bytes(), Some(Class::Invalid));
    let mut unicorn = statement();
    "unicorn".clone_into(&mut unicorn.registration.family.name);
    let unicorn = unicorn.validate().unwrap();
    add(bundle(&small, unicorn.clone()).to_bytes(), Some(Class::Trust));
    add(bent(&small, unicorn, (1, 2), 3u64.into()).to_bytes(), Some(Class::Invalid));
    // The same once more.
    add(whole.clone(), None);
    add(whole, None);

    assert_eq!(agree(&bundles, &trust, None), expected);
    assert_eq!(agree(&[], &trust, None), []);
}

#[test]
fn a_policy_file_counts_for_all_bundles() {
    let small = trusted(Capacity::C128);
    let mut trust = TrustStore::new(false);
    trust.add(&small.to_bytes()).unwrap();
    let mut own = Preset::Quick.policy().document().clone();
    own.parameters = Parameters { name: "own".to_owned(), ..own.parameters };
    let own: Policy = own.validate().unwrap();
    let mut raw = statement();
    "own".clone_into(&mut raw.registration.policy.name);
    raw.registration.policy.document = own.document_digest();
    let bundles =
        [bundle(&small, raw.validate().unwrap()), bundle(&small, numbered(1))].map(|bundle| bundle.to_bytes());

    let file = serde_json::to_vec(own.document()).unwrap();
    assert_eq!(agree(&bundles, &trust, Some(&file)), [None, Some(Class::Trust)]);
    assert_eq!(agree(&bundles, &trust, None), [Some(Class::Trust), None]);
    assert_eq!(agree(&bundles, &trust, Some(b"{}")), [Some(Class::Malformed); 2]);
    assert_eq!(agree(&bundles, &trust, Some(b"\xff")), [Some(Class::Malformed); 2]);
    // What is no bundle is that whatever the policy.
    assert_eq!(agree(&[vec![1]], &trust, Some(b"{}")), [Some(Class::Malformed)]);
}
