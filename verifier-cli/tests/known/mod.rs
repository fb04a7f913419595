//! A verifying key whose secrets are known, and bundles that verify under it whatever they state.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use pot_protocol::{
    bundle::Bundle,
    digest::Digest,
    keys::{Ceremony, KeyPoints, Phase1Source, ProofPoints, Provenance, VerifyingKey},
    policy::Preset,
    registration::{FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration},
    rule::{Capacity, Verdict},
    score::ScoreKind,
    statement::{RawStatement, Statement},
};
use pot_verifier::trust::known_circuit;

const ALPHA: u64 = 1009;
const BETA: u64 = 2003;
const DELTA: u64 = 4001;
const IC: [u64; 5] = [11, 22, 33, 44, 55];

pub(crate) fn g1(x: Fr) -> G1Affine {
    (G1Projective::generator() * x).into_affine()
}

fn g2(x: Fr) -> G2Affine {
    (G2Projective::generator() * x).into_affine()
}

/// A key whose secrets are known: with them, proofs of anything can be made.
pub(crate) fn key(capacity: Capacity, provenance: Provenance, circuit: Digest) -> VerifyingKey {
    let points = KeyPoints {
        alpha_g1: g1(ALPHA.into()),
        beta_g2: g2(BETA.into()),
        gamma_g2: g2(1u64.into()),
        delta_g2: g2(DELTA.into()),
        ic: IC.map(|x| g1(x.into())),
    };
    VerifyingKey::new(circuit, capacity, provenance, &points).unwrap()
}

/// What a key says that comes from a ceremony.
pub(crate) fn ceremony() -> Provenance {
    Provenance::Ceremony(Ceremony {
        phase1: Phase1Source::Private,
        phase1_blake2b: [0xab; 64],
        contributions: 4,
        beacon: true,
        zkey: Digest([0xcd; 32]),
    })
}

/// A valid statement under QUICK: SAME at 11.
pub(crate) fn statement() -> RawStatement {
    let policy = Preset::Quick.policy();
    let model = |name: &str| ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: Vec::new(),
    };
    let registration = RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at: 1000,
        due_by: 20_000,
        reference: model("one"),
        candidate: model("two"),
        policy: PolicyRef {
            name: "QUICK".to_owned(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
        kind: ScoreKind::Kl,
        positions: Positions::Last(32),
        calibration_bound: 10,
        key_commitment: Digest([7; 32]),
        nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
    };
    RawStatement {
        version: RawStatement::VERSION,
        registration,
        nonce: Digest([0x5a; 32]),
        capacity: Capacity::C128,
        circuit: known_circuit(Capacity::C128),
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

/// A bundle of `statement` that verifies under `key`.
pub(crate) fn bundle(key: &VerifyingKey, statement: Statement) -> Bundle {
    bent(key, statement, (123, 456), 0u64.into())
}

/// A bundle whose proof has A = a·G1 and B = b·G2, and whose C is `off` times G1 beside that of a proof that verifies.
pub(crate) fn bent(key: &VerifyingKey, statement: Statement, (a, b): (u64, u64), off: Fr) -> Bundle {
    let (a, b) = (Fr::from(a), Fr::from(b));
    let inputs = statement.public_inputs().to_elements();
    let ic = IC[1..].iter().zip(inputs).fold(Fr::from(IC[0]), |sum, (&k, x)| sum + Fr::from(k) * x);
    let c = (a * b - Fr::from(ALPHA) * Fr::from(BETA) - ic) * Fr::from(DELTA).inverse().unwrap();
    Bundle { proof: ProofPoints::encode(&g1(a), &g2(b), &g1(c + off)), statement, key: key.id() }
}
