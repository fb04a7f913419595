//! Writes what the EVM test (`tests/interop/evm.mjs`) runs on, into a new folder:
//!
//! - `real-128`, `real-1024`, `topk`: a development key, and the bundle of a real proof under it;
//! - `own-128`, `own-1024`: a key whose secrets the test knows, so that it can write down a proof of any bytes and reach each
//!   check of the contract by itself;
//! - `cases.json`: statements of every shape with their public inputs, as the one encoder has them, and a point of G2's
//!   curve outside its subgroup.
//!
//! `cargo run --release -p pot-setup --example evm_cases -- FOLDER`
#![allow(clippy::unwrap_used, reason = "a test's helper: what fails, fails the test")]

use std::{fs, path::Path};

use ark_bn254::{Fq, Fq2, Fr, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic, circuit_id, native};
use pot_protocol::{
    bundle::Bundle,
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    keys::{KeyPoints, ProofPoints, Provenance, VerifyingKey},
    policy::Preset,
    poseidon,
    registration::{FamilyRef, ModelFile, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration},
    rule::{Capacity, Progress, decide},
    score::Score,
    statement::{RawStatement, Statement},
};
use pot_setup::{Groth16, development};
use serde_json::{Value, json};

const SEED: [u8; 32] = [6; 32];

fn main() {
    let folder = std::env::args().nth(1).expect("the folder to write to");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    real(&folder.join("real-128"), Preset::Quick, &[0; 128]);
    real(&folder.join("real-1024"), Preset::Audit, &[0; 1024]);
    real(&folder.join("topk"), Preset::QuickTopk, &[0; 128]);
    for capacity in Capacity::ALL {
        fs::create_dir(folder.join(format!("own-{}", capacity.scores()))).unwrap();
        let path = folder.join(format!("own-{}/verifying.key", capacity.scores()));
        fs::write(path, trapdoor(capacity).to_bytes()).unwrap();
    }
    let statements: Vec<_> = shapes().iter().map(described).collect();
    let cases = json!({ "statements": statements, "stray_g2": stray_g2().map(|x| x.to_string()) });
    fs::write(folder.join("cases.json"), serde_json::to_vec(&cases).unwrap()).unwrap();
}

/// A proof of what the rule says on these scores, under a fresh development key.
fn real(folder: &Path, preset: Preset, units: &[u64]) {
    let (statement, private) = stated(preset, registration(preset), units);
    let capacity = statement.fields().capacity;
    let [digest, score_root, policy, verdict] = statement.public_inputs().to_elements();
    let public = VerdictPublic { digest, score_root, policy, verdict };
    native::check(capacity, &public, &private).unwrap();
    let key = development::make(VerdictCircuit::shape(capacity), Digest(circuit_id(capacity)), capacity).unwrap();
    let circuit = VerdictCircuit::new(capacity, public, private);
    // The blindings need no secrecy here.
    let rng = &mut StdRng::seed_from_u64(1);
    let proof = Groth16::create_random_proof_with_reduction(circuit, key.parameters().points(), rng).unwrap();
    let proof = ProofPoints::encode(&proof.a, &proof.b, &proof.c);
    key.verifying().verify(&proof.decode().unwrap(), &statement.public_inputs().to_elements()).unwrap();
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("verifying.key"), key.verifying().to_bytes()).unwrap();
    fs::write(folder.join("bundle.pot"), Bundle { statement, key: key.id(), proof }.to_bytes()).unwrap();
}

/// What the rule says on these scores, cut where it stops.
fn stated(preset: Preset, registration: RawRegistration, units: &[u64]) -> (Statement, VerdictPrivate) {
    let policy = preset.policy();
    let coefficients = policy.coefficients();
    let all: Vec<_> = units.iter().map(|&x| Score::saturating(x)).collect();
    let stop = (1..=all.len()).find_map(|n| match decide(coefficients, &all[..n]) {
        Progress::Decided(outcome) => Some(outcome),
        Progress::GoOn { .. } => None,
    });
    let outcome = stop.unwrap();
    let scores = all[..outcome.n as usize].to_vec();
    let capacity = Capacity::for_scores(coefficients.n_max).unwrap();
    let root = ScoreCommitment::commit(capacity, &scores, &BlindingSeed::new(SEED)).root();
    let statement = RawStatement {
        version: RawStatement::VERSION,
        registration,
        nonce: Digest([0x5a; 32]),
        capacity,
        circuit: Digest(circuit_id(capacity)),
        verdict: outcome.verdict,
        grade: outcome.grade,
        n: outcome.n,
        score_root: Digest(poseidon::to_bytes(root)),
        evidence_root: Digest([3; 32]),
        attempts_total: 2 * u64::from(outcome.n),
        attempts_most: 1,
        sealed_at: 9999,
    };
    let statement = statement.validate().unwrap();
    statement.bind_policy(&policy).unwrap();
    let private = VerdictPrivate { coefficients: coefficients.clone(), scores, seed: BlindingSeed::new(SEED) };
    (statement, private)
}

fn weights(name: &str, files: usize) -> ModelIdentity {
    let file = |i: usize| ModelFile { name: format!("model-{i:05}.safetensors"), sha256: Digest([9; 32]) };
    ModelIdentity::Weights {
        name: name.to_owned(),
        architecture: "llama".to_owned(),
        parameters: 1_000_000,
        weights: Digest([1; 32]),
        config: Digest([2; 32]),
        tokenizer: Digest([3; 32]),
        dtype: "f32".to_owned(),
        files: (0..files).map(file).collect(),
    }
}

fn endpoint() -> ModelIdentity {
    ModelIdentity::Endpoint {
        name: "vllm:http://localhost:8000#model".to_owned(),
        dialect: "vllm".to_owned(),
        model: "model".to_owned(),
        server: "vLLM 0.11".to_owned(),
        settings: "one request a prompt".to_owned(),
        tokenizer: Digest([3; 32]),
    }
}

fn registration(preset: Preset) -> RawRegistration {
    let policy = preset.policy();
    RawRegistration {
        version: RawRegistration::VERSION,
        run_id: Digest([4; 32]),
        sequence: 1,
        previous: None,
        registered_at: 1000,
        due_by: 20_000,
        reference: weights("the reference", 0),
        candidate: weights("the candidate", 1),
        policy: PolicyRef {
            name: policy.parameters().name.clone(),
            document: policy.document_digest(),
            coefficients: policy.coefficients_digest(),
        },
        family: FamilyRef { name: "grammar".to_owned(), version: 1, corpus: None },
        kind: policy.parameters().kind,
        positions: Positions::Last(32),
        calibration_bound: 10,
        key_commitment: Digest([7; 32]),
        nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
    }
}

/// Statements under QUICK with every variable part of a registration present, absent, empty and long.
fn shapes() -> Vec<(&'static str, Statement)> {
    let preset = Preset::Quick;
    let shape = |edit: fn(&mut RawRegistration), units: &[u64]| {
        let mut registration = registration(preset);
        edit(&mut registration);
        stated(preset, registration, units).0
    };
    let same = [0; 128];
    vec![
        ("plain", shape(|_| (), &same)),
        ("DIFFERENT", shape(|_| (), &[4607; 128])),
        ("UNDECIDED", shape(|_| (), &[154; 128])),
        ("a later registration", shape(|r| (r.sequence, r.previous) = (2, Some(Digest([0xee; 32]))), &same)),
        ("an endpoint as candidate", shape(|r| r.candidate = endpoint(), &same)),
        ("two endpoints", shape(|r| (r.reference, r.candidate) = (endpoint(), endpoint()), &same)),
        ("many files", shape(|r| (r.reference, r.candidate) = (weights("a", 30), weights("b", 256)), &same)),
        ("long names", shape(|r| r.reference = weights(&"x".repeat(512), 2), &same)),
        (
            "a corpus",
            shape(
                |r| {
                    r.family = FamilyRef { name: "corpus".to_owned(), version: 1, corpus: Some(Digest([0xdd; 32])) };
                },
                &same,
            ),
        ),
        (
            "a counterparty's nonce",
            shape(|r| r.nonce = NonceSource::Counterparty { name: "the publisher".to_owned() }, &same),
        ),
        (
            "a signed nonce",
            shape(|r| r.nonce = NonceSource::Signed { name: "the publisher".to_owned(), key: vec![0x30; 91] }, &same),
        ),
        (
            "a beacon's nonce",
            shape(|r| r.nonce = NonceSource::Beacon { chain: Digest([0xbe; 32]), round: 1 << 40 }, &same),
        ),
    ]
}

fn described((name, statement): &(&'static str, Statement)) -> Value {
    let fields = statement.fields();
    json!({
        "name": name,
        "statement": statement.to_bytes(),
        "digest": statement.digest(),
        "inputs": statement.public_inputs().to_bytes().map(Digest),
        "verdict": fields.verdict,
        "grade": fields.grade,
        "n": fields.n,
        "document": fields.registration.policy.document,
    })
}

/// α, β, δ and the logarithms of the IC points are small numbers that the test knows too.
fn trapdoor(capacity: Capacity) -> VerifyingKey {
    let g1 = |x: u64| (G1Projective::generator() * Fr::from(x)).into_affine();
    let g2 = |x: u64| (G2Projective::generator() * Fr::from(x)).into_affine();
    let points = KeyPoints {
        alpha_g1: g1(1009),
        beta_g2: g2(2003),
        gamma_g2: g2(1),
        delta_g2: g2(4001),
        ic: [11, 22, 33, 44, 55].map(g1),
    };
    VerifyingKey::new(Digest(circuit_id(capacity)), capacity, Provenance::Development, &points).unwrap()
}

/// x and y in the precompile's order.
fn stray_g2() -> [Fq; 4] {
    let point = (1u64..1000)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::new(Fq::from(x), Fq::from(1u64)), false))
        .find(|point| point.is_on_curve() && !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    [point.x.c1, point.x.c0, point.y.c1, point.y.c0]
}
