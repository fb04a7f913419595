//! What a forger with a key of his own can and cannot do: whoever made a key can make any proof verify, so everything
//! that is opened must be caught by the check itself.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use pot_protocol::{
    bundle::Bundle,
    challenge::{ChallengeKey, Family},
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    keys::{KeyPoints, ProofPoints, Provenance, VerifyingKey},
    policy::Preset,
    poseidon,
    registration::{FamilyRef, ModelIdentity, NonceSource, PolicyRef, Positions, RawRegistration},
    rule::{Capacity, Verdict},
    score::{Figures, Score, ScoreKind},
    statement::{RawStatement, Statement},
    transcript::{Event, Opening, Record, Side, SideRecord, Transcript},
};
use pot_verifier::{
    CheckError, Class, Evidence, Report, check,
    trust::{TrustStore, known_circuit},
};

/// A key whose secrets are known, and what they are.
struct Trapdoor {
    key: VerifyingKey,
    alpha: Fr,
    beta: Fr,
    delta: Fr,
    ic: [Fr; 5],
}

fn g1(x: Fr) -> G1Affine {
    (G1Projective::generator() * x).into_affine()
}

fn g2(x: Fr) -> G2Affine {
    (G2Projective::generator() * x).into_affine()
}

impl Trapdoor {
    fn new(circuit: Digest) -> Self {
        let (alpha, beta, delta) = (Fr::from(1009u64), Fr::from(2003u64), Fr::from(4001u64));
        let ic = [11u64, 22, 33, 44, 55].map(Fr::from);
        let points = KeyPoints {
            alpha_g1: g1(alpha),
            beta_g2: g2(beta),
            gamma_g2: g2(Fr::from(1u64)),
            delta_g2: g2(delta),
            ic: ic.map(g1),
        };
        let key = VerifyingKey::new(circuit, Capacity::C128, Provenance::Development, &points).unwrap();
        Self { key, alpha, beta, delta, ic }
    }

    /// A proof of anything.
    fn forge(&self, statement: &Statement) -> Vec<u8> {
        let (a, b) = (Fr::from(123u64), Fr::from(456u64));
        let inputs = statement.public_inputs().to_elements();
        let ic = self.ic[1..].iter().zip(inputs).fold(self.ic[0], |sum, (k, x)| sum + *k * x);
        let c = (a * b - self.alpha * self.beta - ic) * self.delta.inverse().unwrap();
        let proof = ProofPoints::encode(&g1(a), &g2(b), &g1(c));
        Bundle { statement: statement.clone(), key: self.key.id(), proof }.to_bytes()
    }
}

/// A forged publication: every part of it can be bent before it is put together.
struct Forgery {
    registration: RawRegistration,
    committed: Vec<Score>,
    records: Vec<Record>,
    trailing: Vec<Event>,
    bend: fn(&mut RawStatement),
}

const KEY: [u8; 32] = [3; 32];
const SEED: [u8; 32] = [6; 32];
const N: u64 = 11;

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

impl Forgery {
    /// Eleven zero scores: SAME under QUICK. Invented, but consistent in itself.
    fn consistent() -> Self {
        let policy = Preset::Quick.policy();
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
            positions: Positions::Last(2),
            calibration_bound: 10,
            key_commitment: Digest(ChallengeKey::new(KEY).commitment()),
            nonce: NonceSource::OwnChoice { nonce: Digest([0x5a; 32]) },
        };
        let digest = registration.clone().validate().unwrap().digest();
        let run = ChallengeKey::new(KEY).derive(&[0x5a; 32], &digest.0);
        let side = || SideRecord {
            tokens: vec![256, 7, 8],
            attempts: 1,
            answer: Digest([8; 32]),
            started_at: 9_999_000,
            millis: 1,
            engine: "none".to_owned(),
            dtype: "f32".to_owned(),
        };
        let record = |index| Record {
            index,
            prompt: Family::Grammar.challenge(&run, index).text,
            reference: side(),
            candidate: side(),
            figures: Figures { reference: vec![5, 5], candidate: vec![5, 5], bytes: 0 },
            score: Score::ZERO,
            salt: [0; 16],
        };
        Self {
            registration,
            committed: vec![Score::ZERO; 11],
            records: (0..N).map(record).collect(),
            trailing: vec![],
            bend: |_| (),
        }
    }

    /// Gives the records the prompts that belong to a registration that was changed.
    fn ask_again(mut self) -> Self {
        let digest = self.registration.clone().validate().unwrap().digest();
        let run = ChallengeKey::new(KEY).derive(&[0x5a; 32], &digest.0);
        for record in &mut self.records {
            record.prompt = Family::Grammar.challenge(&run, record.index).text;
        }
        self
    }

    fn transcript(&self) -> (Transcript, String) {
        let registration = self.registration.clone().validate().unwrap();
        let (mut transcript, open) = Transcript::open(registration.digest(), Digest([0x5a; 32]), 0);
        let mut events = vec![open];
        for record in &self.records {
            for (side, part) in [(Side::Reference, &record.reference), (Side::Candidate, &record.candidate)] {
                let (index, attempt) = (record.index, part.attempts);
                events.push(Event::Intent { index, side, attempt: 1, at: 0 });
                events.push(Event::Answer { index, side, attempt, digest: part.answer, content: None, at: 0 });
            }
            events.push(Event::Record(Box::new(record.clone())));
        }
        events.extend(self.trailing.iter().cloned());
        let mut lines = String::new();
        for (at, event) in events.iter().enumerate() {
            if at > 0 {
                transcript.apply(event).unwrap();
            }
            lines += &(serde_json::to_string(event).unwrap() + "\n");
        }
        (transcript, lines)
    }

    /// Puts it together under a forged proof and checks it with everything opened.
    fn check(&self) -> Result<Report, CheckError> {
        let circuit = known_circuit(Capacity::C128);
        let trapdoor = Trapdoor::new(circuit);
        let (transcript, lines) = self.transcript();
        let sealed = transcript.seal().unwrap();
        let root = ScoreCommitment::commit(Capacity::C128, &self.committed, &BlindingSeed::new(SEED)).root();
        let mut raw = RawStatement {
            version: RawStatement::VERSION,
            registration: self.registration.clone(),
            nonce: Digest([0x5a; 32]),
            capacity: Capacity::C128,
            circuit,
            verdict: Verdict::Same,
            grade: false,
            n: 11,
            score_root: Digest(poseidon::to_bytes(root)),
            evidence_root: sealed.evidence_root,
            attempts_total: sealed.attempts.total,
            attempts_most: sealed.attempts.most,
            sealed_at: 9999,
        };
        (self.bend)(&mut raw);
        let statement = raw.validate().unwrap();
        let opening = Opening { statement: statement.digest(), seed: Digest(SEED), scores: self.committed.clone() };
        let mut trust = TrustStore::new(true);
        trust.add(&trapdoor.key.to_bytes()).unwrap();
        let (scores, reveal) = (serde_json::to_vec(&opening).unwrap(), hex::encode(KEY));
        let evidence = Evidence {
            scores: Some(&scores),
            transcript: Some(lines.as_bytes()),
            reveal: Some(reveal.as_bytes()),
            ..Evidence::default()
        };
        check(&trapdoor.forge(&statement), &trust, &evidence)
    }

    #[track_caller]
    fn refused(&self, part: &str) {
        let error = self.check().expect_err("a forgery was accepted");
        assert_eq!(error.class(), Class::Invalid, "{error}");
        assert!(error.to_string().contains(part), "expected '{part}': {error}");
    }
}

#[test]
fn a_consistent_invention_is_accepted_with_its_limits_said() {
    // The documented limit: invented figures show only in a rerun.
    let report = Forgery::consistent().check().unwrap();
    assert!(report.not_given.iter().any(|line| line.contains("rerun")));
    assert!(report.warnings.iter().any(|line| line.contains("development key")));
}

#[test]
fn a_forged_proof_of_another_verdict_is_caught_by_the_opened_scores() {
    let bent = |bend| Forgery { bend, ..Forgery::consistent() };
    bent(|s| s.verdict = Verdict::Different).refused("the rule gives");
    bent(|s| s.grade = true).refused("the rule gives");
    bent(|s| (s.n, s.attempts_total) = (12, 24)).refused("11 scores where");
}

#[test]
fn the_score_root_and_the_records_hold_the_same_scores() {
    let mut forgery = Forgery::consistent();
    forgery.committed[3] = Score::saturating(2);
    forgery.refused("not those of the records");
}

#[test]
fn records_fit_together_and_the_registration() {
    let bent = |bend: fn(&mut Record)| {
        let mut forgery = Forgery::consistent();
        bend(&mut forgery.records[4]);
        forgery
    };
    bent(|r| r.score = Score::saturating(1)).refused("its figures give");
    bent(|r| r.figures.candidate[0] += 4096).refused("its figures give");
    bent(|r| r.candidate.tokens[1] = 9).refused("different tokens");
    bent(|r| (r.reference.tokens, r.candidate.tokens) = (vec![1, 2], vec![1, 2])).refused("more figures");
    bent(|r| (r.reference.tokens, r.candidate.tokens) = (vec![1], vec![1])).refused("two tokens");
    bent(|r| r.candidate.dtype = "q1".to_owned()).refused("number type");
    bent(|r| r.prompt.push('!')).refused("not the committed challenge");
}

#[test]
fn attempts_are_those_of_the_transcript_and_nothing_follows_the_stop() {
    let mut forgery = Forgery::consistent();
    forgery.bend = |s| (s.attempts_total, s.attempts_most) = (23, 2);
    forgery.refused("the transcript counts");
    let mut forgery = Forgery::consistent();
    forgery.trailing = vec![Event::Intent { index: N, side: Side::Reference, attempt: 1, at: 0 }];
    forgery.refused("goes on after its last record");
}

#[test]
fn a_server_that_did_not_read_the_texts_is_seen_in_the_transcript() {
    let mut forgery = Forgery::consistent();
    forgery.registration.candidate = ModelIdentity::Endpoint {
        name: "vllm:http://h#m".to_owned(),
        dialect: "vllm".to_owned(),
        model: "m".to_owned(),
        server: "s".to_owned(),
        settings: "x".to_owned(),
        tokenizer: Digest([3; 32]),
    };
    forgery.registration.positions = Positions::Last(4);
    for (at, record) in (0u8..).zip(&mut forgery.records) {
        let tokens: Vec<u32> = (0..6).map(|i| u32::from(at) * 6 + i).collect();
        (record.reference.tokens, record.candidate.tokens) = (tokens.clone(), tokens);
        (record.figures.reference, record.figures.candidate) = (vec![5; 4], vec![5; 4]);
        (record.reference.answer, record.candidate.answer) = (Digest([at; 32]), Digest([100 + at; 32]));
        "as served".clone_into(&mut record.candidate.dtype);
    }
    let mut forgery = forgery.ask_again();
    forgery.check().unwrap();
    forgery.records[7].candidate.answer = forgery.records[2].candidate.answer;
    forgery.refused("record 7: the candidate said exactly what it had said about challenge 2");
    // What weights at hand answer is theirs.
    forgery.records[7].candidate.answer = Digest([107; 32]);
    forgery.records[7].reference.answer = forgery.records[2].reference.answer;
    forgery.check().unwrap();
}

#[test]
fn late_runs_and_missing_noise_bounds_are_said() {
    let mut forgery = Forgery::consistent();
    forgery.registration.calibration_bound = 0;
    forgery.registration.due_by = 1001;
    let warnings = forgery.ask_again().check().unwrap().warnings.join("\n");
    assert!(warnings.contains("due date") && warnings.contains("calibration bound"), "{warnings}");
}

#[test]
fn a_key_for_another_circuit_is_refused_whatever_it_verifies() {
    let trapdoor = Trapdoor::new(Digest([9; 32]));
    let mut trust = TrustStore::new(true);
    trust.add(&trapdoor.key.to_bytes()).unwrap();
    let forgery = Forgery::consistent();
    let (transcript, _) = forgery.transcript();
    let sealed = transcript.seal().unwrap();
    for circuit in [Digest([9; 32]), known_circuit(Capacity::C128)] {
        let statement = RawStatement {
            version: RawStatement::VERSION,
            registration: forgery.registration.clone(),
            nonce: Digest([0x5a; 32]),
            capacity: Capacity::C128,
            circuit,
            verdict: Verdict::Same,
            grade: false,
            n: 11,
            score_root: Digest([1; 32]),
            evidence_root: sealed.evidence_root,
            attempts_total: 22,
            attempts_most: 1,
            sealed_at: 9999,
        }
        .validate()
        .unwrap();
        let refusal = check(&trapdoor.forge(&statement), &trust, &Evidence::default()).unwrap_err();
        assert_eq!(refusal.class(), Class::Trust, "{refusal}");
        assert!(refusal.to_string().contains("another circuit"), "{refusal}");
    }
}
