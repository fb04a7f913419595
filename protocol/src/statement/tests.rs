//! What a statement refuses, and what its public inputs bind.

use std::collections::BTreeSet;

use super::{RawStatement, Statement, StatementError};
use crate::{
    codec::CodecError,
    digest::Digest,
    policy::{Policy, Preset},
    registration::{
        Registration,
        tests::{genuine as registration, read_from},
    },
    rule::{Capacity, Verdict},
    transcript::Attempts,
};

/// A valid statement under QUICK.
pub(crate) fn genuine() -> RawStatement {
    RawStatement {
        version: RawStatement::VERSION,
        registration: registration(),
        nonce: Digest([6; 32]),
        capacity: Capacity::C128,
        circuit: Digest([1; 32]),
        verdict: Verdict::Same,
        grade: false,
        n: 11,
        score_root: Digest([2; 32]),
        evidence_root: Digest([3; 32]),
        attempts_total: 22,
        attempts_most: 1,
        sealed_at: 1500,
    }
}

#[test]
fn every_field_moves_the_public_inputs() {
    let inputs = |raw: RawStatement| raw.validate().unwrap().public_inputs().to_bytes();
    let mut seen = BTreeSet::from([inputs(genuine())]);
    let mut change = |edit: &dyn Fn(&mut RawStatement)| {
        let mut raw = genuine();
        edit(&mut raw);
        assert!(seen.insert(inputs(raw)));
    };
    change(&|s| s.verdict = Verdict::Different);
    change(&|s| s.grade = true);
    change(&|s| (s.n, s.attempts_total) = (12, 24));
    change(&|s| s.score_root.0[31] ^= 1);
    change(&|s| s.evidence_root.0[0] ^= 0x80);
    change(&|s| s.circuit.0[0] ^= 1);
    change(&|s| s.capacity = Capacity::C1024);
    change(&|s| (s.attempts_total, s.attempts_most) = (23, 2));
    change(&|s| s.sealed_at += 1);
    change(&|s| s.registration.due_by += 1);
}

#[test]
fn the_verdict_enters_as_its_word() {
    for (verdict, grade, word) in [
        (Verdict::Same, false, 1),
        (Verdict::Same, true, 5),
        (Verdict::Different, false, 2),
        (Verdict::Different, true, 6),
        (Verdict::Undecided, false, 0),
    ] {
        let statement = RawStatement { verdict, grade, ..genuine() }.validate().unwrap();
        assert_eq!(statement.public_inputs().verdict, ark_bn254::Fr::from(word + 8 * 11));
    }
}

#[test]
fn the_digest_enters_with_its_low_253_bits() {
    let statement = genuine().validate().unwrap();
    let mut expected = statement.digest().0;
    expected[0] &= 0x1f;
    assert_eq!(statement.public_inputs().to_bytes()[0], expected);
}

#[test]
fn contradictions_are_refused() {
    let refused = |edit: &dyn Fn(&mut RawStatement)| {
        let mut raw = genuine();
        edit(&mut raw);
        assert!(raw.clone().validate().is_err(), "{raw:?}");
    };
    assert!(genuine().validate().is_ok());
    refused(&|s| s.version = 9);
    refused(&|s| s.nonce.0[0] ^= 1);
    refused(&|s| s.n = 26);
    refused(&|s| s.n = 0);
    refused(&|s| s.n = 1024);
    refused(&|s| (s.verdict, s.grade) = (Verdict::Undecided, true));
    refused(&|s| s.attempts_most = 0);
    refused(&|s| s.attempts_total = 21);
    refused(&|s| s.attempts_total = 23);
    refused(&|s| s.sealed_at = 999);
    refused(&|s| s.score_root = Digest([0xff; 32]));
    refused(&|s| s.registration.policy.coefficients = Digest([0xff; 32]));
    refused(&|s| s.registration.sequence = 0);
    // Each bound may be reached.
    let holds = |edit: &dyn Fn(&mut RawStatement)| {
        let mut raw = genuine();
        edit(&mut raw);
        assert!(raw.clone().validate().is_ok(), "{raw:?}");
    };
    holds(&|s| s.sealed_at = s.registration.registered_at);
    holds(&|s| (s.attempts_total, s.attempts_most) = (23, 2));
    holds(&|s| (s.attempts_total, s.attempts_most) = (44, 2));
    holds(&|s| (s.n, s.attempts_total) = (128, 256));
    let counted = RawStatement { attempts_total: 44, attempts_most: 2, ..genuine() }.validate().unwrap();
    assert_eq!(counted.attempts(), Attempts { total: 44, most: 2 });
}

#[test]
fn a_field_element_above_the_order_is_an_alias_and_refused() {
    use ark_ff::{BigInteger, PrimeField};
    let mut raw = genuine();
    let mut order = [0; 32];
    order.copy_from_slice(&ark_bn254::Fr::MODULUS.to_bytes_be());
    raw.score_root = Digest(order);
    assert!(matches!(raw.validate(), Err(StatementError::Field(_))));
}

#[test]
fn the_policy_limits_what_can_be_stated() {
    let policy = Preset::Quick.policy();
    let bound = |edit: &dyn Fn(&mut RawStatement)| {
        let mut raw = genuine();
        edit(&mut raw);
        raw.validate().unwrap().bind_policy(&policy)
    };
    assert_eq!(bound(&|_| ()), Ok(()));
    // QUICK ends at 120.
    assert!(matches!(bound(&|s| (s.n, s.attempts_total) = (128, 256)), Err(StatementError::Verdict(_))));
    assert!(matches!(bound(&|s| s.verdict = Verdict::Undecided), Err(StatementError::Verdict(_))));
    let at_end = |s: &mut RawStatement| (s.verdict, s.n, s.attempts_total) = (Verdict::Undecided, 120, 240);
    assert_eq!(bound(&at_end), Ok(()));
    assert_eq!(bound(&|s| (s.n, s.attempts_total) = (10, 20)), Ok(()));
    let most = policy.parameters().max_attempts;
    let asked =
        |most: u32| move |s: &mut RawStatement| (s.attempts_total, s.attempts_most) = (21 + u64::from(most), most);
    assert_eq!(bound(&asked(most)), Ok(()));
    assert!(matches!(bound(&asked(most + 1)), Err(StatementError::Attempts { .. })));
}

#[test]
fn canonical_bytes_round_trip_and_nothing_else_decodes() {
    let statement = genuine().validate().unwrap();
    let bytes = statement.to_bytes();
    assert_eq!(Statement::from_bytes(&bytes).unwrap(), statement);
    for end in 0..bytes.len() {
        assert!(Statement::from_bytes(&bytes[..end]).is_err());
    }
    assert!(Statement::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // A flip is refused or makes another statement: never the same one.
        if let Ok(other) = Statement::from_bytes(&flipped) {
            assert_ne!(other.digest(), statement.digest());
        }
    }
}

/// A valid statement under the preset of this name.
fn under(preset: &str) -> (RawStatement, Policy) {
    let policy = preset.parse::<Preset>().unwrap().policy();
    let mut raw = genuine();
    raw.registration.policy.name = policy.parameters().name.clone();
    raw.registration.policy.document = policy.document_digest();
    raw.registration.policy.coefficients = policy.coefficients_digest();
    (raw, policy)
}

#[test]
fn a_policy_that_ends_beyond_the_circuit_is_refused_and_one_that_ends_with_it_is_not() {
    let (mut raw, policy) = under("audit");
    (raw.n, raw.attempts_total) = (30, 60);
    let of = |raw: &RawStatement, policy: &Policy| raw.clone().validate().unwrap().bind_policy(policy);
    assert!(matches!(of(&raw, &policy), Err(StatementError::Verdict(why)) if why.contains("400 does not fit")));
    raw.capacity = Capacity::C1024;
    assert_eq!(of(&raw, &policy), Ok(()));
    (raw.n, raw.attempts_total) = (27, 54);
    assert!(matches!(of(&raw, &policy), Err(StatementError::Verdict(why)) if why.contains("n = 27")));
    let (mut raw, policy) = under("forensic");
    (raw.capacity, raw.n, raw.attempts_total) = (Capacity::C1024, 1024, 2048);
    assert_eq!(of(&raw, &policy), Ok(()));
}

#[test]
fn a_statement_with_the_largest_registration_is_read_and_none_beyond_56_kib() {
    let mut raw = genuine();
    raw.registration.candidate = read_from((0..256).map(|i| format!("{i:0148}")));
    let registration = raw.registration.clone().validate().unwrap();
    assert!(registration.to_bytes().len() > 47 * 1024);
    assert_eq!(Registration::from_bytes(&registration.to_bytes()), Ok(registration));
    let statement = raw.validate().unwrap();
    assert_eq!(Statement::from_bytes(&statement.to_bytes()), Ok(statement));
    let refused = CodecError::TooLarge { size: 57_345, limit: 57_344 };
    assert_eq!(Statement::from_bytes(&vec![0; 57_345]), Err(StatementError::Codec(refused)));
}
